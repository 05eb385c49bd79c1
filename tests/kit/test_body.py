import asyncio

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from smartbear.kit import errors, problems
from smartbear.kit.body import parse_json, read_bytes, read_json
from tests.conftest import plain_client

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


def refused(body: bytes) -> str:
    with pytest.raises(errors.BadInput) as caught:
        parse_json(body)
    return caught.value.errors[0].code


@given(json_values)
def test_what_json_can_say_is_read_as_it_was_written(value):
    assert parse_json(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": NaN}', "not_a_number"),
        (b'{"a": -Infinity}', "not_a_number"),
        (b'{"a": 1e999}', "not_a_number"),
        (b'{"a": 1, "a": 2}', "duplicate_field"),
        (b'{"a": {"b": 1, "b": 1}}', "duplicate_field"),
        (b'"\\ud800"', "encoding"),
        (b"\xff", "encoding"),
        (b'{"a": 1', "syntax"),
        (b'{"a": 1} {"b": 2}', "syntax"),
        (b"", "syntax"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b"[" * 100_000, "too_deep"),
    ],
)
def test_what_a_record_must_not_hold_is_refused(body, code):
    assert refused(body) == code


def test_sixty_four_levels_are_still_read():
    assert parse_json(b"[" * 64 + b"]" * 64)


def test_brackets_inside_text_are_not_depth():
    assert parse_json(b'["' + b"[" * 500 + b'\\"[["]') == ["[" * 500 + '"[[']


def test_a_refusal_says_where_and_never_what():
    with pytest.raises(errors.BadInput) as caught:
        parse_json(b'{"pulse": 72,\n "secret-value" 1}')
    assert "line 2" in caught.value.errors[0].path
    assert "secret" not in str(caught.value) + caught.value.errors[0].message


@pytest.fixture
def client():
    async def take(request):
        return JSONResponse(await read_json(request, limit=100))

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    problems.install(app)
    return plain_client(app)


async def test_a_body_over_the_limit_is_refused_whether_or_not_it_declares_its_length(client):
    async def in_pieces():
        for piece in (b"[", b" " * 200, b"]"):
            yield piece

    for content in (b"[" + b" " * 200 + b"]", in_pieces()):
        answer = await client.post("/", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_refusal_is_problem_details_that_name_the_field(client):
    answer = await client.post("/", content=b'{"a": 1, "a": 2}', headers={"x-request-id": "r-1"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:smartbear:problem:bad_input",
        "title": "Bad Request",
        "status": 400,
        "code": "bad_input",
        "detail": "A field is given twice.",
        "errors": [{"path": "a", "code": "duplicate_field", "message": "duplicate field"}],
        "request_id": "r-1",
    }


async def test_a_caller_who_goes_before_the_request_is_whole_is_no_fault_of_ours():
    async def gone():
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    request = Request({"type": "http", "method": "GET", "headers": []}, gone)
    with pytest.raises(errors.BadInput):
        await read_bytes(request)
