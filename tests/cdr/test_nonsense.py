"""Whatever a caller sends, the answer is FHIR and never a fault of ours."""

import json as plain_json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.fhir.search.parameters import parameters
from tests.cdr.conftest import observation, patient

relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TYPES = ["Observation", "Patient", "Location", "ValueSet", "Group"]
words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "ge9999-12-31",
            "lt0001-01-01",
            "1e999",
            "-1",
            "a|b|c|d",
            "$",
            "\\",
            "Patient/",
            "|",
            "0|0|1e30|m",
            "%",
            "'",
        ]
    ),
    st.just("x" * 3000),
)
names = st.one_of(
    st.sampled_from(TYPES).flatmap(lambda kind: st.sampled_from(sorted(parameters(kind)))),
    st.sampled_from(
        [
            "_sort",
            "_count",
            "_include",
            "_revinclude",
            "_elements",
            "_summary",
            "_total",
            "_cursor",
            "_has:Observation:patient:code",
            "subject.name",
            "patient:Patient._id",
        ]
    ),
    st.text(max_size=8),
)
modifiers = st.sampled_from(
    [
        "",
        ":missing",
        ":not",
        ":exact",
        ":contains",
        ":text",
        ":of-type",
        ":identifier",
        ":below",
        ":above",
        ":Patient",
        ":in",
        ":iterate",
    ]
)


@relaxed
@given(
    kind=st.sampled_from(TYPES),
    asked=st.lists(st.tuples(names, modifiers, words), min_size=1, max_size=3),
)
async def test_any_search_is_answered(fhir, kind, asked):
    written = "&".join(f"{quote(name + modifier)}={quote(word)}" for name, modifier, word in asked)
    answer = await fhir.send("GET", f"{kind}?{written}")
    assert answer.status_code in (200, 400), (written, answer.text)
    assert answer.json()["resourceType"] in ("Bundle", "OperationOutcome")


@relaxed
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
    path=st.lists(
        st.one_of(
            st.sampled_from([*TYPES, "_history", "_search", "metadata", "1", "a b", "\0"]),
            st.text(max_size=5),
        ),
        max_size=4,
    ),
    body=st.one_of(
        st.just(b""),
        st.binary(max_size=20),
        st.sampled_from([b"{}", b"[]", b'{"resourceType":"Patient","id":"1"}']),
    ),
)
async def test_any_address_and_body_is_answered(fhir, method, path, body):
    answer = await fhir.send(method, "/".join(quote(part, safe="") for part in path), body)
    assert answer.status_code < 500, (method, path, answer.text)


def leaves(value, place=()):
    """Every place in a JSON value."""
    yield place
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from leaves(child, (*place, key))


RESOURCES = [
    observation("p", component=[{"code": {"text": "x"}, "valueString": "y"}], identifier=[{"value": "1"}]),
    patient(
        "o",
        name=[{"family": "F", "given": ["G"]}],
        birthDate="1940",
        identifier=[{"system": "urn:x", "value": "1"}],
    ),
]
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just({}),
    st.just([]),
    st.just("x" * 5000),
    st.just([[]]),
    st.just(10**400),
)


@relaxed
@given(resource=st.sampled_from(RESOURCES), data=st.data())
async def test_any_resource_is_stored_or_refused(fhir, resource, data):
    changed = json.decode(json.encode(resource))
    place = data.draw(st.sampled_from([place for place in leaves(changed) if place]))
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = data.draw(odd)
    for body in (
        changed,
        {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [{"resource": changed, "request": {"method": "POST", "url": "Patient"}}],
        },
    ):
        kind = "" if body is not changed else resource["resourceType"]
        answer = await fhir.send("POST", kind, _written(body))
        assert answer.status_code in (200, 201, 400, 422), answer.text


def _written(value):
    return plain_json.dumps(value, default=str).encode()
