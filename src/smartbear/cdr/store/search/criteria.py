"""Criteria as conditions on a resource.

Positive criteria are semi-joins (``rid IN (…)``), which the planner may start from; negative ones are anti-
joins. Index rows exist for current versions only, so a semi-join needs no look at ``resource`` unless the
caller's predicate does.
"""

from dataclasses import dataclass

from smartbear.cdr.store.observations import SERVED
from smartbear.cdr.store.search import observation
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.sql import FALSE, TRUE, all_of, any_of, exists, select
from smartbear.cdr.store.search.values import Values
from smartbear.cdr.store.search.visibility import Visibility
from smartbear.fhir.search.parameters import LIST, Parameter, SearchType
from smartbear.fhir.search.query import (
    AllOf,
    AnyOf,
    Chain,
    CompositeValue,
    Criterion,
    DateValue,
    Has,
    ListValue,
    Match,
    Missing,
    Not,
    Prefix,
    SearchValue,
    TokenValue,
    WordsValue,
)
from smartbear.fhir.search.words import CONTENT, NARRATIVE

_TABLES = {
    SearchType.TOKEN: "ix_token",
    SearchType.STRING: "ix_text",
    SearchType.DATE: "ix_date",
    SearchType.NUMBER: "ix_number",
    SearchType.QUANTITY: "ix_quantity",
    SearchType.REFERENCE: "ix_ref",
    SearchType.URI: "ix_uri",
    SearchType.SPECIAL: "ix_position",
}
_SUFFIXES = {"of-type": ":of-type", "identifier": ":identifier"}
_OF_RESOURCE = frozenset({"_id", "_lastUpdated"})
_WORDS = {NARRATIVE: "narrative", CONTENT: "content"}
_UNKEYED = frozenset({NARRATIVE, CONTENT, LIST})
_ITEM = "item"
_NEGATIVE = frozenset({"not", "ne"})
_NOBODY = "SELECT NULL::bigint WHERE FALSE"
_MILLISECOND = "interval '1 millisecond'"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Writes criteria of one statement."""

    arguments: Arguments
    lookups: Lookups
    visibility: Visibility
    values: Values

    def condition(  # noqa: PLR0911 - one case for each kind of criterion
        self, alias: str, resource_type: str | None, criterion: Criterion
    ) -> str:
        """On ``alias``, a row of ``resource`` of this type; of any if there is none."""
        match criterion:
            case Missing(parameter, missing):
                present = self._present(alias, resource_type, parameter)
                return f"NOT {present}" if missing else present
            case Chain():
                return f"{alias}.rid IN ({self._chain(resource_type, criterion)})"
            case Has():
                return f"{alias}.rid IN ({self._has(resource_type, criterion)})"
            case Match():
                return self._match(alias, resource_type, criterion)
            case AllOf(criteria):
                return f"({all_of(self.condition(alias, resource_type, one) for one in criteria)})"
            case AnyOf(criteria):
                return any_of(self.condition(alias, resource_type, one) for one in criteria)
            case Not(one):
                return f"NOT ({self.condition(alias, resource_type, one)})"

    def _match(self, alias: str, resource_type: str | None, criterion: Match) -> str:
        match criterion.parameter.code:
            case "_id":
                return self._id(alias, criterion)
            case "_lastUpdated":
                return any_of(self._updated(alias, value) for value in criterion.values)
            case code if code in _WORDS:
                return any_of(self._worded(alias, _WORDS[code], value) for value in criterion.values)
            case code if code == LIST:
                return any_of(self._listed(alias, value) for value in criterion.values)
        if criterion.modifier == "not":
            return f"NOT {exists(self.rows(resource_type, criterion, f'x.rid = {alias}.rid'))}"
        return f"{alias}.rid IN ({self.rows(resource_type, criterion)})"

    def matching(self, resource_type: str, criterion: Criterion) -> str:
        """A selection of the rids of this type that meet a criterion and that the caller sees."""
        if not self.visibility.allows(resource_type):
            return _NOBODY
        if self.visibility.is_whole(resource_type) and isinstance(criterion, Match) and _has_rows(criterion):
            return self.rows(resource_type, criterion)
        kind = self.arguments.add(self.lookups.type(resource_type), "int")
        meets = self.condition("q", resource_type, criterion)
        seen = self.visibility.of("q", {resource_type})
        return select("q.rid", "resource q", f"q.type_id = {kind}", "NOT q.deleted", seen, meets)

    def targets(self, criterion: Chain) -> str:
        """A selection of the rids that a chain may lead to."""
        return " UNION ALL ".join(f"({self.matching(link.type, link.criterion)})" for link in criterion.links)

    def rows(self, resource_type: str | None, criterion: Match, also: str = TRUE) -> str:
        """A selection of the rids whose index rows match."""
        parameter, modifier = criterion.parameter, criterion.modifier or ""
        if modifier == "ne" and observation.is_patient(resource_type, parameter.code):
            return self._other_patients(criterion, also)
        if observation.served(resource_type, criterion, self.lookups.bases):
            return select("x.rid", "obs x", observation.condition(self.values, "x", criterion), also)
        if parameter.type is SearchType.COMPOSITE:
            return self._composite(resource_type, criterion, also)
        table = "ix_token" if modifier in _SUFFIXES else _TABLES[parameter.type]
        code = parameter.code + _SUFFIXES[modifier] if modifier in _SUFFIXES else parameter.code
        if observation.is_trait(resource_type, code):
            # Not IN: the planner would take each of the many rids in `ix_token` to be as likely.
            among = f"x.traits = ANY(ARRAY({self._tokens(criterion)}))"
            return select("x.rid", "obs x", "x.lead", among, also)
        by = self._by("x", resource_type, observation.kept_as(resource_type, code))
        return select("x.rid", f"{table} x", by, self.values.any("x", criterion), also)

    def has_trait(self, alias: str, criterion: Match) -> str:
        """On a row of ``obs``: OFFSET 0 keeps the planner from starting at a code most rows have."""
        found = exists(f"{self._tokens(criterion, f'k.rid = {alias}.traits')} OFFSET 0")
        return f"NOT {found}" if criterion.modifier == "not" else found

    def _tokens(self, criterion: Match, also: str = TRUE) -> str:
        by = self._by("k", "Observation", criterion.parameter.code)
        return select("k.rid", "ix_token k", by, self.values.any("k", criterion), also)

    def _other_patients(self, criterion: Match, also: str) -> str:
        """Observations of other patients: of ours, kept as subjects, or of others', kept apart."""
        kind = self.arguments.add(self.lookups.type("Patient"), "int")
        named = self.values.any("x", criterion)
        ours = select("", "resource t", "t.rid = x.target", f"t.type_id = {kind}")
        either = any_of([
            all_of([self._by("x", "Observation", "subject"), exists(ours)]),
            self._by("x", "Observation", "patient"),
        ])  # fmt: skip
        return select("x.rid", "ix_ref x", either, named, also)

    def _composite(self, resource_type: str | None, criterion: Match, also: str) -> str:
        """Parts are tied by rid and part; the first is ``x``."""
        parameter = criterion.parameter
        aliases = ["x", *(f"x{n}" for n in range(1, len(parameter.components)))]
        tables = [_TABLES[component.type] for component in parameter.components]
        joins = [
            f"JOIN {table} {alias} ON {alias}.rid = x.rid AND {alias}.part = x.part"
            for table, alias in zip(tables[1:], aliases[1:], strict=True)
        ]
        keys = [self._by(alias, resource_type, f"{parameter.code}${n}") for n, alias in enumerate(aliases)]
        wanted = [value for value in criterion.values if isinstance(value, CompositeValue)]
        found = any_of(self.values.all(aliases, parameter, value) for value in wanted)
        return select("x.rid", " ".join([f"{tables[0]} x", *joins]), *keys, found, also)

    def _chain(self, resource_type: str | None, criterion: Chain) -> str:
        targets = self.targets(criterion)
        if observation.patients(resource_type, criterion):
            return select("x.rid", "obs x", "x.lead", f"x.patient IN ({targets})")
        by = self._by("x", resource_type, criterion.parameter.code)
        return select("x.rid", "ix_ref x", by, f"x.target IN ({targets})")

    def _has(self, resource_type: str | None, criterion: Has) -> str:
        source, inner = criterion.type, criterion.criterion
        if not observation.refers_to_patient(resource_type, criterion):
            by = self._by("x", source, criterion.parameter.code)
            met = f"x.rid IN ({self.matching(source, inner)})"
            return select("x.target", "ix_ref x", by, "x.target IS NOT NULL", met)
        hot = observation.served(source, inner, self.lookups.bases)
        if hot is None or hot.modifier == "not":
            met = f"x.rid IN ({self.matching(source, inner)})"
            return select("x.patient", "obs x", "x.lead", "x.patient IS NOT NULL", met)
        seen = self.visibility.of("x", {source}) if self.visibility.allows(source) else FALSE
        met = observation.condition(self.values, "x", hot)
        return select("x.patient", "obs x", "x.patient IS NOT NULL", seen, met)

    def _present(self, alias: str, resource_type: str | None, parameter: Parameter) -> str:
        code, kind = parameter.code, parameter.type
        if code in _OF_RESOURCE:
            return TRUE
        here = f"x.rid = {alias}.rid"
        if code in _WORDS:
            return exists(select("", "ix_words x", here, f"x.{_WORDS[code]} IS NOT NULL"))
        shown = []
        if resource_type == "Observation" and code in SERVED:
            shown.append(select("", "obs x", here, observation.present("x", code)))
        elif observation.is_trait(resource_type, code):
            tied = "obs x JOIN ix_token k ON k.rid = x.traits"
            shown.append(select("", tied, here, "x.lead", self._by("k", resource_type, code)))
        else:
            composite = kind is SearchType.COMPOSITE
            kind = parameter.components[0].type if composite else kind
            shown.append(self._keyed(_TABLES[kind], resource_type, f"{code}$0" if composite else code, here))
        if parameter.type is SearchType.REFERENCE:
            shown.append(self._keyed("ix_ref", resource_type, code, here))
            shown.append(self._keyed("ix_token", resource_type, f"{code}:identifier", here))
        return any_of(exists(selection) for selection in shown)

    def _keyed(self, table: str, resource_type: str | None, code: str, here: str) -> str:
        return select("", f"{table} x", here, self._by("x", resource_type, code))

    def _worded(self, alias: str, column: str, value: SearchValue) -> str:
        assert isinstance(value, WordsValue)
        wanted = self.arguments.add(list(value.words), "text[]")
        met = f"string_to_array(x.{column}, ' ') @> {wanted}"
        return f"{alias}.rid IN ({select('x.rid', 'ix_words x', met)})"

    def _listed(self, alias: str, value: SearchValue) -> str:
        """Among the items of a List that the caller sees."""
        assert isinstance(value, ListValue)
        rid = self.lookups.list(value.id)
        if rid is None or not self.visibility.allows("List"):
            return FALSE
        place = f"l.rid = {self.arguments.add(rid, 'bigint')}"
        items = "resource l JOIN ix_ref x ON x.rid = l.rid"
        by = self._by("x", "List", _ITEM)
        seen = self.visibility.of("l", {"List"})
        found = select("x.target", items, place, "NOT l.deleted", seen, by, "x.target IS NOT NULL")
        return f"{alias}.rid IN ({found})"

    def _id(self, alias: str, criterion: Match) -> str:
        named = [
            value.code
            for value in criterion.values
            if isinstance(value, TokenValue) and value.code and not value.system
        ]
        found = f"{alias}.id = ANY({self.arguments.add(named, 'text[]')})" if named else FALSE
        return f"NOT ({found})" if criterion.modifier in _NEGATIVE else found

    def _updated(self, alias: str, value: SearchValue) -> str:
        """The instant a resource was stored at is a range of one millisecond."""
        assert isinstance(value, DateValue)
        if value.prefix is Prefix.GE:
            return f"{alias}.upd >= {self.arguments.add(value.range.start, 'timestamptz')}"
        if value.prefix is Prefix.LE:
            return f"{alias}.upd <= {self.arguments.add(value.range.end, 'timestamptz')} - {_MILLISECOND}"
        return self.values.date(f"{alias}.upd", f"({alias}.upd + {_MILLISECOND})", value)

    def _by(self, alias: str, resource_type: str | None, code: str) -> str:
        """That index rows are those of a parameter: of one type, or of all."""
        if resource_type is not None:
            return f"{alias}.param = {self.arguments.add(self.lookups.parameter(resource_type, code), 'int')}"
        return f"{alias}.param = ANY({self.arguments.add(self.lookups.parameters(None, code), 'int[]')})"


def _has_rows(criterion: Match) -> bool:
    """Whether the criterion is met by index rows, and not by their absence or by ``resource`` itself."""
    special = criterion.parameter.code in _OF_RESOURCE or criterion.parameter.code in _UNKEYED
    return criterion.modifier != "not" and not special
