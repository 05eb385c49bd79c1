"""Functions that treat objects of one type, compiled from the policy when a type is first met.

A walker makes a new object of what may leave. A property that no rule lets through has no handler, and a
property the specification does not know has none either.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Field
from smartbear.fhir.pseudonymisation import addresses, dates, policy
from smartbear.fhir.pseudonymisation.draft import Draft
from smartbear.fhir.pseudonymisation.rules import extensions
from smartbear.fhir.pseudonymisation.ways import KEPT, VALUES, Way, listed_code, resource_type

Object = dict[str, Any]
Walk = Callable[[Object, Draft], Object]
Handler = Callable[[Any, Object, str, Draft], None]
"""Treats one property: its value, the object being made, the property's name there, the draft."""

MASKED = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
"""Stands where the specification requires a value that must not leave."""

_LEAST: dict[str, tuple[int, frozenset[str]]] = {
    "Bundle.entry": (1, frozenset({"resource", "request", "response"})),
    "Bundle.entry.response": (1, frozenset({"status"})),
    "Bundle.link": (2, frozenset({"relation", "url"})),
    "MedicationAdministration.dosage": (1, frozenset({"dose", "rateRatio", "rateQuantity"})),
    "Observation.referenceRange": (1, frozenset({"low", "high"})),
    "Ratio": (2, frozenset({"numerator", "denominator"})),
}
"""Objects that mean something else, or nothing, without so many of these properties: left out then."""


class WithheldError(Exception):
    """The resource in hand must not leave at all."""


@cache
def walker(type_name: str) -> Walk:
    """The treatment of objects of a data type, backbone element or released resource type."""
    if type_name == "Reference":
        return _reference
    handlers = _handlers(type_name)
    required = tuple(_required(type_name))

    def walk(value: Object, draft: Draft) -> Object:
        made: Object = {}
        for name, item in value.items():
            handler = handlers.get(name)
            if handler is not None:
                handler(item, made, name, draft)
        for needed, mask in required:
            if needed in value and needed not in made:
                mask(made)
        return made

    return _whole(walk, type_name) if type_name in _LEAST or type_name == _PARAMETER else walk


_PARAMETER = "Parameters.parameter"


def _whole(walk: Walk, type_name: str) -> Walk:
    """The treatment of an object that is left out when too little of it may leave."""
    least, needed = _LEAST.get(type_name, (1, frozenset()))

    def is_enough(made: Object, value: Object) -> bool:
        if type_name == _PARAMETER:
            return "name" in made and len(made) > 1
        return len(needed & made.keys()) >= least and ("resource" in made or "resource" not in value)

    def walk_whole(value: Object, draft: Draft) -> Object:
        mark = draft.mark()
        made = walk(value, draft)
        if is_enough(made, value):
            return made
        draft.forget(mark)
        return {}

    return walk_whole


@cache
def _handlers(type_name: str) -> dict[str, Handler]:
    found: dict[str, Handler] = {}
    if type_name in definitions.resource_types():
        found["resourceType"] = _valued(resource_type, repeats=False)
    for name, field in definitions.fields(type_name).items():
        decision = policy.decide(type_name, name)
        handler = _handler(type_name, name, field, decision)
        if handler is None:
            continue
        found[name] = handler
        if _is_primitive(field.type) and not field.element.repeats and name != "id":
            found[f"_{name}"] = _beside
    return found


def _handler(owner: str, name: str, field: Field, decision: policy.Decision) -> Handler | None:
    if decision.action == "drop":
        return _dropped(name, field, decision.how)
    special = _HANDLERS.get(decision.how)
    if special:
        return special(owner, name, field)
    if field.type == "Resource":
        return _nested(resource, repeats=field.element.repeats)
    if decision.how in VALUES or _is_primitive(field.type):
        return _valued(_way(field, decision), repeats=field.element.repeats)
    return _nested(_later(field.type), repeats=field.element.repeats)


def _later(type_name: str) -> Walk:
    """The walker of a type that may hold itself."""

    def walk(value: Object, draft: Draft) -> Object:
        return walker(type_name)(value, draft)

    return walk


def _way(field: Field, decision: policy.Decision) -> Way:
    if decision.how in VALUES:
        return VALUES[decision.how]
    if decision.action == "shift":
        return dates.moved
    if decision.how == "listed code":
        return listed_code(field.element.binding)
    return KEPT.get(field.type, _nothing)


def _nothing(_value: Any, _draft: Draft) -> None:
    """Of a kept element that no way knows."""


