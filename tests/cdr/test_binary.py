import base64
import os

import pytest

from smartbear.fhir import json, xml
from tests.cdr.conftest import issues, patient

FHIR = "application/fhir+json"


async def stored(fhir, content, kind="text/plain; charset=utf-8", **headers):
    answer = await fhir.send("POST", "Binary", content, content_type=kind, **headers)
    assert answer.status_code == 201, answer.text
    return json.decode(answer.content)


def resource(content=b"content", kind="text/plain", **more):
    data = base64.b64encode(content).decode()
    return {"resourceType": "Binary", "contentType": kind, "data": data, **more}


async def test_content_comes_back_as_it_was_sent(fhir):
    content = os.urandom(200_000)
    made = await stored(fhir, content, "image/png")
    assert (made["contentType"], base64.b64decode(made["data"])) == ("image/png", content)
    answer = await fhir.send("GET", f"Binary/{made['id']}")
    assert (answer.content, answer.headers["content-type"]) == (content, "image/png")
    assert (answer.headers["etag"], "last-modified" in answer.headers) == ('W/"1"', True)
    again = await fhir.send("PUT", f"Binary/{made['id']}", b"other", content_type="text/plain")
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"2"')
    for version, expected in ((1, content), (2, b"other")):
        assert (await fhir.send("GET", f"Binary/{made['id']}/_history/{version}")).content == expected


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "raw"),
        ("*/*", "raw"),
        ("text/*", "raw"),
        ("text/html, text/plain;q=0.5", "raw"),
        ("application/fhir+json", "resource"),
        ("application/fhir+json, */*;q=0.1", "resource"),
        ("application/json", "resource"),
        ("application/fhir+xml", "xml"),
        ("image/png", "refused"),
    ],
)
async def test_accept_decides_between_content_and_resource(fhir, accept, kind):
    made = await stored(fhir, b"content")
    answer = await fhir.send("GET", f"Binary/{made['id']}", accept=accept)
    if kind == "refused":
        assert (answer.status_code, issues(answer)) == (406, [("not-supported", "")])
    elif kind == "raw":
        assert (answer.content, answer.headers["content-type"]) == (b"content", "text/plain; charset=utf-8")
    else:
        assert (xml.decode if kind == "xml" else json.decode)(answer.content) == made


async def test_format_and_conditions_work_as_for_other_resources(fhir):
    made = await stored(fhir, b"content")
    path = f"Binary/{made['id']}"
    assert json.decode((await fhir.send("GET", f"{path}?_format=json")).content) == made
    assert (await fhir.send("GET", path, if_none_match='W/"1"')).status_code == 304
    head = await fhir.send("HEAD", path)
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", made["contentType"])
    await fhir.send("DELETE", path)
    assert (await fhir.send("GET", path)).status_code == 410
    assert (await fhir.send("GET", "Binary/none")).status_code == 404


@pytest.mark.parametrize("encode", [json.encode, xml.encode])
async def test_a_binary_in_a_format_of_fhir_is_the_resource_itself(fhir, encode):
    kind = FHIR if encode is json.encode else "application/fhir+xml"
    made = await stored(fhir, encode(resource()), kind)
    assert (made["contentType"], made["data"]) == ("text/plain", resource()["data"])
    generic = await stored(fhir, encode(resource()), kind.replace("fhir+", ""))
    assert generic["contentType"] == "text/plain"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (json.encode(patient()), FHIR),
        (b'{"a": 1}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"{", "application/json"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", "text/xml"),
    ],
)
async def test_what_only_looks_like_a_resource_is_content(fhir, content, kind):
    made = await stored(fhir, content, kind)
    answer = await fhir.send("GET", f"Binary/{made['id']}?_pretty=true")
    assert (answer.content, answer.headers["content-type"]) == (content, kind)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/plain", 400),
        (b"{", FHIR, 400),
        (b"[]", FHIR, 400),
        (b'{"resourceType": "Nonsense"}', FHIR, 400),
        (b'{"resourceType": "Binary"}', FHIR, 422),
        (b"x", "", 415),
    ],
)
async def test_what_is_no_content_is_refused(fhir, body, kind, status):
    answer = await fhir.client.request(
        "POST", "/fhir/Binary", content=body, headers={b"content-type": kind.encode("latin-1")}
    )
    assert answer.status_code == status, answer.text
    assert issues(answer)


