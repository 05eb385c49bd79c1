"""A short crash loop; the long one is evidence (`make evidence`)."""

import pytest

from faults import crash
from platform_under_test import data_directory

pytestmark = pytest.mark.timeout(240)


async def test_what_was_acknowledged_survives_kill_9_exactly_once_and_no_alert_is_lost():
    with data_directory() as home:
        verdict = await crash.run(home, kills=3, seed=7)
    assert verdict.good, verdict
    assert sum(verdict.kills.values()) == 3
    assert verdict.acknowledged > 0
    assert verdict.alerts_expected > 0