def _valued(way: Way, *, repeats: bool) -> Handler:
    def one(item: Any, made: Object, name: str, draft: Draft) -> None:
        value = way(item, draft)
        if value is not None:
            made[name] = value

    def many(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item.__class__ is list:
            values = [value for each in item if (value := way(each, draft)) is not None]
            if values:
                made[name] = values

    return many if repeats else one


def _nested(walk: Callable[[Object, Draft], Object | None], *, repeats: bool) -> Handler:
    def one(item: Any, made: Object, name: str, draft: Draft) -> None:
        child = walk(item, draft) if item.__class__ is dict else None
        if child:
            made[name] = child

    def many(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item.__class__ is list:
            children = [child for each in item if each.__class__ is dict and (child := walk(each, draft))]
            if children:
                made[name] = children

    return many if repeats else one


def _dropped(name: str, field: Field, how: str) -> Handler | None:
    if how == "withhold":
        return _withhold
    mask = _mask(name, field)
    return (lambda _item, made, _name, _draft: mask(made)) if how == "mask" else None


def _bundle_type(_owner: str, _name: str, field: Field) -> Handler:
    way = listed_code(field.element.binding)

    def handler(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item in ("document", "message"):
            raise WithheldError
        _valued(way, repeats=False)(item, made, name, draft)

    return handler


def _withhold(_item: Any, _made: Object, _name: str, _draft: Draft) -> None:
    raise WithheldError


def _reference(value: Object, draft: Draft) -> Object:
    made: Object = {}
    addresses.put_reference(value.get("reference"), made, draft)
    kind = resource_type(value.get("type"), draft)
    if kind:
        made["type"] = kind
    return made


def _token(kind: Callable[[str, str], str]) -> Callable[[str, str, Field], Handler]:
    def handler_of(owner: str, name: str, _field: Field) -> Handler:
        named = kind(owner, name)

        def handler(item: Any, made: Object, key: str, draft: Draft) -> None:
            if item.__class__ is str:
                draft.want(made, key, (named, item))

        return handler

    return handler_of


def _address(_owner: str, _name: str, _field: Field) -> Handler:
    return addresses.put_address


def _extension(_owner: str, _name: str, _field: Field) -> Handler:
    def handler(item: Any, made: Object, name: str, draft: Draft) -> None:
        found = _extensions(item, draft)
        if found:
            made[name] = found

    return handler


def _extensions(items: Any, draft: Draft) -> list[Object]:
    if items.__class__ is not list:
        return []
    found = (_one_extension(item, draft) for item in items if item.__class__ is dict)
    return [one for one in found if one]


def _one_extension(item: Object, draft: Draft) -> Object | None:
    url = item.get("url")
    name = extensions().get(url) if url.__class__ is str else None
    if name is None or name not in item:
        return None
    if url == MASKED["url"]:
        return MASKED
    made: Object = {"url": url}
    _handlers("Extension")[name](item[name], made, name, draft)
    return made if len(made) > 1 else None


def _beside(item: Any, made: Object, name: str, draft: Draft) -> None:
    """What is beside a primitive: of its extensions those on the list."""
    found = _extensions(item.get("extension"), draft) if item.__class__ is dict else []
    if found:
        made[name] = {"extension": found}


def _contained(_owner: str, _name: str, _field: Field) -> Handler:
    def handler(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item.__class__ is not list:
            return
        kept = []
        for each in item:
            inner = dict(each) if each.__class__ is dict else {}
            local = inner.pop("id", None)
            fragment = draft.fragments.get(local) if local.__class__ is str else None
            found = _walked(inner, draft) if fragment else None
            if found:
                found["id"] = fragment
                kept.append(found)
        if kept:
            made[name] = kept

    return handler


_HANDLERS: dict[str, Callable[[str, str, Field], Handler]] = {
    "address": _address,
    "bundle type": _bundle_type,
    "contained": _contained,
    "extension": _extension,
    "id": _token(lambda owner, _name: owner),
    "text": _token(lambda owner, name: "Identifier" if owner == "Identifier" else name),
}


def _required(type_name: str) -> list[tuple[str, Callable[[Object], None]]]:
    found = definitions.fields(type_name).items()
    return [
        (name, _mask(name, field)) for name, field in found if field.element.min and name != "resourceType"
    ]


def _mask(name: str, field: Field) -> Callable[[Object], None]:
    stand_in: Any = {"extension": [MASKED]}
    place = f"_{name}" if _is_primitive(field.type) else name
    if field.element.repeats:
        stand_in = [stand_in]

    def mask(made: Object) -> None:
        made.setdefault(place, stand_in)

    return mask


@cache
def _is_primitive(type_name: str) -> bool:
    definition = definitions.find_type(type_name)
    return definition is not None and definition.kind == "primitive"


_UNSECURED = frozenset({"Bundle", "OperationOutcome", "Parameters"})
PSEUDED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "PSEUDED"}
"""Label of a resource that was pseudonymised (HL7 v3 ObservationValue)."""


def resource(value: Object, draft: Draft) -> Object | None:
    """A resource as it may leave, with its label; None if it may not."""
    mark, outer, used = draft.mark(), draft.fragments, draft.used
    draft.fragments, draft.used = _fragments(value), set()
    try:
        made = _walked(value, draft)
        if made is not None:
            _cut_contained(made, draft)
    finally:
        draft.fragments, draft.used = outer, used
    if made is None:
        draft.withheld += 1
        draft.forget(mark)
    elif made["resourceType"] not in _UNSECURED:
        _label(made)
    return made


def _walked(value: Object, draft: Draft) -> Object | None:
    if not _is_released(value):
        return None
    try:
        return walker(value["resourceType"])(value, draft)
    except WithheldError:
        return None


def _fragments(value: Object) -> dict[str, str]:
    """Ids of contained resources that may leave → ids that count them."""
    held = value.get("contained")
    found = held if held.__class__ is list else ()
    ids = [each.get("id") for each in found if each.__class__ is dict and _is_released(each)]
    return {each: f"c{number}" for number, each in enumerate(ids, 1) if each.__class__ is str}


def _is_released(value: Object) -> bool:
    kind = value.get("resourceType")
    return kind.__class__ is str and kind in policy.released()


def _cut_contained(made: Object, draft: Draft) -> None:
    """Leave out what nothing refers to any more (invariant dom-3)."""
    if "contained" in made:
        made["contained"] = [each for each in made["contained"] if each["id"] in draft.used]
        if not made["contained"]:
            del made["contained"]


def _label(made: Object) -> None:
    meta = made.setdefault("meta", {})
    meta["security"] = [*meta.get("security", ()), PSEUDED]