async def test_content_cannot_run_as_a_page_of_the_service(fhir):
    made = await stored(fhir, b"<script>alert(1)</script>", "text/html")
    answer = await fhir.send("GET", f"Binary/{made['id']}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    odd = await fhir.create(resource(kind="text/html\u00e9 x"))
    answer = await fhir.send("GET", f"Binary/{odd['id']}")
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_who_sees_the_context_sees_the_content(service, fhir):
    own, other = await fhir.create(patient("here")), await fhir.create(patient("there"))
    subject = {"reference": f"Patient/{own['id']}"}
    about = {"resourceType": "Condition", "subject": subject}
    document = await fhir.create(about)
    contexts = [f"Patient/{own['id']}", f"Condition/{document['id']}"]
    made = [await stored(fhir, b"x", x_security_context=context) for context in contexts]
    assert [one["securityContext"]["reference"] for one in made] == contexts
    made += [await stored(fhir, b"x", x_security_context=f"Patient/{other['id']}"), await stored(fhir, b"x")]
    made.append(await stored(fhir, b"x", x_security_context="Condition/none"))
    seen = [200, 200, 404, 404, 404]
    for caller in (await service.case_manager("here"), await service.participant(own["id"])):
        for one, status in zip(made, seen, strict=True):
            for path in (f"Binary/{one['id']}", f"Binary/{one['id']}/_history/1"):
                assert (await caller.send("GET", path)).status_code == status
                assert (await caller.send("GET", path, accept=FHIR)).status_code == status
        assert sorted(await caller.ids("Binary")) == sorted(one["id"] for one in made[:2])
    machine = await service.machine("system/Condition.rs")
    assert (await machine.send("GET", f"Binary/{made[1]['id']}")).status_code == 404


async def test_content_is_written_for_a_patient_of_ones_own(service, fhir):
    own, other = await fhir.create(patient("mine")), await fhir.create(patient("yours"))
    manager = await service.case_manager("mine")
    for person, status in ((own, 201), (other, 403)):
        context = f"Patient/{person['id']}"
        answer = await manager.send(
            "POST", "Binary", b"x", content_type="text/plain", x_security_context=context
        )
        assert answer.status_code == status
    assert (await manager.send("POST", "Binary", b"x", content_type="text/plain")).status_code == 403
    refused = await fhir.send("POST", "Binary", b"x", content_type="text/plain", x_security_context="no")
    assert (refused.status_code, issues(refused)[0][1]) == (422, "Binary.securityContext.reference")


async def test_a_machine_sees_content_as_far_as_it_sees_the_context(service, fhir):
    person = await fhir.create(patient("here"))
    about = {"resourceType": "Condition", "subject": {"reference": f"Patient/{person['id']}"}}
    ill = await fhir.create(about)
    contexts = (
        f"Patient/{person['id']}",
        f"Condition/{ill['id']}",
        "http://elsewhere.example/fhir/Patient/1",
        "",
    )
    kept = {"meta": {"tag": [{"system": "urn:t", "code": person["id"]}]}}
    made = [
        await fhir.create(resource(**kept, **({"securityContext": {"reference": one}} if one else {})))
        for one in contexts
    ]
    gone = await fhir.create(resource(**kept, securityContext={"reference": contexts[0]}))
    await fhir.send("DELETE", f"Binary/{gone['id']}")
    for scopes, seen, sees_gone in (
        (("system/Binary.rs",), [3], False),
        (("system/Binary.rs", "system/Condition.rs"), [1, 3], False),
        (("system/Binary.cruds", "system/Condition.rs", "system/Patient.rs"), [0, 1, 3], True),
        (("system/*.rs",), [0, 1, 2, 3], True),
        (("system/Condition.rs", "system/Patient.rs"), [], False),
    ):
        machine = await service.machine(*scopes)
        expected = [made[n]["id"] for n in seen]
        search = f"Binary?_tag={person['id']}"
        assert sorted(await machine.ids(search)) == sorted(expected)
        assert (await machine.get(f"{search}&_summary=count"))["total"] == len(seen)
        told = (await machine.send("GET", "Binary/_history?_count=1000")).json().get("entry", [])
        told = {entry["fullUrl"].rpartition("/")[2] for entry in told} & {one["id"] for one in [*made, gone]}
        assert told == {*expected, *([gone["id"]] if sees_gone else [])}
        for n, one in enumerate(made):
            for path in (f"Binary/{one['id']}", f"Binary/{one['id']}/_history/1"):
                assert (await machine.send("GET", path)).status_code == (200 if n in seen else 404)
        assert (await machine.send("GET", f"Binary/{gone['id']}")).status_code == (410 if sees_gone else 404)


async def test_a_machine_for_content_cannot_find_out_which_ids_are_taken(service, fhir):
    person = await fhir.create(patient("here"))
    hidden = await fhir.create(resource(securityContext={"reference": f"Patient/{person['id']}"}))
    machine = await service.machine("system/Binary.cruds")
    answers = [await machine.send("PUT", f"Binary/{one}", resource(id=one)) for one in (hidden["id"], "free")]
    assert [answer.status_code for answer in answers] == [405, 405]
    assert answers[0].content == answers[1].content
    assert (await machine.send("DELETE", f"Binary/{hidden['id']}")).status_code == 204
    assert await fhir.get(f"Binary/{hidden['id']}?_format=json") == hidden


async def test_content_is_found_by_those_who_see_its_context_whatever_it_is(service, fhir):
    own, other = await fhir.create(patient("wide")), await fhir.create(patient("far"))
    form = await fhir.create({"resourceType": "Library", "status": "active", "type": {"text": "x"}})
    made = []
    for person in (own, other):
        about = {"resourceType": "Condition", "subject": {"reference": f"Patient/{person['id']}"}}
        made.append(
            await stored(fhir, b"x", x_security_context=f"Condition/{(await fhir.create(about))['id']}")
        )
    made.append(await stored(fhir, b"x", x_security_context=f"Library/{form['id']}"))
    seen = {made[0]["id"], made[2]["id"]}
    for caller in (await service.case_manager("wide"), await service.participant(own["id"])):
        assert seen <= set(await caller.ids("Binary"))
        assert made[1]["id"] not in await caller.ids("Binary")
        for one in made:
            status = (await caller.send("GET", f"Binary/{one['id']}")).status_code
            assert status == (200 if one["id"] in seen else 404)
