"""What components ask each other is opened by a component's own scope alone, in whichever component."""

import pytest

from smartbear.contracts.scope import ANONYMOUS, PARTICIPANT, SERVICE, STAFF, SYSTEM, AccessScope
from smartbear.decisions import access as of_decisions
from smartbear.kit.errors import Forbidden
from smartbear.measurements import access as of_measurements
from smartbear.notifications import access as of_notifications
from smartbear.users import access as of_users


@pytest.mark.parametrize(
    "access",
    [of_users, of_decisions, of_measurements, of_notifications],
    ids=lambda access: access.__package__,
)
def test_a_component_may_ask_and_somebody_it_asks_for_may_not(access):
    access.component(AccessScope(role=SERVICE, service="cdr"))
    for role in (*STAFF, PARTICIPANT, SYSTEM, ANONYMOUS, ""):
        for service in (None, "cdr"):
            with pytest.raises(Forbidden):
                access.component(AccessScope(role=role, service=service, scopes=("system/*.*",)))
