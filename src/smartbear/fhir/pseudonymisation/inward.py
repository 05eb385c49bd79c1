"""What a project sends: tokens back to ids, dates back to theirs, and everything else as it is."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from smartbear.fhir import definitions
from smartbear.fhir.definitions import Field
from smartbear.fhir.pseudonymisation import addresses, dates, policy, queries
from smartbear.fhir.pseudonymisation.draft import Draft, Terms
from smartbear.fhir.pseudonymisation.queries import Refused
from smartbear.kit.errors import BadInput, NotFound

Object = dict[str, Any]
_Handler = Callable[[Any, Object, str, Draft], None]


def resource(value: Any, terms: Terms) -> Draft:
    """A resource as the repository knows it; what is wrong with its shape stays wrong, for others to tell."""
    draft = _draft(terms)
    draft.value = _resource(value, draft) if value.__class__ is dict else value
    return draft


def target(path: str, query: str, terms: Terms) -> Draft:
    """A request's address relative to the repository, `Observation?subject=…`.

    Refused if it is not offered, NotFound if it is of a type that is withheld.
    """
    draft = _draft(terms)
    kind = path.partition("/")[0]
    if kind in definitions.resource_types() and kind not in policy.released():
        raise NotFound
    parts = addresses.address(f"{path}?{query}" if query else path, draft, queries.inward)
    if parts is None:
        raise Refused
    holder = {"": ""}
    addresses.join(parts, holder, "", draft)
    draft.at_last(lambda: setattr(draft, "value", holder[""]))
    return draft


def form(kind: str, text: str, terms: Terms) -> Draft:
    """The parameters of a search by POST."""
    draft, parts, holder = _draft(terms), [""], {"": ""}
    addresses.put_query(queries.pairs(text), kind, parts, draft, queries.inward)
    addresses.join(parts, holder, "", draft)
    draft.at_last(lambda: setattr(draft, "value", holder[""]))
    return draft


def _draft(terms: Terms) -> Draft:
    return Draft(msgspec.structs.replace(terms, days=-terms.days, is_inward=True))


def _resource(value: Object, draft: Draft) -> Object:
    kind = value.get("resourceType")
    known = kind.__class__ is str and kind in definitions.resource_types()
    return _walker(kind)(value, draft) if known else value


@cache
def _walker(type_name: Any) -> Callable[[Object, Draft], Object]:
    if type_name == "Reference":
        return _reference
    handlers = {
        name: _handler(type_name, name, field) for name, field in definitions.fields(type_name).items()
    }

    def walk(value: Object, draft: Draft) -> Object:
        made: Object = {}
        for name, item in value.items():
            made[name] = item
            handler = handlers.get(name)
            if handler is not None:
                handler(item, made, name, draft)
        return made

    return walk


def _handler(owner: str, name: str, field: Field) -> _Handler | None:
    decision = policy.decide(owner, name)
    if decision.how in ("id", "text"):
        kind = owner if decision.how == "id" else "Identifier" if owner == "Identifier" else name
        return _token(kind, may_be_new=name == "linkId")
    if decision.how == "address":
        return _address
    if decision.action == "shift" and field.type[0].islower():
        return _date
    if field.type[0].islower():
        return None
    if name == "contained":
        return _inside(_contained)
    return _inside(_resource if field.type == "Resource" else _later(field.type))


def _later(type_name: str) -> Callable[[Object, Draft], Object]:
    """The walker of a type that may hold itself."""

    def walk(value: Object, draft: Draft) -> Object:
        return _walker(type_name)(value, draft)

    return walk


def _contained(value: Object, draft: Draft) -> Object:
    """Ids of contained resources are of this document alone."""
    made = _resource({name: item for name, item in value.items() if name != "id"}, draft)
    return {**made, "id": value["id"]} if "id" in value else made


def _token(kind: str, *, may_be_new: bool) -> _Handler:
    """Ids of questions may be the project's own.

    An identifier may not: who guesses a person's, adds it to a resource and reads that back would have its
    token, and so the person.
    """

    def handler(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item.__class__ is str:
            draft.want(made, name, (kind, item), otherwise=item if may_be_new else None)

    return handler


def _address(item: Any, made: Object, name: str, draft: Draft) -> None:
    parts = addresses.address(item, draft, queries.inward) if item.__class__ is str else None
    if parts is not None:
        addresses.join(parts, made, name, draft)


def _date(item: Any, made: Object, name: str, draft: Draft) -> None:
    if item.__class__ is list:
        made[name] = [_moved(each, draft) for each in item]
    else:
        made[name] = _moved(item, draft)


def _moved(item: Any, draft: Draft) -> Any:
    """A date of the repository; BadInput for one that cannot be moved, which would come back as another."""
    found = dates.moved(item, draft)
    if found is None and dates.is_point(item):
        raise BadInput("There is no such day, or none near it.")
    return found or item


def _inside(walk: Callable[[Object, Draft], Object]) -> _Handler:
    def handler(item: Any, made: Object, name: str, draft: Draft) -> None:
        if item.__class__ is list:
            made[name] = [walk(each, draft) if each.__class__ is dict else each for each in item]
        elif item.__class__ is dict:
            made[name] = walk(item, draft)

    return handler


def _reference(value: Object, draft: Draft) -> Object:
    made = dict(value)
    if "reference" in value:
        addresses.take_reference(value["reference"], made, draft)
    if value.get("identifier").__class__ is dict:
        made["identifier"] = _walker("Identifier")(value["identifier"], draft)
    return made
