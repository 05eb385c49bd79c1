import asyncio
import json
import time
from dataclasses import replace
from urllib.parse import unquote

import httpx
import prometheus_client
import pytest

from smartbear.gateway import app as gateway_app
from smartbear.kit.serving import listen, serving
from tests.conftest import plain_client
from tests.gateway.conftest import ORIGIN


async def test_a_request_keeps_a_harmless_id_and_gets_one_otherwise(http, bearer):
    kept = await http.get("/api/me", headers=bearer() | {"x-request-id": "phone-12345678"})
    assert kept.headers["x-request-id"] == "phone-12345678"
    assert kept.json()["headers"]["x-request-id"] == "phone-12345678"
    for bad in ("x", "a b c d e f g h", "<script>alert(1)</script>", "é" * 20):
        answer = await http.get("/api/me", headers=bearer() | {"x-request-id": bad.encode()})
        assert len(answer.headers["x-request-id"]) == 36


async def test_path_and_query_arrive_as_they_were_sent(http, bearer):
    told = (await http.get("/fhir/Patient/a%20b?name=%C3%A9&x=1", headers=bearer())).json()
    assert (told["path"], told["query"]) == ("/fhir/Patient/a b", "name=%C3%A9&x=1")


@pytest.mark.parametrize(
    "path",
    [
        "/api/me/../pilots",
        "/api/me/%2e%2e/internal/accounts/a-1",
        "/realms/smartbear/..%2f..%2finternal",
        "/realms/smartbear/.",
        "/api/me%5C..%5Cpilots",
        "/%00",
        "/api/me%0d%0a",
        f"/{'a' * 256}",
        "/a" * 1001,
        f"/fhir/Patient/{'a' * 5000}",
    ],
)
async def test_a_path_that_two_readers_could_read_differently_leads_nowhere(http, bearer, path):
    url = httpx.URL(ORIGIN).copy_with(raw_path=b"/")
    request = http.build_request("GET", url, headers=bearer())
    request.url = Spelled(path)
    answer = await http.send(request)
    assert (answer.status_code, "path" in answer.json()) == (404, False)


async def test_tokens_and_cookies_stay_with_the_front_door_and_the_provider(http, bearer):
    headers = bearer() | {"cookie": "smartbear_session=s"}
    inside = (await http.get("/api/me", headers=headers)).json()["headers"]
    assert not {"authorization", "cookie"} & inside.keys()
    provider = (await http.get("/realms/smartbear/x", headers=headers)).json()["headers"]
    assert {"authorization", "cookie"} <= provider.keys()


async def test_a_body_over_the_limit_is_refused_declared_or_not(http, bearer):
    async def pieces():
        for _ in range(30):
            yield b"x" * (1 << 20)

    for content in (b"x" * (20 << 20), pieces()):
        answer = await http.post("/fhir", headers=bearer(), content=content)
        assert answer.status_code == 413


async def test_a_declared_length_beyond_all_numbers_is_too_large(http, bearer):
    answer = await http.post("/fhir", headers=bearer() | {"content-length": "9" * 5000}, content=b"x")
    assert answer.status_code == 413


async def test_a_machine_may_send_larger_bundles(http, as_role):
    answer = await http.post("/fhir", headers=as_role("system"), content=b"x" * (20 << 20))
    assert answer.json()["bytes"] == 20 << 20


async def test_headers_over_the_limit_are_refused(http, bearer):
    for path in ("/api/me", "/", "/health/live"):
        answer = await http.get(path, headers=bearer() | {"x-long": "x" * (17 << 10)})
        assert answer.status_code == 431


async def test_what_the_front_door_refuses_a_fhir_client_is_an_operation_outcome(http, bearer, as_role):
    for status, code, answer in (
        (401, "login", await http.get("/fhir/Patient")),
        (401, "login", await http.get("/fhir/Patient", headers={"authorization": "Bearer x.y.z"})),
        (403, "forbidden", await http.get("/fhir/Patient", headers=as_role("Tech"))),
        (405, "not-supported", await http.request("TRACE", "/fhir/Patient", headers=bearer())),
        (431, "too-long", await http.get("/fhir", headers=bearer() | {"x-long": "x" * (17 << 10)})),
    ):
        assert answer.headers["content-type"] == "application/fhir+json"
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code)
        assert (status == 401) == ("www-authenticate" in answer.headers)


@pytest.mark.parametrize("path", ["/fhir/metadata", "/api/me"])
async def test_whoever_uses_a_wrong_method_is_told_the_right_ones(http, bearer, path):
    answer = await http.delete(path, headers=bearer())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_pages_may_run_only_what_they_were_built_with(http):
    policy = (await http.get("/")).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy  # falls back to default-src: no inline scripts


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "dashboard"),
        ("/participants/SB-0001", "dashboard"),
        ("/app/", "app"),
        ("/app/measure", "app"),
    ],
)
async def test_addresses_of_the_applications_lead_to_their_page(http, path, title):
    answer = await http.get(path)
    assert (answer.status_code, answer.text) == (200, f"<title>{title}</title>")
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_app_without_its_final_slash_leads_to_the_app(http):
    assert (await http.get("/app")).headers["location"] == "/app/"


async def test_built_files_are_kept_for_ever_because_their_names_change(http):
    answer = await http.get("/assets/main-abc123.js")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/icon.svg", "/participants/SB-0001"])
async def test_a_file_that_has_not_changed_is_not_sent_again(http, web, path):
    (web / "dashboard" / "dist" / "icon.svg").write_text("<svg/>")
    first = await http.get(path)
    again = await http.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["cache-control"] == "no-cache"


