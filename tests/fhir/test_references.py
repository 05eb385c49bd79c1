import pytest

from smartbear.fhir.references import LiteralReference, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient/1", LiteralReference("relative", "Patient", "1")),
        ("Patient/1/_history/2", LiteralReference("relative", "Patient", "1", "2")),
        (
            "https://x.example/fhir/r4/Patient/1",
            LiteralReference("absolute", "Patient", "1", base="https://x.example/fhir/r4/"),
        ),
        (
            "http://x.example/Patient/1/_history/2#part",
            LiteralReference("absolute", "Patient", "1", "2", "http://x.example/"),
        ),
        ("#device", LiteralReference("contained", id="device")),
        ("#", LiteralReference("contained")),
        ("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", LiteralReference("urn")),
        ("urn:oid:1.2.3", LiteralReference("urn")),
        (
            "Patient?identifier=https://x|1",
            LiteralReference("conditional", "Patient", query="identifier=https://x|1"),
        ),
        ("https://x.example/some/page", LiteralReference("address")),
        ("mailto:x@y.example", LiteralReference("address")),
        ("Patent/1", LiteralReference("unreadable")),
        ("Patient/" + "x" * 65, LiteralReference("unreadable")),
        ("Patient", LiteralReference("unreadable")),
        ("", LiteralReference("unreadable")),
        ("Patient?", LiteralReference("unreadable")),
        ("Patent?identifier=1", LiteralReference("unreadable")),
        ("http://[", LiteralReference("address")),
        ("the patient next door", LiteralReference("unreadable")),
    ],
)
def test_a_reference_says_what_it_points_at(text, expected):
    assert parse(text) == expected
