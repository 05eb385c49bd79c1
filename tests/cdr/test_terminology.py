import time

import pytest

from smartbear.cdr.actions.terminology.members import Terms, membership
from smartbear.cdr.model.access import everything
from smartbear.cdr.store.repository import Repository
from tests.cdr.conftest import issues

BODY = "http://example.org/CodeSystem/body"
SETS = "http://example.org/ValueSet"


def concept(code, *below, display=None, **more):
    return (
        {"code": code, "display": display or f"the {code}"}
        | ({"concept": list(below)} if below else {})
        | more
    )


def named(code, value, kind="valueCode"):
    return {"code": code, kind: value}


@pytest.fixture
async def body(fhir):
    """body > arm > hand > finger, body > leg; toe below leg by a property, and retired."""
    german = {"language": "de", "value": "Hand"}
    hand = concept("hand", concept("finger"), designation=[german], definition="Ends the arm.")
    system = {
        "resourceType": "CodeSystem",
        "id": "body",
        "url": BODY,
        "version": "2",
        "name": "Body",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "concept": [
            concept("body", concept("arm", hand), concept("leg")),
            concept("toe", property=[named("parent", "leg"), named("status", "retired")]),
            concept(
                "Tail",
                property=[named("length", 3, "valueInteger"), named("notSelectable", True, "valueBoolean")],
            ),
        ],
    }
    return await fhir.put(system)


def value_set(name, *include, exclude=(), **more):
    compose = {"include": list(include)} | ({"exclude": list(exclude)} if exclude else {})
    head = {"resourceType": "ValueSet", "id": name, "url": f"{SETS}/{name}", "status": "active"}
    return head | {"compose": compose} | more


def of(*filters, **more):
    made = [dict(zip(("property", "op", "value"), one, strict=True)) for one in filters]
    return {"system": BODY} | ({"filter": made} if made else {}) | more


def inline(resource, **more):
    given = [{"name": "valueSet", "resource": resource}]
    return {"resourceType": "Parameters", "parameter": given + [{"name": k, **v} for k, v in more.items()]}


async def codes(fhir, resource):
    answer = await fhir.send("POST", "ValueSet/$expand", inline(resource))
    assert answer.status_code == 200, answer.text
    expansion = answer.json()["expansion"]
    assert expansion["total"] == len(expansion.get("contains", ()))
    return [one["code"] for one in expansion.get("contains", ())]


def parts(parameters):
    return {one["name"]: next(v for k, v in one.items() if k != "name") for one in parameters["parameter"]}


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (of(), ["body", "arm", "hand", "finger", "leg", "toe", "Tail"]),
        (of(("concept", "is-a", "arm")), ["arm", "hand", "finger"]),
        (of(("concept", "descendent-of", "body")), ["arm", "hand", "finger", "leg", "toe"]),
        (of(("concept", "is-not-a", "body")), ["Tail"]),
        (of(("concept", "generalizes", "hand")), ["body", "arm", "hand"]),
        (of(("concept", "in", "arm, leg")), ["arm", "leg"]),
        (of(("concept", "not-in", "arm,leg,body")), ["hand", "finger", "toe", "Tail"]),
        (of(("code", "regex", ".*e.*")), ["finger", "leg", "toe"]),
        (of(("display", "=", "the arm")), ["arm"]),
        (of(("status", "=", "retired")), ["toe"]),
        (of(("length", "exists", "true")), ["Tail"]),
        (of(("length", "exists", "false"), ("concept", "is-a", "leg")), ["leg", "toe"]),
        (of(("parent", "=", "leg")), ["toe"]),
        (of(concept=[{"code": "toe"}, {"code": "horn"}]), ["toe", "horn"]),
    ],
)
async def test_a_value_set_has_the_codes_that_its_filters_choose(fhir, body, include, expected):
    assert await codes(fhir, value_set("any", include)) == expected


async def test_value_sets_are_united_intersected_and_taken_away_from_one_another(fhir, body):
    await fhir.put(value_set("arms", of(("concept", "is-a", "arm"))))
    await fhir.put(value_set("ends", of(concept=[{"code": "finger"}, {"code": "toe"}])))
    both = {"valueSet": [f"{SETS}/arms", f"{SETS}/ends"]}
    assert await codes(fhir, value_set("both", both)) == ["finger"]
    either = [{"valueSet": [f"{SETS}/arms"]}, {"valueSet": [f"{SETS}/ends"]}]
    assert await codes(fhir, value_set("either", *either)) == ["arm", "hand", "finger", "toe"]
    without = value_set("without", *either, exclude=[of(concept=[{"code": "hand"}])])
    assert await codes(fhir, without) == ["arm", "finger", "toe"]


