"""What a role and its scopes say of the project somebody works for."""

import pytest

from smartbear.contracts.roles import DATA_SCIENTIST, STAFF, SYSTEM, scopes_of_member
from smartbear.contracts.scope import AccessScope


def test_a_data_scientist_reads_the_own_project_and_nothing_else():
    scopes = scopes_of_member(DATA_SCIENTIST, "holobalance")
    assert scopes == ("project.holobalance", "system/*.rs")
    assert AccessScope(role=DATA_SCIENTIST, scopes=scopes).project == "holobalance"


@pytest.mark.parametrize("role", [*(role for role in STAFF if role != DATA_SCIENTIST), "Participant", SYSTEM])
def test_nobody_else_is_a_member_of_a_project(role):
    assert scopes_of_member(role, "holobalance") == ()


@pytest.mark.parametrize("project", [None, "", 7, ["holobalance"], {"project": "holobalance"}])
def test_what_is_no_name_of_a_project_opens_none(project):
    assert scopes_of_member(DATA_SCIENTIST, project) == ()
    assert AccessScope(role=DATA_SCIENTIST).project is None


def test_scopes_of_a_project_count_for_machines_and_data_scientists_alone():
    assert AccessScope(role=SYSTEM, scopes=("openid", "project.smart4health")).project == "smart4health"
    assert AccessScope(role="CCM", scopes=("project.smart4health",)).project is None
