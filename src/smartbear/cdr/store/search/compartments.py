"""That a resource is in a compartment (https://hl7.org/fhir/R4/compartmentdefinition.html)."""

from collections.abc import Set as AbstractSet

from smartbear.cdr.model.compartment import members
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.lookups import Lookups
from smartbear.cdr.store.search.observation import kept_as
from smartbear.cdr.store.search.sql import select
from smartbear.fhir.search.query import Within


def inside(
    alias: str, within: Within, types: AbstractSet[str], lookups: Lookups, arguments: Arguments
) -> str:
    """On an alias of ``resource``: of one of the types, and referring to the centre, or the centre itself."""
    keys = {
        lookups.parameter(kind, kept_as(kind, code)) for kind, code in members(within.type) if kind in types
    }
    kind = arguments.add(lookups.type(within.type), "int")
    named = f"c.id = {arguments.add(within.id, 'text')}"
    centre = f"({select('c.rid', 'resource c', f'c.type_id = {kind}', named)})"
    by = f"x.param = ANY({arguments.add(sorted(keys), 'int[]')})"
    referring = select("x.rid", "ix_ref x", f"x.target = {centre}", by)
    return f"{alias}.rid IN (SELECT {centre} UNION ALL {referring})"