async def test_an_expansion_is_had_page_by_page_by_words_and_in_a_language(fhir, body):
    stored = await fhir.put(value_set("all", of()))
    by_id = f"ValueSet/{stored['id']}/$expand"
    page = (await fhir.get(f"{by_id}?offset=2&count=2"))["expansion"]
    assert [one["code"] for one in page["contains"]] == ["hand", "finger"]
    assert (page["total"], page["offset"]) == (7, 2)
    found = await fhir.get(f"ValueSet/$expand?url={SETS}/all&filter=THE+ha&displayLanguage=de-AT")
    assert [one["display"] for one in found["expansion"]["contains"]] == ["Hand"]
    assert "compose" not in found
    active = (await fhir.get(f"{by_id}?activeOnly=true&excludeNotForUI=true"))["expansion"]
    assert {one["code"] for one in active["contains"]} == {"body", "arm", "hand", "finger", "leg"}


async def test_an_expansion_that_cannot_be_made_says_why(fhir, body, service):
    unknown = inline(value_set("x", {"system": "http://nowhere.example"}))
    answer = await fhir.send("POST", "ValueSet/$expand", unknown)
    assert answer.status_code == 422
    assert issues(answer) == [("not-found", "ValueSet.compose.include[0].system")]
    assert (await fhir.send("GET", "ValueSet/$expand?url=http://nowhere.example")).status_code == 404
    assert (await fhir.send("GET", "ValueSet/$expand")).status_code == 400
    bad = await fhir.send("POST", "ValueSet/$expand", inline(value_set("x", of(("code", "regex", "(")))))
    assert bad.status_code == 422
    assert (await fhir.send("GET", f"ValueSet/$expand?url={SETS}/x&count=-1")).status_code == 400
    await fhir.put(value_set("loop", {"valueSet": [f"{SETS}/loop"]}))
    loop = await fhir.send("GET", f"ValueSet/$expand?url={SETS}/loop")
    assert (loop.status_code, issues(loop)[0][0]) == (422, "too-costly")


@pytest.mark.parametrize("concepts", [{}, {"concept": [{"code": "c" * 300}]}], ids=["none", "too long"])
async def test_a_code_system_without_concepts_that_can_be_looked_up_is_stored(fhir, concepts):
    system = {"resourceType": "CodeSystem", "url": "http://none.example", "status": "active"}
    stored = await fhir.create(system | {"content": "fragment" if concepts else "not-present"} | concepts)
    assert stored["id"] in await fhir.ids("CodeSystem?url=http://none.example")
    await fhir.put(stored | {"name": "Changed"})


async def test_value_sets_that_name_one_another_in_ever_more_ways_are_given_up(fhir):
    for level in range(14):
        await fhir.put(value_set(f"fan{level}", *[{"valueSet": [f"{SETS}/fan{level + 1}"]}] * 8))
    await fhir.put(value_set("fan14", {"system": "http://any.example", "concept": [{"code": "a"}]}))
    for asked in ("$expand?", "$validate-code?system=http://any.example&code=a&"):
        answer = await fhir.send("GET", f"ValueSet/{asked}url={SETS}/fan0")
        assert (answer.status_code, issues(answer)[0][0]) == (422, "too-costly")


async def test_a_code_system_that_is_included_very_often_is_given_up(fhir, body):
    answer = await fhir.send("POST", "ValueSet/$expand", inline(value_set("x", *[of()] * 3000)))
    assert (answer.status_code, issues(answer)[0][0]) == (422, "too-costly")


