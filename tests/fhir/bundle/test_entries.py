import pytest

from smartbear.fhir.bundle.entries import in_processing_order, read_entries

BASE = "https://here.example/fhir/"


def read(*entries):
    return read_entries({"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}, BASE)


def entry(method, url, resource=None, **request):
    given = {"request": {"method": method, "url": url, **request}}
    return given if resource is None else {**given, "resource": resource}


def patient(**members):
    return {"resourceType": "Patient", **members}


def faults(*entries):
    return [(issue.code, issue.expression) for issue in read(*entries)[1]]


def test_a_request_is_taken_apart():
    (found,), issues = read(
        entry("PUT", "Patient/1", patient(id="1"), ifMatch='W/"3"') | {"fullUrl": BASE + "Patient/1"}
    )
    assert issues == []
    assert (found.type, found.id, found.query) == ("Patient", "1", "")
    assert (found.full_url, found.if_match) == (BASE + "Patient/1", 'W/"3"')


def test_a_conditional_request_keeps_its_search():
    found, issues = read(
        entry("PUT", "Patient?identifier=x|1", patient()),
        entry("POST", "Patient", patient(), ifNoneExist="identifier=x|1"),
        entry("DELETE", "Observation?code=1&status=cancelled"),
    )
    assert issues == []
    assert [e.query for e in found] == ["identifier=x|1", "", "code=1&status=cancelled"]
    assert found[1].if_none_exist == "identifier=x|1"


def test_reads_keep_their_address_whole():
    (found,), issues = read(entry("GET", "Patient/1/$everything?_count=5"))
    assert issues == []
    assert (found.url, found.type) == ("Patient/1/$everything?_count=5", "")


def test_the_servers_own_address_may_be_written_in_front():
    (found,), issues = read(entry("DELETE", BASE + "Patient/1"))
    assert issues == []
    assert (found.type, found.id) == ("Patient", "1")


def test_entries_are_processed_in_the_order_of_the_specification():
    found, _ = read(
        entry("GET", "Patient"),
        entry("PUT", "Patient/1", patient(id="1")),
        entry("POST", "Patient", patient()),
        entry("DELETE", "Patient/2"),
        entry("PATCH", "Patient/3", {"resourceType": "Parameters"}),
        entry("POST", "Observation", {"resourceType": "Observation"}),
    )
    assert [e.index for e in in_processing_order(found)] == [3, 2, 5, 1, 4, 0]


URL = ("value", "Bundle.entry[0].request.url")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (entry("POST", "Patent", patient()), URL),
        (entry("POST", "Patient/1", patient()), URL),
        (entry("PUT", "Patient", patient()), URL),
        (entry("PUT", "Patient/1?active=true", patient(id="1")), URL),
        (entry("DELETE", "https://elsewhere.example/Patient/1"), URL),
        (entry("DELETE", "Patient"), URL),
        (entry("POST", "Patient"), ("required", "Bundle.entry[0].resource")),
        (entry("PATCH", "Patient/1"), ("required", "Bundle.entry[0].resource")),
        (entry("POST", "Patient", {"resourceType": "Group"}), ("value", "Bundle.entry[0].resource")),
        (entry("PUT", "Patient/1", patient(id="2")), ("value", "Bundle.entry[0].resource.id")),
        (entry("PUT", "Patient/1", patient()), ("value", "Bundle.entry[0].resource.id")),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_refused_by_entry(given, expected):
    assert faults(given) == [expected]
