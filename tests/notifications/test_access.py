"""Who may do what with notices; everybody else is refused."""

import pytest

from smartbear.contracts.scope import PARTICIPANT, SERVICE, STAFF, SYSTEM, AccessScope
from smartbear.kit.errors import Forbidden
from smartbear.notifications import access

ROLES = (*STAFF, PARTICIPANT, SYSTEM, SERVICE, "anonymous", "")
DEEDS = {access.inbox: {"CCM"}, access.closing: {"CCM"}, access.component: {SERVICE}, access.writing: set()}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_alone_opens_what_it_is_for_and_nothing_else(deed, role):
    if role in DEEDS[deed]:
        deed(AccessScope(role=role, organisations=("o-1",)))
    else:
        with pytest.raises(Forbidden):
            deed(AccessScope(role=role, organisations=("o-1",)))


def test_a_participant_opens_the_own_inbox_and_writes_as_oneself():
    scope = AccessScope(role=PARTICIPANT, participant="SB-0001", subject="s-1")
    assert access.inbox(scope).participant == "SB-0001"
    assert access.writing(scope) == "s-1"
