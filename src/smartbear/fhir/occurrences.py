"""The occurrences of a child element in an object, each with its place."""

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.items import Element


def children(parent: Element, name: str) -> list[tuple[str, Element]]:
    """Place (`.code`, `.component[1]`) and value of every child of this name (`value` for `value[x]`)."""
    found = [child for child in parent.children(name) if isinstance(child, Element)]
    if not found:
        return []
    element = definitions.element("Element" if parent.is_primitive else parent.type, name)
    if element is None or not element.repeats:
        return [("." + name, child) for child in found]
    return [(f".{name}[{index}]", child) for index, child in enumerate(found)]