async def test_a_code_is_looked_up_with_everything_that_is_known_of_it(fhir, body):
    answer = await fhir.get(f"CodeSystem/$lookup?system={BODY}&code=hand")
    assert parts(answer)["name"] == "Body"
    assert parts(answer)["version"] == "2"
    assert parts(answer)["display"] == "the hand"
    properties = {
        one["part"][0]["valueCode"]: list(one["part"][1].values())[1]
        for one in answer["parameter"]
        if one["name"] == "property"
    }
    assert properties == {
        "definition": "Ends the arm.",
        "parent": "arm",
        "child": "finger",
        "inactive": False,
    }
    assert (await fhir.send("GET", f"CodeSystem/$lookup?system={BODY}&code=horn")).status_code == 404
    assert (await fhir.send("GET", f"CodeSystem/$lookup?system={BODY}&code=HAND")).status_code == 404
    assert (await fhir.send("GET", "CodeSystem/$lookup?system=http://no.example&code=x")).status_code == 404
    core = await fhir.get("CodeSystem/$lookup?system=http://hl7.org/fhir/observation-status&code=final")
    assert parts(core)["display"] == "final"


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("arm", "finger", "subsumes"),
        ("finger", "arm", "subsumed-by"),
        ("arm", "arm", "equivalent"),
        ("leg", "arm", "not-subsumed"),
        ("body", "toe", "subsumes"),
    ],
)
async def test_codes_stand_to_one_another_as_the_hierarchy_says(fhir, body, first, second, outcome):
    asked = f"codeA={first}&codeB={second}"
    assert parts(await fhir.get(f"CodeSystem/$subsumes?system={BODY}&{asked}")) == {"outcome": outcome}
    assert parts(await fhir.get(f"CodeSystem/body/$subsumes?{asked}")) == {"outcome": outcome}


async def test_a_code_is_valid_if_it_is_in_the_set_and_its_display_is_right(fhir, body):
    await fhir.put(value_set("arms", of(("concept", "is-a", "arm"))))
    place = f"ValueSet/$validate-code?url={SETS}/arms&system={BODY}"
    assert parts(await fhir.get(f"{place}&code=finger"))["result"] is True
    assert parts(await fhir.get(f"{place}&code=toe"))["result"] is False
    assert parts(await fhir.get(f"{place}&code=hand&display=Foot"))["result"] is False
    assert (
        parts(await fhir.get(f"CodeSystem/$validate-code?url={BODY}&code=hand&display=foot"))["result"]
        is False
    )
    assert (
        parts(await fhir.get(f"CodeSystem/$validate-code?url={BODY}&code=hand&display=Hand"))["result"]
        is True
    )
    core = "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/observation-status&code=final"
    assert parts(await fhir.get(core))["result"] is True
    coded = {"coding": [{"system": BODY, "code": "toe"}, {"system": BODY, "code": "hand"}]}
    body_ = inline(
        value_set("x", of(("concept", "is-a", "arm"))), codeableConcept={"valueCodeableConcept": coded}
    )
    assert parts((await fhir.send("POST", "ValueSet/$validate-code", body_)).json())["result"] is True


async def test_what_is_changed_or_deleted_is_no_longer_found(fhir, body):
    await fhir.put(body | {"concept": [concept("wing")]})
    assert await codes(fhir, value_set("any", of())) == ["wing"]
    await fhir.send("DELETE", "CodeSystem/body")
    assert (await fhir.send("GET", f"CodeSystem/$lookup?system={BODY}&code=wing")).status_code == 404


async def test_terminology_is_shown_only_to_those_who_may_read_it(fhir, service, body):
    stranger = await service.machine("system/Observation.rs")
    assert (await stranger.send("GET", f"CodeSystem/$lookup?system={BODY}&code=hand")).status_code == 404
    answer = await stranger.send("POST", "ValueSet/$expand", inline(value_set("x", of())))
    assert answer.status_code == 422
    assert (await stranger.send("GET", "CodeSystem/body/$validate-code?code=hand")).status_code == 404


async def test_others_are_told_which_codes_a_value_set_has(service, fhir, body):
    await fhir.put(value_set("arms", of(("concept", "is-a", "arm"))))
    await fhir.put(value_set("odd", {"system": "http://nowhere.example"}))
    repository = await Repository.connect(service.context)
    async with repository.db.connection() as connection:
        terms = Terms(repository, connection, everything())
        asked = [(BODY, "hand"), (None, "hand"), (BODY, "toe"), ("http://other.example", "hand")]
        found = await membership(terms, f"{SETS}/arms", asked)
        assert found == dict(zip(asked, (True, True, False, False), strict=True))
        assert await membership(terms, f"{SETS}/odd", asked) is None
        assert await membership(terms, f"{SETS}/none", asked) is None


