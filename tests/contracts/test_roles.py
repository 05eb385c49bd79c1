"""What a role and its scopes say of the project somebody works for."""

import pytest

from smartbear.contracts.roles import DATA_SCIENTIST, STAFF, SYSTEM, project_of, scopes_of_member


def test_a_data_scientist_reads_the_own_project_and_nothing_else():
    scopes = scopes_of_member(DATA_SCIENTIST, "holobalance")
    assert scopes == ("project.holobalance", "system/*.rs")
    assert project_of(DATA_SCIENTIST, scopes) == "holobalance"


@pytest.mark.parametrize("role", [*(role for role in STAFF if role != DATA_SCIENTIST), "Participant", SYSTEM])
def test_nobody_else_is_a_member_of_a_project(role):
    assert scopes_of_member(role, "holobalance") == ()


@pytest.mark.parametrize("project", [None, "", 7, ["holobalance"], {"project": "holobalance"}])
def test_what_is_no_name_of_a_project_opens_none(project):
    assert scopes_of_member(DATA_SCIENTIST, project) == ()
    assert project_of(DATA_SCIENTIST, ()) is None


def test_scopes_of_a_project_count_for_machines_and_data_scientists_alone():
    assert project_of(SYSTEM, ("openid", "project.smart4health")) == "smart4health"
    assert project_of("CCM", ("project.smart4health",)) is None
