from smartbear.fhir.links import links


def observation(**members):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}} | members


ADDRESSES = {"http://loinc.org", "http://p", "http://q", "http://e", "http://v"}


def found(resource):
    return [(link.kind, link.place, link.text) for link in links(resource, ADDRESSES)]


def test_references_addresses_and_narratives_are_links():
    resource = observation(
        text={"status": "generated", "div": "<div>x</div>"},
        meta={"profile": ["http://p", "http://q"]},
        subject={"reference": "Patient/1", "display": "http://not-a-link"},
        code={"coding": [{"system": "http://loinc.org", "code": "1"}], "text": "urn:uuid:1"},
    )
    assert found(resource) == [
        ("address", "Observation.code.coding[0].system", "http://loinc.org"),
        ("narrative", "Observation.text.div", "<div>x</div>"),
        ("address", "Observation.meta.profile[0]", "http://p"),
        ("address", "Observation.meta.profile[1]", "http://q"),
        ("reference", "Observation.subject.reference", "Patient/1"),
    ]


def test_text_that_looks_like_an_address_is_no_link():
    assert found(observation(valueString="urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a")) == []


def test_choices_extensions_and_extensions_of_primitives_are_looked_into():
    extension = {"extension": [{"url": "http://e", "valueUri": "http://v"}]}
    assert found(observation(_issued=extension)) == [
        ("address", "Observation.issued.extension[0].url", "http://e"),
        ("address", "Observation.issued.extension[0].value", "http://v"),
    ]


def test_extensions_of_the_items_of_a_repeating_primitive_are_looked_into():
    extension = {"extension": [{"url": "http://e", "valueCode": "v"}]}
    patient = {"resourceType": "Patient", "name": [{"given": ["a", None], "_given": [None, extension]}]}
    assert found(patient) == [("address", "Patient.name[0].given[1].extension[0].url", "http://e")]


def test_gaps_in_a_list_of_addresses_are_passed_over():
    questionnaire = {"resourceType": "Questionnaire", "derivedFrom": [None, "http://q"]}
    assert found(questionnaire) == [("address", "Questionnaire.derivedFrom[1]", "http://q")]


def test_contained_and_nested_resources_are_looked_into():
    inner = {"resourceType": "Provenance", "target": [{"reference": "#"}]}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": observation(contained=[inner])}]}
    assert found(bundle) == [("reference", "Bundle.entry[0].resource.contained[0].target[0].reference", "#")]


def test_assigning_through_a_link_changes_the_resource():
    resource = observation(subject={"reference": "urn:uuid:1"}, meta={"profile": ["http://p"]})
    for link in links(resource, ADDRESSES):
        link.holder[link.key] = "changed"
    assert resource["subject"] == {"reference": "changed"}
    assert resource["meta"] == {"profile": ["changed"]}


def test_addresses_that_nobody_looks_for_are_passed_over():
    resource = observation(
        meta={"profile": ["http://other", "http://q"]},
        code={"coding": [{"system": "http://other", "code": "1"}]},
        subject={"reference": "http://other/Patient/1"},
    )
    assert found(resource) == [
        ("address", "Observation.meta.profile[1]", "http://q"),
        ("reference", "Observation.subject.reference", "http://other/Patient/1"),
    ]
