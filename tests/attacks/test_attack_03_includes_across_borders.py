"""Attack 3: references planted into the own record, to have others' objects brought along."""

import pytest

from tests.attacks.records import linked


@pytest.fixture
async def planted(platform, ours):
    """What a case manager can do alone: refer to something of the south from an own observation."""
    await platform.store(linked("north", ours, "Observation/south-pulse"))
    group = {"resourceType": "Group", "id": "both", "type": "person", "actual": True}
    people = [{"entity": {"reference": f"Patient/{subject}"}} for _, subject in platform.person.values()]
    await platform.store(group | {"member": people})


ASKED = (
    "Observation?_id=north-linked&_include=*",
    "Observation?_id=north-linked&_include=Observation:has-member&_include:iterate=Observation:patient",
    "Observation?_revinclude=*&_revinclude:iterate=*",
    "Patient?_revinclude=Observation:patient&_include:iterate=Observation:has-member",
    "Patient?_revinclude=Group:member&_include:iterate=Group:member",
    "Patient?_revinclude=List:subject&_include:iterate=List:item",
    "Patient/{}/$everything",
    "Patient/$everything",
    "Group/both/$everything",
    "Observation?_list=north-list",
    "Observation?_list=south-list",
)


@pytest.mark.parametrize("who", ["ccm_north", "person_north"])
async def test_what_is_brought_along_is_ones_own(platform, planted, ours, theirs, who):
    for path in ASKED:
        answer = await platform.fhir(who, "GET", path.replace("{}", ours))
        assert answer.status_code in (200, 403, 404), path
        entries = answer.json().get("entry", ())
        named = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in entries}
        assert not {one for one in named if "south" in one or theirs in one or one == "Group/both"}, path
        assert "CANARY-note-south" not in answer.text


async def test_another_persons_whole_record_is_like_nobodys(platform, theirs):
    for who in ("ccm_north", "person_north"):
        answer = await platform.fhir(who, "GET", f"Patient/{theirs}/$everything")
        assert answer.status_code == (await platform.fhir(who, "GET", "Patient/no/$everything")).status_code
        assert answer.status_code == 404
