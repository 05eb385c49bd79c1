"""Answers about single codes, as Parameters (https://hl7.org/fhir/R4/codesystem-operations.html)."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from smartbear.fhir.terminology.concepts import Concept, Head
from smartbear.fhir.terminology.expansion import in_language

Parameters = dict[str, Any]


def parameters(found: Iterable[dict[str, Any]]) -> Parameters:
    """A Parameters resource; an empty list of parameters is none."""
    listed = list(found)
    return {"resourceType": "Parameters"} | ({"parameter": listed} if listed else {})


def looked_up(
    head: Head,
    concept: Concept,
    *,
    above: Sequence[str],
    below: Sequence[str],
    asked: Collection[str],
    language: str,
) -> Parameters:
    """The answer to ``$lookup``; ``asked`` are names of properties, none for all of them."""
    said = concept.described()
    answer = [{"name": "name", "valueString": head.name or head.url}]
    if head.version:
        answer.append({"name": "version", "valueString": head.version})
    display = in_language(said, language) or concept.display or concept.code
    answer.append({"name": "display", "valueString": display})
    if "definition" in said and (not asked or "definition" in asked):
        answer.append(_property("definition", {"valueString": said["definition"]}))
    answer += [_designation(one) for one in said.get("designation", ())]
    properties = [(one["code"], _value_of(one)) for one in said.get("property", ())]
    own = {name for name, _ in properties}
    properties += [("parent", {"valueCode": code}) for code in above if "parent" not in own]
    properties += [("child", {"valueCode": code}) for code in below if "child" not in own]
    if "inactive" not in own:
        properties.append(("inactive", {"valueBoolean": concept.inactive}))
    answer += [_property(name, value) for name, value in properties if not asked or name in asked]
    return parameters(answer)


def _value_of(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name.startswith("value")}


def _property(code: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"name": "property", "part": [{"name": "code", "valueCode": code}, {"name": "value", **value}]}


def _designation(one: dict[str, Any]) -> dict[str, Any]:
    parts = [{"name": "language", "valueCode": one["language"]}] if "language" in one else []
    parts += [{"name": "use", "valueCoding": one["use"]}] if "use" in one else []
    return {"name": "designation", "part": [*parts, {"name": "value", "valueString": one["value"]}]}


def validated(found: Iterable[Concept], display: str | None, unknown: str) -> Parameters:
    """The answer to ``$validate-code``: the first code that is in, and whether its display is right.

    ``unknown`` is said if none is in.
    """
    concept = next(iter(found), None)
    if concept is None:
        return parameters([_result(well=False), {"name": "message", "valueString": unknown}])
    known = [{"name": "display", "valueString": concept.display}] if concept.display else []
    if display and concept.display and display.casefold() != concept.display.casefold():
        named = (str(one["value"]).casefold() for one in concept.described().get("designation", ()))
        if display.casefold() not in named:
            told = {"name": "message", "valueString": "The code is known under another display."}
            return parameters([_result(well=False), told, *known])
    return parameters([_result(well=True), *known])


def _result(*, well: bool) -> dict[str, Any]:
    return {"name": "result", "valueBoolean": well}
