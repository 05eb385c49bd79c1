"""What a ValueSet says it contains (https://hl7.org/fhir/R4/valueset.html#compositions)."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from smartbear.fhir import definitions
from smartbear.fhir.terminology.concepts import Concept, Resource

Operator = Literal["=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "exists"]


class Filter(NamedTuple):
    """Concepts whose property meets a condition; ``concept`` and ``code`` are the code itself."""

    property: str
    operator: Operator
    value: str


class Part(NamedTuple):
    """An include or exclude: of a system, those listed or those that meet all filters; and in every set."""

    place: str
    system: str | None
    version: str | None
    listed: tuple[Concept, ...]
    filters: tuple[Filter, ...]
    value_sets: tuple[str, ...]


def included(value_set: Resource) -> list[Part]:
    """The parts whose contents are in the set."""
    return list(_parts(value_set, "include"))


def excluded(value_set: Resource) -> list[Part]:
    """The parts whose contents are taken out again."""
    return list(_parts(value_set, "exclude"))


def _parts(value_set: Resource, name: str) -> Iterator[Part]:
    for number, part in enumerate((value_set.get("compose") or {}).get(name, ())):
        system, version = part.get("system"), part.get("version")
        yield Part(
            f"ValueSet.compose.{name}[{number}]",
            system,
            version,
            tuple(
                Concept(system or "", version, one["code"], one.get("display"))
                for one in part.get("concept", ())
            ),
            tuple(Filter(one["property"], one["op"], one["value"]) for one in part.get("filter", ())),
            tuple(part.get("valueSet", ())),
        )


def wants_inactive(value_set: Resource) -> bool:
    """Whether inactive codes are in the set (``compose.inactive``)."""
    return (value_set.get("compose") or {}).get("inactive") is not False


def listed_in_expansion(value_set: Resource) -> Iterator[Concept]:
    """The codes of an expansion that came with the resource."""
    return _contained((value_set.get("expansion") or {}).get("contains", ()))


def _contained(contains: Iterable[Resource]) -> Iterator[Concept]:
    for one in contains:
        if "code" in one:
            abstract, inactive = bool(one.get("abstract")), bool(one.get("inactive"))
            found = Concept(one.get("system", ""), one.get("version"), one["code"], one.get("display"))
            yield found._replace(abstract=abstract, inactive=inactive)
        yield from _contained(one.get("contains", ()))


def core_value_set(url: str) -> Resource | None:
    """A value set of R4 whose codes are listed, as a resource."""
    found = definitions.value_set(url)
    if found is None or not found.enumerable:
        return None
    include = [
        {"system": system, "concept": [{"code": code} for code in codes]}
        for system, codes in found.systems.items()
    ]
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": {"include": include}}


def core_concepts(system: str) -> dict[str, Concept] | None:
    """A code system of R4, without displays, as far as the value set of its name lists its concepts."""
    name = system.rpartition("/")[2]
    for base in ("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/ValueSet/"):
        found = definitions.value_set(base + name)
        if found and found.enumerable and system in found.systems:
            return {code: Concept(system, None, code) for code in found.systems[system]}
    return None
