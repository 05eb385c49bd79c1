"""``$expand`` (https://hl7.org/fhir/R4/valueset-operation-expand.html)."""

from collections.abc import Sequence
from typing import Any

from smartbear.cdr.actions.terminology.members import Terms
from smartbear.fhir.terminology import expansion
from smartbear.fhir.terminology.concepts import Resource
from smartbear.fhir.terminology.expansion import Wish
from smartbear.kit.errors import FieldError, Unprocessable


async def expand(
    terms: Terms, value_set: Resource, wish: Wish, without: Sequence[str] = ()
) -> dict[str, Any]:
    """The value set with the codes that are wished for; Unprocessable («too-costly») for too many at once."""
    members = (await terms.members(value_set)).values()
    found = expansion.wanted((one for one in members if one.system not in without), wish)
    shown = expansion.page(found, wish)
    if len(shown) > terms.repository.settings.expansion_limit:
        fault = FieldError("count", "too-costly", "the expansion is too large: ask for it page by page")
        raise Unprocessable("The expansion has too many codes.", errors=(fault,))
    if wish.is_detailed():
        shown = await terms.detailed(shown)
    context = terms.repository.context
    return expansion.expanded(
        value_set, len(found), shown, wish, name=context.new_id(), now=context.clock.now()
    )
