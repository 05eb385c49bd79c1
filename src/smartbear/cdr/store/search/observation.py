"""Criteria that the columns of ``obs`` answer."""

from smartbear.cdr.store.observations import SERVED, TRAITS
from smartbear.cdr.store.search.lookups import is_local
from smartbear.cdr.store.search.sql import TRUE, all_of, any_of
from smartbear.cdr.store.search.values import Values
from smartbear.fhir.search.query import (
    Chain,
    CompositeValue,
    Criterion,
    DateValue,
    Has,
    Match,
    ReferenceValue,
    SearchValue,
    TextValue,
    TokenValue,
)

_OWN_CODES = frozenset({"code", "code-value-quantity"})
_PATIENT = frozenset({"patient", "subject"})
_LEAD = "{0}.lead"
_ROWS = {
    "code": "NOT {0}.component",
    "code-value-quantity": "NOT {0}.component",
    "component-code": "{0}.component",
    "component-value-quantity": "{0}.component",
    "component-code-value-quantity": "{0}.component",
    "combo-code": "TRUE",
    "combo-value-quantity": "TRUE",
    "combo-code-value-quantity": "TRUE",
}
"""Which rows of a resource a parameter looks at; the lead row for the others."""


def is_patient(resource_type: str | None, code: str) -> bool:
    """Whether the parameter is the one of Observation that tells patients from other subjects."""
    return (resource_type, code) == ("Observation", "patient")


def served(resource_type: str | None, criterion: Criterion, bases: tuple[str, ...]) -> Match | None:
    """The criterion, if it is about Observations and ``obs`` holds what it looks at."""
    if resource_type != "Observation" or not isinstance(criterion, Match):
        return None
    code = criterion.parameter.code
    if code not in _PATIENT:
        return criterion if code in SERVED else None
    types = {None, "Patient"} if code == "patient" else {"Patient"}
    named = all(_is_local(value, types, bases) for value in criterion.values)
    return criterion if named and criterion.modifier is None else None


def patients(resource_type: str | None, criterion: Chain) -> bool:
    """Whether a chain leads from Observations to patients only."""
    types = {link.type for link in criterion.links}
    return resource_type == "Observation" and criterion.parameter.code in _PATIENT and types == {"Patient"}


def refers_to_patient(resource_type: str | None, criterion: Has) -> bool:
    """Whether ``_has`` asks for patients by their Observations."""
    if resource_type is None:
        return is_patient(criterion.type, criterion.parameter.code)
    ours = (criterion.type, resource_type) == ("Observation", "Patient")
    return ours and criterion.parameter.code in _PATIENT


def kept_as(resource_type: str | None, code: str) -> str:
    """The parameter under which ``ix_ref`` has all references of another: every patient is a subject."""
    return "subject" if is_patient(resource_type, code) else code


def is_trait(resource_type: str | None, code: str) -> bool:
    """Whether the parameter's tokens are found by the ``traits`` of a row of ``obs``."""
    return resource_type == "Observation" and code in TRAITS


def condition(values: Values, alias: str, criterion: Match) -> str:
    """On one row of ``obs``; several rows of a resource may meet it unless it is about the lead row."""
    which = _which(criterion.parameter.code).format(alias)
    if criterion.modifier == "ne":
        return all_of([which, f"{alias}.code IS NOT NULL", f"NOT ({test(values, alias, criterion)})"])
    return all_of([which, test(values, alias, criterion)])


def test(values: Values, alias: str, criterion: Match) -> str:
    """On the columns alone; those in ``SHARED`` are the same on all rows of the observation itself."""
    return any_of(_one(values, alias, criterion, value) for value in criterion.values)


SHARED = frozenset({"patient", "subject", "date", "value-quantity"})


def picks_one_row(values: Values, alias: str, criterion: Match) -> str | None:
    """A condition that at most one row of a resource meets, if asking for one code of it can be such."""
    if criterion.modifier or len(criterion.values) != 1 or criterion.parameter.code not in _OWN_CODES:
        return None
    value = criterion.values[0]
    token = value.parts[0] if isinstance(value, CompositeValue) else value
    if not isinstance(token, TokenValue) or token.code is None:
        return None
    once = f"{alias}.once" if token.system is None else TRUE
    return all_of([condition(values, alias, criterion), once])


def present(alias: str, code: str) -> str:
    """That a row shows the parameter to have a value."""
    column = {"patient": "patient", "date": "t1"}.get(code, "words" if code.endswith("code") else "unit")
    return f"{_which(code).format(alias)} AND {alias}.{column} IS NOT NULL"


def _which(code: str) -> str:
    return _ROWS.get(code, _LEAD)


def _is_local(value: SearchValue, types: set[str] | set[str | None], bases: tuple[str, ...]) -> bool:
    if not isinstance(value, ReferenceValue) or value.version:
        return False
    return value.type in types and is_local(value, bases)


def _one(values: Values, alias: str, criterion: Match, value: SearchValue) -> str:
    match value:
        case ReferenceValue():
            return values.among(f"{alias}.patient", values.lookups.rids(criterion.parameter, value))
        case DateValue():
            return all_of([f"{alias}.t1 IS NOT NULL", values.date(f"{alias}.t0", f"{alias}.t1", value)])
        case TextValue(folded):
            return f"strpos({alias}.words, E'\\n' || {values.text(folded)}) > 0"
        case CompositeValue():
            return values.all([alias, alias], criterion.parameter, value)
        case _:
            return values.one(alias, criterion.parameter, value)
