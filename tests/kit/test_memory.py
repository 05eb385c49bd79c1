import gc

import pytest

from smartbear.kit import memory


@pytest.fixture
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("as_before")
def test_what_is_there_after_start_up_is_not_looked_through_again():
    kept: list[list[int]] = [[] for _ in range(100)]
    memory.settle()
    looked_at = {id(one) for one in gc.get_objects()}
    assert not looked_at & {id(one) for one in kept}
    assert gc.isenabled()