async def test_the_atc_value_set_of_a_deployment_serves_as_it_comes(fhir):
    """In the shape of its file: a reference to the public set, and the codes as an expansion."""
    atc = "http://www.whocc.no/atc"
    listed = [{"system": atc, "code": code, "display": display} for code, display in ATC.items()]
    file = value_set("ATCVS", {"system": atc, "valueSet": ["http://fhir.example/ValueSet/atc"]})
    file |= {"expansion": {"timestamp": "2020-01-31T00:00:00Z", "total": len(listed), "contains": listed}}
    stored = await fhir.create({name: value for name, value in file.items() if name != "id"})
    found = await fhir.get(f"ValueSet/$expand?url={SETS}/ATCVS&filter=metformin")
    assert [one["code"] for one in found["expansion"]["contains"]] == ["A10BA02"]
    place = f"ValueSet/{stored['id']}/$validate-code?system={atc}"
    assert parts(await fhir.get(f"{place}&code=C07AB02"))["result"] is True
    assert parts(await fhir.get(f"{place}&code=C07"))["result"] is False
    taken = {"coding": [{"system": atc, "code": "A10BA02"}]}
    await fhir.create({"resourceType": "Medication", "id": "m", "code": taken})
    assert len(await fhir.ids(f"Medication?code:in={SETS}/ATCVS")) == 1


ATC = {"A10BA02": "metformin", "C07AB02": "metoprolol", "B01AC06": "acetylsalicylic acid"}


async def test_a_code_is_translated_by_the_maps_that_are_held(fhir, body):
    other = "http://example.org/CodeSystem/other"
    targets = [{"code": "H", "display": "Hand", "equivalence": "equivalent"}]
    narrow = [{"code": "H", "equivalence": "wider"}]
    elements = [{"code": "hand", "target": targets}, {"code": "finger", "target": narrow}]
    group = {"source": BODY, "target": other, "element": elements, "unmapped": {"mode": "fixed", "code": "?"}}
    map_ = {
        "resourceType": "ConceptMap",
        "url": "http://example.org/map",
        "status": "active",
        "group": [group],
    }
    stored = await fhir.create(map_)
    for place in (
        "ConceptMap/$translate?",
        f"ConceptMap/{stored['id']}/$translate?",
        f"ConceptMap/$translate?url={map_['url']}&",
    ):
        answer = await fhir.get(f"{place}system={BODY}&code=hand&targetsystem={other}")
        assert parts(answer)["result"] is True
        [match] = [one["part"] for one in answer["parameter"] if one["name"] == "match"]
        assert match[1]["valueCoding"] == {"system": other, "code": "H", "display": "Hand"}
    back = await fhir.get(f"ConceptMap/$translate?system={other}&code=H&reverse=true")
    matched = [one["part"] for one in back["parameter"] if one["name"] == "match"]
    assert [one[0]["valueCode"] for one in matched] == ["equivalent", "narrower"]
    fixed = await fhir.get(f"ConceptMap/$translate?system={BODY}&code=leg")
    assert [
        one["part"][1]["valueCoding"]["code"] for one in fixed["parameter"] if one["name"] == "match"
    ] == ["?"]
    none = await fhir.get("ConceptMap/$translate?system=http://nowhere.example&code=leg")
    assert parts(none)["result"] is False


async def test_a_code_system_of_many_concepts_answers_at_once(fhir):
    many, tens = 20_000, 100
    tree = [concept(f"g{n}", *(concept(f"g{n}-{m}") for m in range(many // tens))) for n in range(tens)]
    await fhir.put(
        {
            "resourceType": "CodeSystem",
            "id": "big",
            "url": f"{BODY}/big",
            "status": "active",
            "content": "complete",
            "concept": tree,
        }
    )
    began = time.perf_counter()
    last = value_set("x", {"system": f"{BODY}/big"})
    answer = await fhir.send(
        "POST", "ValueSet/$expand", inline(last, offset={"valueInteger": many}, count={"valueInteger": 5})
    )
    assert answer.json()["expansion"]["total"] == many + tens
    place = f"CodeSystem/$lookup?system={BODY}/big&code=g99-7"
    assert parts(await fhir.get(place))["display"] == "the g99-7"
    assert time.perf_counter() - began < 5
    whole = await fhir.send("POST", "ValueSet/$expand", inline(last))
    assert (whole.status_code, issues(whole)) == (422, [("too-costly", "count")])
