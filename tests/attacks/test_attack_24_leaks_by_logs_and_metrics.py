"""Attack 24: reading in logs, metrics and errors what was sent, who was meant, or how it is made."""

from prometheus_client import generate_latest

from smartbear.cdr.routes import reads
from tests.attacks.canaries import leaks

SECRET = "hunter2-CANARY"
INSIDE = ("select ", "insert ", "asyncpg", "postgres", "traceback", 'file "', "relation ", "/src/")


async def test_what_callers_send_is_in_no_line_and_no_metric(platform):
    before = len(platform.lines.written)
    asked = (
        ("", "GET", f"/fhir/Patient?name={SECRET}", None, {"authorization": f"Bearer {SECRET}"}),
        ("system", "GET", f"/fhir/Patient?name={SECRET}", None, {}),
        ("system", "GET", f"/fhir/{SECRET}/{SECRET}", None, {"x_request_id": f"{SECRET}'"}),
        ("system", "POST", "/fhir/Patient", {"resourceType": SECRET}, {}),
        ("ccm_north", "POST", "/api/participants", {"email": SECRET}, {}),
        ("ccm_north", "GET", f"/api/participants?search={SECRET}", None, {}),
        ("ccm_north", "GET", f"/api/participants/{SECRET}", None, {"user_agent": SECRET}),
        ("ccm_north", "POST", "/api/pseudonyms/questions", {"token": SECRET}, {}),
        ("", "POST", "/realms/smartbear/protocol/openid-connect/token", {"password": SECRET}, {}),
        ("", "GET", f"/realms/smartbear/protocol/openid-connect/auth?client_id={SECRET}", None, {}),
        ("", "GET", f"/{SECRET}", None, {}),
    )
    for who, method, path, body, headers in asked:
        answer = await platform.ask(who, method, path, body, **headers)
        assert answer.status_code < 500
        if path != "/fhir/Patient?name=" + SECRET:  # the link of a search to itself repeats it, as FHIR wants
            assert SECRET not in answer.text, path
    await platform.browser("ccm_north")
    lines = platform.lines.written[before:]
    assert lines
    assert [line for line in lines if leaks(line.encode()) or "correct horse" in line] == []
    assert leaks(generate_latest()) == []


async def test_an_error_says_nothing_of_what_is_behind_it(platform, monkeypatch):
    """A fault of ours, for once, in the middle of the repository."""

    async def broken(*_arguments, **_named):
        raise RuntimeError(SECRET + ' SELECT * FROM body; File "/src/smartbear/x.py"')

    monkeypatch.setattr(reads, "read", broken)
    before = len(platform.lines.written)
    for who in ("system", "holobalance"):
        answer = await platform.fhir(who, "GET", f"Patient/{platform.pseudonym('Patient', 'x')}")
        assert answer.status_code == 500
        assert not [word for word in (*INSIDE, SECRET.lower()) if word in answer.text.lower()], answer.text
    lines = platform.lines.written[before:]
    assert [line for line in lines if "RuntimeError" in line]
    assert [line for line in lines if SECRET in line or "SELECT" in line] == []


async def test_the_description_of_the_apis_holds_no_data_and_nothing_internal(platform):
    described = (await platform.ask("", "GET", "/api/openapi.json")).text
    assert "/internal/" not in described
    assert leaks(described.encode()) == []
