"""Types of items: ``type()``, ``is``, ``as`` and ``ofType`` (FHIRPath N1, section 6.3)."""

from collections.abc import Callable
from decimal import Decimal

from smartbear.fhir import definitions
from smartbear.fhir.fhirpath.errors import ExpressionTypeError
from smartbear.fhir.fhirpath.items import Element, Item, TypeInfo, primitive_types
from smartbear.fhir.fhirpath.quantities import Quantity
from smartbear.fhir.fhirpath.temporal import Temporal
from smartbear.fhir.fhirpath.tree import Name, Node

_SYSTEM_NAMES = {bool: "Boolean", int: "Integer", Decimal: "Decimal", str: "String", Quantity: "Quantity"}
_SYSTEM_TYPES = {*_SYSTEM_NAMES.values(), "Date", "DateTime", "Time"}


def type_of(item: Item) -> TypeInfo:
    """``FHIR`` types for elements, ``System`` types for values of the language."""
    if isinstance(item, Element):
        return TypeInfo("FHIR", item.type)
    if isinstance(item, Temporal):
        return TypeInfo("System", item.kind)
    return TypeInfo("System", _SYSTEM_NAMES.get(type(item), "Any"))


def type_name(node: Node) -> str:
    """The type that the argument of ``is()``, ``as()`` or ``ofType()`` names."""
    match node:
        case Name(None, name):
            return name
        case Name(Name(None, namespace), name):
            return f"{namespace}.{name}"
    raise ExpressionTypeError("A type was expected here.")


def is_type(name: str) -> Callable[[Item], bool]:
    """Test for ``is``: the type itself or one derived from it."""
    return _test(name, definitions.is_a)


def as_type(name: str) -> Callable[[Item], bool]:
    """Test for ``as`` and ``ofType``: there a primitive is not taken for its base (``code``, ``string``)."""
    return _test(name, lambda kind, wanted: kind == wanted or _is_complex(kind, wanted))


def _is_complex(kind: str, wanted: str) -> bool:
    return kind not in primitive_types() and definitions.is_a(kind, wanted)


def _test(name: str, fits: Callable[[str, str], bool]) -> Callable[[Item], bool]:
    namespace, _, bare = name.rpartition(".")
    in_fhir = namespace != "System" and definitions.find_type(bare) is not None
    in_system = namespace != "FHIR" and bare in _SYSTEM_TYPES
    if not namespace and not in_fhir and not in_system:
        raise ExpressionTypeError("The expression names a type that does not exist.")

    def test(item: Item) -> bool:
        kind = type_of(item)
        return (in_fhir and kind.namespace == "FHIR" and fits(kind.name, bare)) or (
            in_system and kind == ("System", bare)
        )

    return test
