"""Pages are the sorted list of matches, cut into pieces."""

import asyncio
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cdr.conftest import LOINC, observation

made = count()
unhurried = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

families = st.sampled_from([None, "Alba", "Brno", "alba", "Ćuk"])
births = st.sampled_from([None, "1940", "1940-05", "1951-02-03"])
genders = st.sampled_from([None, "female", "male"])
people = st.lists(st.tuples(families, births, genders), min_size=1, max_size=8)
KEYS = {"family": 0, "birthdate": 1, "gender": 2}
FOLDED = {"Alba": "alba", "Brno": "brno", "Ćuk": "cuk"}
sorts = st.lists(
    st.tuples(st.sampled_from(sorted(KEYS)), st.booleans()), min_size=1, max_size=3, unique_by=lambda s: s[0]
)


def patient_of(tag, family, birth, gender):
    given_ = {"name": [{"family": family}] if family else None, "birthDate": birth, "gender": gender}
    resource = {name: value for name, value in given_.items() if value}
    return {"resourceType": "Patient", "meta": {"tag": [{"system": "urn:order", "code": tag}]}, **resource}


def ordered(rows, sort):
    """Stable sorts from the last key to the first; what has no value goes to the end either way."""
    last_descends = sort[-1][1]
    found = list(reversed(rows)) if last_descends else list(rows)
    for name, descending in reversed(sort):
        at = KEYS[name]
        with_value = [row for row in found if row[1][at] is not None]
        with_value.sort(key=lambda row, at=at: FOLDED.get(row[1][at], row[1][at]), reverse=descending)
        found = with_value + [row for row in found if row[1][at] is None]
    return [row[0] for row in found]


@settings(max_examples=20, deadline=None, suppress_health_check=unhurried)
@given(rows=people, sort=sorts, size=st.integers(1, 4))
async def test_pages_are_the_sorted_list_cut_into_pieces(fhir, rows, sort, size):
    tag = f"o{next(made)}"
    stored = [((await fhir.create(patient_of(tag, *row)))["id"], row) for row in rows]
    written = ",".join(f"{'-' if descending else ''}{name}" for name, descending in sort)
    found = await fhir.ids(f"Patient?_tag=urn:order|{tag}&_sort={written}&_count={size}")
    assert found == ordered(stored, sort)


values = st.lists(
    st.tuples(
        st.sampled_from(["8867-4", "8310-5"]), st.integers(1, 5), st.sampled_from([None, "01", "02", "03"])
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=20, deadline=None, suppress_health_check=unhurried)
@given(
    rows=values,
    size=st.integers(1, 4),
    descending=st.booleans(),
    also=st.sampled_from(["", "&status=final", "&_id:missing=false"]),
)
async def test_observations_come_by_time_however_they_are_found(service, fhir, rows, size, descending, also):
    person, code = service.context.new_id(), "8867-4"
    stored = []
    for kind, value, day in rows:
        effective = {"effectiveDateTime": f"2026-05-{day}" if day else None}
        resource = {**observation(person, kind, value), **effective}
        answer = await fhir.create({name: value for name, value in resource.items() if value is not None})
        stored.append((day or "", answer["id"], kind))
    by_time = sorted((day, place, one) for place, (day, one, kind) in enumerate(stored) if kind == code)
    wanted = [one for _, _, one in (reversed(by_time) if descending else by_time)]
    sort = "-date" if descending else "date"
    asked = f"Observation?patient={person}&code={LOINC}|{code}&_sort={sort}&_count={size}{also}"
    assert await fhir.ids(asked) == wanted


@settings(max_examples=4, deadline=None, suppress_health_check=unhurried)
@given(
    size=st.integers(1, 5),
    sort=st.sampled_from(["", "date", "-date", "_id", "-_id", "value-quantity", "code,-date"]),
    also=st.sampled_from(["", "&status=final", "&_filter=status eq final or code eq x"]),
)
async def test_pages_lose_and_repeat_nothing_while_others_write(service, fhir, size, sort, also):
    """Others create, change and delete beside what stays; what stays is met once, in its order."""
    person = service.context.new_id()
    kept = [
        (await fhir.create(observation(person, value=n % 3, effectiveDateTime=f"2026-05-{n + 1:02}")))["id"]
        for n in range(9)
    ]
    asked = f"Observation?subject=Patient/{person}&_count={size}{also}" + (f"&_sort={sort}" if sort else "")
    before = await fhir.ids(asked)
    done = False

    async def write(day: int) -> None:
        while not done:
            one = await fhir.create(observation(person, value=1, effectiveDateTime=f"2026-05-{day:02}"))
            await fhir.put({**one, "effectiveDateTime": "2026-05-09", "status": "amended"})
            await fhir.send("DELETE", f"Observation/{one['id']}")

    async def read() -> list[str]:
        nonlocal done
        found = await fhir.ids(asked)
        done = True
        return found

    found, *_ = await asyncio.gather(read(), write(1), write(5), write(12))
    assert [one for one in found if one in kept] == before
