"""What a caller's headers become inside, and what every answer carries."""

from dataclasses import replace

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import ValidationError

from smartbear.contracts.scope import HEADER
from smartbear.gateway import app as gateway_app
from smartbear.gateway.routes import headers as rules
from smartbear.gateway.settings import GatewaySettings
from smartbear.kit import telemetry
from tests.conftest import plain_client
from tests.gateway.conftest import ORIGIN

ELSEWHERE = "https://pages.example"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
INTERNAL = [HEADER, "X-Synergy", "X-Synergy-Id", "X-SmartBear-Anything", "X-Original-URL", "X-Rewrite-URL"]
INTERNAL += ["X-HTTP-Method-Override", "X-Method-Override", "Proxy", "X-Forwarded-Host", "X-Forwarded-Proto"]
INTERNAL += ["X-Forwarded-For", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP"]


@pytest.mark.parametrize("spelled", [str, str.upper, str.lower])
async def test_no_header_that_means_something_inside_comes_in_from_outside(http, bearer, spelled):
    forged = {spelled(name): "forged" for name in INTERNAL}
    told = (await http.get("/api/me", headers=bearer() | forged)).json()
    assert "forged" not in str(told)
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"


async def test_the_only_internal_header_a_component_gets_is_what_the_front_door_says(http, bearer):
    inside = (await http.get("/api/me", headers=bearer())).json()["headers"]
    assert {name for name in inside if name.startswith("x-")} == {HEADER, "x-request-id", "x-forwarded-for"}


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/me", 200), ("/", 200), ("/api/docs", 200), ("/nothing.txt", 404), ("/fhir/Patient", 401)],
)
async def test_every_answer_keeps_browsers_safe(http, bearer, path, status):
    answer = await http.get(path, headers=bearer() if path == "/api/me" else {})
    assert answer.status_code == status
    for name, value in rules.SAFE:
        assert answer.headers[name.decode()] == value.decode()
    assert "default-src 'none'" in answer.headers["content-security-policy"] or path in ("/", "/api/docs")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert len(answer.headers) == len(answer.headers.raw)  # nothing is said twice


async def test_a_trace_goes_on_through_the_front_door(http, bearer):
    sent = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=1"}
    answer = await http.get("/api/me", headers=bearer() | sent)
    inside = answer.json()["headers"]
    assert {name: inside[name] for name in sent} == sent
    assert answer.headers["traceresponse"] == sent["traceparent"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        "00-<script>",
    ],
)
async def test_what_is_no_trace_goes_no_further_nor_does_its_state(http, bearer, given):
    answer = await http.get("/api/me", headers=bearer() | {"traceparent": given, "tracestate": "vendor=1"})
    assert not {"traceparent", "tracestate"} & answer.json()["headers"].keys()
    assert "traceresponse" not in answer.headers


async def test_a_platform_that_exports_traces_exports_the_front_doors_hop(http, bearer, monkeypatch):
    exported = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))
    sent = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
    inside = (await http.get("/api/me?secret=1", headers=bearer() | sent)).json()["headers"]
    [span] = exported.get_finished_spans()
    assert (span.name, span.attributes["http.response.status_code"]) == ("/api/me", 200)
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    assert inside["traceparent"] == f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert "secret" not in span.to_json()
    begun = (await http.get("/api/me", headers=bearer())).json()["headers"]["traceparent"]
    assert begun.split("-")[1] not in (TRACE, "0" * 32)


@pytest.fixture
async def shared(make_context, neighbours, monkeypatch):
    """A front door whose APIs a page elsewhere may call."""
    monkeypatch.setenv("SMARTBEAR_GATEWAY_CORS_ORIGINS", f"{ELSEWHERE}, http://localhost:5173")
    async with (
        make_context("gateway", neighbours) as context,
        gateway_app.serve(context) as app,
        plain_client(app) as client,
    ):
        yield client


def asking(origin, method="POST"):
    return {"origin": origin, "access-control-request-method": method}


async def test_a_page_elsewhere_is_told_what_it_may_and_reads_the_answer(shared, bearer):
    told = await shared.options("/api/measurements", headers=asking(ELSEWHERE))
    assert told.status_code == 204
    assert told.headers["access-control-allow-origin"] == ELSEWHERE
    assert told.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert "authorization" in told.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in told.headers
    answer = await shared.get("/api/me", headers=bearer() | {"origin": ELSEWHERE})
    assert answer.headers["access-control-allow-origin"] == ELSEWHERE
    assert "etag" in answer.headers["access-control-expose-headers"]
    refused = await shared.get("/api/me", headers={"origin": ELSEWHERE})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, ELSEWHERE)


@pytest.mark.parametrize(
    "origin",
    ["https://pages.example.evil", "https://evil", "null", "http://pages.example", "*", ELSEWHERE + "/"],
)
async def test_another_origin_is_told_nothing(shared, bearer, origin):
    for answer in (
        await shared.options("/api/me", headers=asking(origin)),
        await shared.get("/api/me", headers=bearer() | {"origin": origin}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "origin" in answer.headers["vary"]


async def test_by_default_no_page_elsewhere_is_told_anything(http, bearer):
    answer = await http.options("/api/me", headers=asking(ELSEWHERE))
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    answer = await http.get("/api/me", headers=bearer() | {"origin": ORIGIN})
    assert "vary" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example", "http://pages.example", "https://a/b", "null", "https://a@b"]
)
def test_an_origin_that_is_a_pattern_or_in_the_clear_stops_the_start(origin):
    with pytest.raises(ValidationError):
        GatewaySettings(cors_origins=origin)


async def test_an_https_address_is_to_be_called_by_https_alone(make_context, neighbours):
    async with make_context("gateway", neighbours) as context:
        settings = context.settings.model_copy(update={"public_urls": ("https://bear.example",)})
        async with (
            gateway_app.serve(replace(context, settings=settings)) as app,
            plain_client(app) as client,
        ):
            answer = await client.get("/health/live")
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::"),
        ("2001:db8:1:3::7", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("a:b", "a:b"),
        ("", ""),
    ],
)
def test_whoever_may_choose_among_many_addresses_is_counted_as_one(host, counted):
    assert rules.peer({"client": (host, 1)} if host else {}) == counted


async def test_a_token_goes_no_further_than_the_provider_where_none_is_asked_for(http, bearer):
    sent = bearer() | {"cookie": "smartbear_session=secret"}
    for path in ("/fhir/metadata", "/api/audit/witness/add-checkpoint"):
        answer = await http.request("GET" if "fhir" in path else "POST", path, headers=sent)
        assert not {"authorization", "cookie"} & answer.json()["headers"].keys(), path
    told = (await http.get("/realms/smartbear/x", headers=sent)).json()["headers"]
    assert {"authorization", "cookie"} <= told.keys()
