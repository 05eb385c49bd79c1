"""Profiles by canonical: those R4 publishes for vital signs, and those the caller can load."""

from collections.abc import Callable, Iterator
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.profiles.building import build
from smartbear.fhir.profiles.facts import DEFINITIONS
from smartbear.fhir.profiles.tree import Node, Profile, UnusableProfile

Load = Callable[[str], dict[str, Any] | None]
"""Canonical, with its version if it has one → StructureDefinition."""

LONGEST = 1000
"""Characters of a canonical; longer ones come from nobody who means well, and are not kept."""

_DEEPEST = 20  # profiles upon profiles


class Library:
    """Compiles each profile once. The profiles of the specification cannot be replaced."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[str, Profile | UnusableProfile | None] = {}

    def find(self, canonical: str) -> Profile | None:
        """The profile, None if nobody has it; UnusableProfile if it cannot be used."""
        if len(canonical) > LONGEST:
            return None
        if is_published(canonical):
            canonical = canonical.partition("|")[0]  # in one version
        if canonical not in self._known:
            try:
                self._known[canonical] = self._compile(canonical, _DEEPEST)
            except UnusableProfile as error:
                self._known[canonical] = error
        found = self._known[canonical]
        if isinstance(found, UnusableProfile):
            raise found
        return found

    def _compile(self, canonical: str, depth: int) -> Profile | None:
        definition = definitions.find_profile(canonical.partition("|")[0]) or self._load(canonical)
        if definition is None:
            return None
        kind, url = definition["type"], definition["url"]
        if definitions.find_type(kind) is None:
            raise UnusableProfile("it is not about a type of FHIR R4")
        if "snapshot" in definition:
            return Profile(url, kind, build(Node(), kind, definition["snapshot"]["element"]))
        root = self._base(definition, depth)
        return Profile(url, kind, build(root, kind, definition.get("differential", {}).get("element", ())))

    def _base(self, definition: dict[str, Any], depth: int) -> Node:
        base = definition.get("baseDefinition", "")
        if core_type(base):
            return Node()
        found = self._compile(base, depth - 1) if depth else None
        if found is None:
            raise UnusableProfile("it has no snapshot, and the profile it is based on is not here")
        return found.root


def core_type(canonical: str) -> str:
    """The type of R4 that a canonical stands for, or nothing."""
    folder, _, name = canonical.partition("|")[0].rpartition("/")
    return name if f"{folder}/" == DEFINITIONS and name in definitions.type_names() else ""


def is_published(canonical: str) -> bool:
    """Whether R4 itself says what the canonical stands for: a type, or a profile that is kept here."""
    return bool(core_type(canonical) or definitions.find_profile(canonical.partition("|")[0]))


def dependencies(definition: dict[str, Any]) -> Iterator[str]:
    """Canonicals of the profiles that a StructureDefinition mentions and R4 does not publish."""
    named = [definition.get("baseDefinition", "")]
    for form in ("snapshot", "differential"):
        for element in definition.get(form, {}).get("element", ()):
            for kind in element.get("type", ()):
                named += [*kind.get("profile", ()), *kind.get("targetProfile", ())]
    for canonical in dict.fromkeys(named):
        if canonical and not is_published(canonical):
            yield canonical