async def test_a_file_that_was_never_built_is_not_there(http):
    for path in ("/assets/old-0.js", "/app/missing.png", "/assets/deep/er.js"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"])
async def test_nothing_outside_the_built_folder_is_served(http, path):
    answer = await http.get(path)
    assert "outside" not in answer.text


async def test_health_says_which_part_is_down(http, monkeypatch):
    assert (await http.get("/health/ready")).json() == {
        "status": "ready",
        "parts": {"database": True, "worker": True},
    }
    assert (await http.get("/health/live")).status_code == 200


async def test_readiness_is_looked_at_once_a_second_however_often_it_is_asked(make_context, neighbours):
    looks = []

    async def look():
        looks.append(1)
        return {"database": True}

    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(replace(context, ready=look)) as app,
        plain_client(app) as http,
    ):
        began = time.monotonic()
        answers = {(await http.get("/health/ready")).status_code for _ in range(400)}
        seconds = time.monotonic() - began
    assert answers == {200}  # more than an address may otherwise ask at once
    assert len(looks) <= 1 + seconds


async def test_the_description_can_be_read_where_nothing_was_built(http, web):
    page = await http.get("/api/docs")
    assert "GET /api/participants" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    (web / "dashboard" / "dist" / "api-docs").mkdir()
    (web / "dashboard" / "dist" / "api-docs" / "swagger-ui-bundle.js").write_text("")
    assert "swagger-ui-bundle.js" in (await http.get("/api/docs")).text


async def test_a_platform_without_its_web_applications_says_so(http, web):
    (web / "dashboard" / "dist" / "index.html").unlink()
    answer = await http.get("/")
    assert (answer.status_code, "not been built" in answer.text) == (503, True)


@pytest.mark.parametrize("path", ["/health", "/health/", "/metrics"])
async def test_a_probe_at_a_wrong_address_is_not_told_that_all_is_well(http, path):
    answer = await http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_description_of_the_apis_leaves_out_what_is_for_components(http):
    told = (await http.get("/api/openapi.json")).json()
    assert list(told["paths"]) == ["/api/accounts", "/api/participants"]
    assert (await http.get("/api/docs")).status_code == 200


async def test_a_component_that_fails_is_an_error_without_detail(http, bearer, neighbours):
    async def broken(_scope, _receive, _send):
        raise RuntimeError("a patient's name")

    neighbours["users"]._app = broken
    answer = await http.get("/api/me", headers=bearer())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "name" not in answer.text


@pytest.fixture
async def throttled(make_context, neighbours, monkeypatch):
    """A front door that lets everybody ask ten times, and then once a second."""
    for kind in ("PERSON", "MACHINE", "ADDRESS"):
        monkeypatch.setenv(f"SMARTBEAR_GATEWAY_{kind}_RATE", "1")
    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(context) as app,
        plain_client(app) as http,
    ):
        yield http
    async with make_context("gateway") as context, context.db.connection() as connection:
        await connection.execute(
            "TRUNCATE rate"
        )  # what it knows of callers would be held against them elsewhere


@pytest.mark.parametrize(
    ("role", "path"), [("CCM", "/api/me"), ("system", "/fhir/Patient"), ("anonymous", "/fhir/metadata")]
)
async def test_a_caller_over_its_rate_is_told_when_to_come_back(throttled, as_role, role, path):
    answers = [await throttled.get(path, headers=as_role(role)) for _ in range(30)]
    assert {answer.status_code for answer in answers[:10]} == {200}
    refused = [answer for answer in answers if answer.status_code == httpx.codes.TOO_MANY_REQUESTS]
    assert int(refused[0].headers["retry-after"]) >= 1


async def test_one_callers_haste_is_not_anothers(throttled, bearer):
    for _ in range(30):
        await throttled.get("/api/me", headers=bearer())
    assert (await throttled.get("/api/me", headers=bearer(sub="a-2"))).status_code == 200


async def test_bad_tokens_use_up_what_their_address_may_ask(throttled):
    bad = {"authorization": "Bearer x"}
    codes = [(await throttled.get("/api/me", headers=bad)).status_code for _ in range(30)]
    assert codes[:10] == [401] * 10
    assert 429 in codes


async def test_a_method_made_up_by_a_caller_is_not_a_name_in_the_metrics(http):
    await http.request("BREW", "/api/me")
    assert b"BREW" not in prometheus_client.generate_latest()


class Spelled(httpx.URL):
    """An address with a path that httpx would tidy up."""

    def __init__(self, spelling):
        super().__init__(ORIGIN)
        self._spelling = spelling

    @property
    def raw_path(self):
        return self._spelling.encode()

    @property
    def path(self):
        return unquote(self._spelling)


async def raw(port, method):
    """The answer to a request that no client library would send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} /fhir/Patient HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer.partition(b"\r\n\r\n")


async def test_methods_that_http_has_and_fhir_has_not_are_refused_with_those_that_it_has(
    make_context, neighbours
):
    """A method that httptools does not know never reaches us: its words are those of the server."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    opened = make_context("gateway", neighbours)
    async with opened as context, gateway_app.serve(context) as app, serving(app, listener):
        for method in ("PROPFIND", "TRACE", "QUERY", "MERGE"):
            head, _, body = await raw(port, method)
            assert head.startswith(b"HTTP/1.1 405")
            assert b"allow: DELETE, GET, HEAD, PATCH, POST, PUT" in head
            assert json.loads(body)["resourceType"] == "OperationOutcome"
        head, _, body = await raw(port, "FOO")
        assert head.startswith(b"HTTP/1.1 400")
        assert body == b"Invalid HTTP request received."
