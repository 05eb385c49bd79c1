"""Invariants of the resources that carry others: Bundle and Parameters."""

from collections import Counter
from typing import Any

from smartbear.fhir.validation.invariants.rule import Object, Rule, has, has_any, has_choice

_WITH_REQUEST = {"batch", "transaction", "history"}
_WITH_RESPONSE = {"batch-response", "transaction-response", "history"}


def _entries(bundle: Object) -> list[dict[str, Any]]:
    return list(bundle.get("entry", ()))


def _consistent(key: str, name: str, types: set[str]) -> Rule:
    """All entries have the element `name`, or none has, by the type of the Bundle."""

    def odd_ones(bundle: Object) -> list[str]:
        expected = bundle.get("type") in types
        return [f".entry[{i}]" for i, e in enumerate(_entries(bundle)) if has(e, name) != expected]

    return Rule(key, "Bundle", lambda o: not odd_ones(o), odd_ones)


def _repeated(bundle: Object) -> list[str]:
    """Entries whose full address and version were given before."""
    if bundle.get("type") == "history":
        return []
    keys = [
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        if "fullUrl" in entry
        else None
        for entry in _entries(bundle)
    ]
    if len(keys) == len(set(keys) - {None}) + keys.count(None):
        return []
    seen: Counter[Any] = Counter()
    places = []
    for index, key in enumerate(keys):
        seen[key] += 1
        if key and seen[key] > 1:
            places.append(f".entry[{index}].fullUrl")
    return places


def _starts_with(bundle: Object, kind: str) -> bool:
    first = next(iter(_entries(bundle)), {})
    return bool(first.get("resource", {}).get("resourceType") == kind)


def _document(bundle: Object) -> bool:
    identifier = bundle.get("identifier", {})
    return bundle.get("type") != "document" or (has(identifier, "system") and has(identifier, "value"))


def _parameter(value: Object) -> bool:
    return [has(value, "part"), has_choice(value, "value"), has(value, "resource")].count(True) == 1


RULES: dict[str, tuple[Rule, ...]] = {
    "Bundle": (
        Rule("bdl-1", "Bundle", lambda o: not has(o, "total") or o.get("type") in {"searchset", "history"}),
        Rule(
            "bdl-2",
            "Bundle",
            lambda o: o.get("type") == "searchset" or not any("search" in entry for entry in _entries(o)),
        ),
        _consistent("bdl-3", "request", _WITH_REQUEST),
        _consistent("bdl-4", "response", _WITH_RESPONSE),
        Rule("bdl-7", "Bundle", lambda o: not _repeated(o), _repeated),
        Rule("bdl-9", "Bundle", _document),
        Rule("bdl-10", "Bundle", lambda o: o.get("type") != "document" or "timestamp" in o),
        Rule("bdl-11", "Bundle", lambda o: o.get("type") != "document" or _starts_with(o, "Composition")),
        Rule("bdl-12", "Bundle", lambda o: o.get("type") != "message" or _starts_with(o, "MessageHeader")),
    ),
    "Bundle.entry": (
        Rule("bdl-5", "Bundle.entry", lambda o: has_any(o, "resource", "request", "response")),
        Rule("bdl-8", "Bundle.entry", lambda o: "/_history/" not in o.get("fullUrl", "")),
    ),
    "Parameters.parameter": (Rule("inv-1", "Parameters.parameter", _parameter),),
}
