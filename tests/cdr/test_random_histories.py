"""Whatever is done to some resources, reads and histories tell what a plain list of versions tells."""

import uuid
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartbear.fhir import json
from tests.cdr.conftest import link

unhurried = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
NAMES = ["a", "b"]
values = st.integers(0, 2)
guards = st.sampled_from([None, None, None, 1, 2, 3])
commands = st.one_of(
    st.tuples(st.just("PUT"), st.sampled_from(NAMES), values, guards),
    st.tuples(st.just("PUT"), st.sampled_from(NAMES), values, guards),
    st.tuples(st.just("PATCH"), st.sampled_from(NAMES), values, guards),
    st.tuples(st.just("TRANSACTION"), st.sampled_from(NAMES), values, st.none()),
    st.tuples(st.just("DELETE"), st.sampled_from(NAMES), st.none(), guards),
    st.tuples(st.just("GET"), st.sampled_from(NAMES), st.none(), st.none()),
    st.tuples(st.just("VREAD"), st.sampled_from(NAMES), st.integers(1, 6), st.none()),
)


@dataclass
class Model:
    """Versions of one resource: a value each, None for a deletion."""

    versions: list[int | None] = field(default_factory=list)

    @property
    def living(self):
        return bool(self.versions) and self.versions[-1] is not None

    def write(self, value):
        """The status of an update, also of one that changes nothing or brings back what was deleted."""
        status = 200 if self.living else 201
        if not self.living or self.versions[-1] != value:
            self.versions.append(value)
        return status

    def expected(self, method, value, guard):
        """The status of a request, which changes the model as it should change the repository."""
        missing = 404 if not self.versions else 410
        stale = guard is not None and guard != len(self.versions)
        match method:
            case "PUT" | "TRANSACTION":
                return 412 if stale else self.write(value)
            case "PATCH":
                return missing if not self.living else 412 if stale else self.write(value)
            case "DELETE":
                if not stale and self.living:
                    self.versions.append(None)
                return 412 if stale else 204
            case "GET":
                return 200 if self.living else missing
            case _:
                known = self.versions[value - 1 : value]
                return 404 if not known else 200 if known[0] is not None else 410


def basic(name, value):
    return {
        "resourceType": "Basic",
        "id": name,
        "code": {"text": "x"},
        "extension": [{"url": "urn:value", "valueInteger": value}],
    }


def value_in(resource):
    return resource["extension"][0]["valueInteger"]


async def done(fhir, method, name, value, guard):
    """The status of a request."""
    headers = {"if_match": f'W/"{guard}"'} if guard is not None else {}
    path = f"Basic/{name}"
    match method:
        case "PUT":
            answer = await fhir.send("PUT", path, basic(name, value), **headers)
        case "PATCH":
            patch = [{"op": "replace", "path": "/extension/0/valueInteger", "value": value}]
            headers["content_type"] = "application/json-patch+json"
            answer = await fhir.send("PATCH", path, patch, **headers)
        case "TRANSACTION":
            entry = {"resource": basic(name, value), "request": {"method": "PUT", "url": path}}
            body = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
            answer = await fhir.send("POST", "", body)
            [response] = json.decode(answer.content)["entry"]
            return int(response["response"]["status"][:3])
        case "VREAD":
            answer = await fhir.send("GET", f"{path}/_history/{value}")
        case _:
            answer = await fhir.send(method, path, **headers)
    return answer.status_code


async def told(fhir, path, names):
    """Id, version and value of every entry of a history about these, over all its pages."""
    found = []
    while path:
        bundle = await fhir.get(path)
        for entry in bundle.get("entry", ()):
            name, version = entry["fullUrl"].rpartition("/")[2], int(entry["response"]["etag"][3:-1])
            value = value_in(entry["resource"]) if "resource" in entry else None
            found += [(name, version, value)] if name in names else []
        path = link(bundle, "next")
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=unhurried)
@given(asked=st.lists(commands, min_size=5, max_size=25))
async def test_any_sequence_of_requests_leaves_the_history_a_plain_list_would(fhir, asked):
    tag = uuid.uuid4().hex
    models = {f"{name}-{tag}": Model() for name in NAMES}
    order = []
    for method, short, value, guard in asked:
        name = f"{short}-{tag}"
        before = len(models[name].versions)
        expected = models[name].expected(method, value, guard)
        assert await done(fhir, method, name, value, guard) == expected, (method, short, value, guard)
        order += [(name, n + 1) for n in range(before, len(models[name].versions))]
    for name, model in models.items():
        newest_first = [(name, n + 1, value) for n, value in enumerate(model.versions)][::-1]
        if newest_first:
            assert await told(fhir, f"Basic/{name}/_history?_count=2", models) == newest_first
        if model.living:
            assert value_in(await fhir.get(f"Basic/{name}")) == model.versions[-1]
        found = await fhir.ids(f"Basic?_id={name}")
        assert found == ([name] if model.living else [])
    whole = await told(fhir, "Basic/_history?_count=50", models)
    assert sorted(whole) == sorted((name, n, models[name].versions[n - 1]) for name, n in order)
