"""The predicate of a caller who may read types and no rows of them: nothing, whatever is asked."""

import pytest

from smartbear.cdr.model.access import Access
from smartbear.cdr.store.search.arguments import Arguments
from smartbear.cdr.store.search.sql import FALSE
from smartbear.cdr.store.search.visibility import Visibility


@pytest.mark.parametrize("types", [{"Observation"}, {"Observation", "Condition"}])
def test_no_row_is_seen_without_an_owner_to_go_by(types):
    access = Access("none", reads=frozenset({"Observation", "Condition"}))
    assert Visibility(access, Arguments(), None).of("r", types) == FALSE
