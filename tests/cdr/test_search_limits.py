"""Searches that ask for everything there is, for much, and for too much."""

import time

import pytest

from smartbear.fhir.search.parameters import SearchType, parameters
from tests.cdr.conftest import issues

SAMPLES = {
    SearchType.NUMBER: "ap5",
    SearchType.DATE: "ne2024-05",
    SearchType.STRING: "x",
    SearchType.TOKEN: "urn:s|x",
    SearchType.REFERENCE: "1",
    SearchType.QUANTITY: "gt5||mg",
    SearchType.URI: "urn:x",
}


@pytest.mark.parametrize("kind", ["DocumentReference", "Location", "MolecularSequence", "ValueSet"])
async def test_every_parameter_can_be_asked_for_missed_and_sorted_by(fhir, kind):
    for code, parameter in parameters(kind).items():
        parts = [SAMPLES[one.type] for one in parameter.components] or [SAMPLES.get(parameter.type, "")]
        asked = [f"{code}={'$'.join(parts)}", *([f"{code}:missing=true"] if code != "_list" else [])]
        if parameter.type in SAMPLES:
            asked += [
                f"_sort={code},-{code}",
                f"_filter={code} ne {SAMPLES[parameter.type].lstrip('neapgt')}",
            ]
        for one in asked:
            answer = await fhir.send("GET", f"{kind}?{one}&_count=1", prefer="handling=strict")
            assert answer.status_code == 200, (one, answer.text)


@pytest.mark.parametrize(
    "asked",
    [
        "code=" + ",".join(f"c{n}" for n in range(10_000)),
        "_id=" + ",".join(f"i{n}" for n in range(10_000)),
        "subject=" + ",".join(f"Patient/p{n}" for n in range(10_000)),
        "code:not=" + ",".join(f"urn:s|c{n}" for n in range(10_000)),
        "_id=x&_include:iterate=*&_revinclude:iterate=*",
        "_filter=" + " or ".join(f"code eq c{n}" for n in range(200)),
        "_sort=-date,code,status,-category,value-quantity,patient,_id,-_lastUpdated",
    ],
)
async def test_a_search_that_asks_for_much_is_answered_at_once(fhir, asked):
    form = "application/x-www-form-urlencoded"
    started = time.perf_counter()
    answer = await fhir.send("POST", "Observation/_search", asked.encode(), content_type=form)
    assert answer.status_code == 200, answer.text
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "asked",
    [
        "code=" + ",".join(f"c{n}" for n in range(20_000)),
        "date=" + ",".join(["2024"] * 10_000),
        "_filter=" + "(" * 5_000,
        "_filter=" + " and ".join(["code eq a"] * 1_000),
        "patient" + ".link" * 50 + "=x",
        "_has:Observation:derived-from:" * 30 + "code=x",
        "_sort=" + ",".join(["date"] * 1_000),
        "code:in=urn:no-such-set",
        "_cursor=" + "A" * 10_000,
        "_list=$current-problems",
    ],
)
async def test_a_search_that_asks_for_too_much_is_refused_with_the_parameter_named(fhir, asked):
    form = "application/x-www-form-urlencoded"
    answer = await fhir.send("POST", "Observation/_search", asked.encode(), content_type=form)
    assert answer.status_code == 400
    assert issues(answer)
