"""Types, invariants and profiles out of StructureDefinitions."""

from collections.abc import Iterable, Iterator

from smartbear.fhir.definitions.model import (
    Element,
    ElementType,
    Invariant,
    Kind,
    TypeDefinition,
)
from smartbear.operations.fhir_definitions.package import Resource

_SYSTEM_TYPES = {"Resource.id": "id", "Extension.url": "uri"}  # other FHIRPath system types are strings
_KINDS: dict[str, Kind] = {"resource": "resource", "complex-type": "complex", "primitive-type": "primitive"}
_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/"
_PROFILES = {
    *("vitalsigns", "vitalspanel", "bp", "heartrate", "resprate", "oxygensat", "bodytemp"),
    *("bodyheight", "bodyweight", "bmi", "headcircum", "SimpleQuantity"),
}


_CONSTRAINING = {
    *("id", "path", "sliceName", "slicing", "min", "max", "type", "maxLength", "binding", "constraint"),
    "contentReference",
}


def _last(url: str) -> str:
    return url.rsplit("/", 1)[-1].partition("|")[0]


def _extension(holder: Resource, name: str) -> str | None:
    for extension in holder.get("extension", []):
        if extension["url"] == _EXTENSIONS + name:
            return next(str(value) for key, value in extension.items() if key.startswith("value"))
    return None


def is_core_type(definition: Resource) -> bool:
    """A type of the specification itself: not a profile, an extension definition or a logical model."""
    return bool(definition["kind"] != "logical" and definition.get("derivation") != "constraint")


def _element_types(element: Resource, paths: set[str]) -> Iterator[ElementType]:
    if "contentReference" in element:
        yield ElementType(element["contentReference"].removeprefix("#"))
    for kind in element.get("type", []):
        code = kind["code"]
        if code.startswith("http://hl7.org/fhirpath/"):
            code = _SYSTEM_TYPES.get(element["base"]["path"], "string")
        elif code in {"BackboneElement", "Element"} and element["path"] in paths:
            code = element["path"]
        targets = sorted(_last(url) for url in kind.get("targetProfile", []))
        profile = _last(kind["profile"][0]) if "profile" in kind else ""
        yield ElementType(code, () if targets == ["Resource"] else tuple(targets), profile)


def _binding(element: Resource) -> str:
    binding = element.get("binding", {})
    return binding["valueSet"].partition("|")[0] if binding.get("strength") == "required" else ""


def _element(element: Resource, paths: set[str]) -> Element:
    name = element["path"].rsplit(".", 1)[1]
    return Element(
        name=name.removesuffix("[x]"),
        types=tuple(_element_types(element, paths)),
        min=element["min"],
        max=None if element["max"] == "*" else int(element["max"]),
        choice=name.endswith("[x]"),
        summary=element.get("isSummary", False),
        modifier=element.get("isModifier", False),
        binding=_binding(element),
    )


def _regex(elements: Iterable[Resource]) -> str:
    for element in elements:
        if element["path"].endswith(".value"):
            return _extension(element["type"][0], "regex") or ""
    return ""


def _is_own(element: Resource) -> bool:
    return bool(element["base"]["path"] == element["path"] or element["max"] == "0")


def _children(elements: list[Resource], path: str, *, primitive: bool) -> Iterator[Resource]:
    """What a type adds to its base, but for a primitive's value, which JSON writes bare."""
    for element in elements:
        parent, _, name = element["path"].rpartition(".")
        if parent == path and _is_own(element) and (not primitive or name != "value"):
            yield element


def types(definition: Resource) -> Iterator[TypeDefinition]:
    """The type itself, then the backbone elements inside it."""
    elements = definition["snapshot"]["element"]
    paths = {element["path"].rpartition(".")[0] for element in elements}
    primitive = definition["kind"] == "primitive-type"
    for element in elements:
        path = element["path"]
        if path not in paths and path != definition["type"]:
            continue
        root = path == definition["type"]
        yield TypeDefinition(
            name=path,
            kind=_KINDS[definition["kind"]] if root else "backbone",
            base=_last(definition.get("baseDefinition", "")) if root else element["type"][0]["code"],
            abstract=root and definition["abstract"],
            elements=tuple(_element(e, paths) for e in _children(elements, path, primitive=primitive)),
            regex=_regex(elements) if primitive else "",
        )


def _invariant(constraint: Resource, context: str) -> Invariant:
    return Invariant(
        key=constraint["key"],
        context=context,
        human=constraint["human"],
        expression=constraint.get("expression", ""),
        severity=constraint["severity"],
    )


def invariants(definition: Resource) -> Iterator[Invariant]:
    """Rules stated by this definition; those of its base are listed there."""
    for element in definition["snapshot"]["element"]:
        if not _is_own(element) and "." in element["path"]:
            continue
        for constraint in element.get("constraint", []):
            if constraint.get("source", definition["url"]) == definition["url"]:
                yield _invariant(constraint, element["path"].replace("[x]", ""))


def _is_fact(name: str) -> bool:
    """Whether a member of an ElementDefinition constrains the element, and is not prose about it."""
    return name in _CONSTRAINING or name.startswith(("fixed", "pattern", "minValue", "maxValue"))


def _constraining(element: Resource) -> Resource:
    found = {name: value for name, value in element.items() if _is_fact(name)}
    if "binding" in found:
        found["binding"] = {name: found["binding"][name] for name in ("strength", "valueSet")}
    if "constraint" in found:
        kept = ("key", "severity", "human", "expression")
        found["constraint"] = [{n: one[n] for n in kept if n in one} for one in found["constraint"]]
    return found


def profile(definition: Resource) -> Resource | None:
    """A profile without its prose, when it is one the platform works with (vital signs, SimpleQuantity)."""
    if definition.get("derivation") != "constraint" or definition["id"] not in _PROFILES:
        return None
    kept = ("resourceType", "id", "url", "type", "derivation", "baseDefinition")
    elements = [_constraining(element) for element in definition["differential"]["element"]]
    return {name: definition[name] for name in kept} | {"differential": {"element": elements}}


def bound_sets(profile: Resource) -> set[str]:
    """Value sets that a profile binds as required."""
    return {_binding(element) for element in profile["differential"]["element"]}
