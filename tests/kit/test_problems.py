import io
import logging

import orjson
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from smartbear.kit import errors, logs, problems
from tests.conftest import plain_client


class Reading(BaseModel):
    value: float


class Batch(BaseModel):
    readings: list[Reading]


@pytest.fixture
def client():
    app = FastAPI()
    problems.install(app)

    @app.post("/batch")
    async def batch(_body: Batch) -> None:
        return

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the patient's name is in here")

    @app.get("/busy")
    async def busy() -> None:
        raise errors.TooManyRequests(retry_after=7)

    return plain_client(app)


@pytest.mark.parametrize("family", [cls for cls in vars(errors).values() if isinstance(cls, type)])
def test_every_member_of_the_family_has_a_status_a_code_and_a_sentence(family):
    if not issubclass(family, errors.PlatformError):
        return
    answer = problems.problem_response(family())
    body = orjson.loads(answer.body)
    assert answer.status_code == body["status"] == family.status
    assert body["code"] == family.code
    assert body["detail"].endswith(".")


def test_what_is_unavailable_says_when_to_try_again():
    assert problems.problem_response(errors.Unavailable()).headers["retry-after"] == "2"
    assert problems.problem_response(errors.Unavailable(retry_after=9)).headers["retry-after"] == "9"


async def test_a_wrong_field_is_named_by_its_path(client):
    answer = await client.post("/batch", json={"readings": [{"value": 1}, {"value": "much"}]})
    assert answer.status_code == 422
    assert [fault["path"] for fault in answer.json()["errors"]] == ["readings[1].value"]
    assert "much" not in answer.text


async def test_json_that_cannot_be_read_is_a_bad_request(client):
    answer = await client.post("/batch", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_a_bug_of_ours_says_nothing_about_itself(client):
    answer = await client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "name" not in answer.text


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(client):
    answer = await client.get("/nowhere")
    assert answer.json()["code"] == "not_found"
    answer = await client.put("/busy")
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET"


async def test_a_refusal_for_now_says_when_to_come_back(client):
    answer = await client.get("/busy")
    assert answer.headers["retry-after"] == "7"


@pytest.fixture
def written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("smartbear").setLevel("INFO")
    yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_log_line_has_the_allowed_fields_and_no_other(written):
    logs.get("users").info("enrolled", count=2, name="somebody", email="a@b.example")
    [line] = written()
    assert line["event"] == "enrolled"
    assert line["count"] == 2
    assert not {"name", "email"} & line.keys()


def test_a_logged_failure_keeps_its_place_and_loses_its_message(written):
    def fail():
        raise ValueError("200/130 of somebody")

    with pytest.raises(ValueError, match="somebody") as caught:
        fail()
    logs.get("users").error("failed", exc_info=caught.value)
    [line] = written()
    assert line["error_type"] == "ValueError"
    assert line["trace"][-1].endswith(" fail")
    assert "somebody" not in orjson.dumps(line).decode()


def test_the_text_of_a_library_is_not_written(written):
    logging.getLogger("some.library").warning("bad value %s", "of somebody")
    assert "somebody" not in orjson.dumps(written()).decode()
