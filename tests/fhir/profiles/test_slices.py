import pytest

from smartbear.kit.errors import TooCostly
from tests.fhir.profiles.conftest import BASE, OURS, Profiles, profile

SYSTEM = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}


def identifiers(*systems):
    return [{"system": f"http://{one}", "value": "1"} for one in systems]


def sliced(**slicing):
    return profile(
        "x",
        ("Patient.identifier", {"slicing": SYSTEM | slicing}),
        ("Patient.identifier:a", {"sliceName": "a", "min": 1, "max": "1"}),
        ("Patient.identifier:a.system", {"fixedUri": "http://a"}),
        ("Patient.identifier:a.value", {"maxLength": 1}),
        ("Patient.identifier:b", {"sliceName": "b"}),
        ("Patient.identifier:b.system", {"patternUri": "http://b"}),
    )


@pytest.mark.parametrize(
    ("slicing", "systems", "expected"),
    [
        ({}, "a", []),
        ({}, "acb", []),
        ({}, "b", [("required", "Patient.identifier")]),
        ({}, "aa", [("structure", "Patient.identifier")]),
        ({"rules": "closed"}, "ab", []),
        ({"rules": "closed"}, "ac", [("structure", "Patient.identifier[1]")]),
        ({"rules": "openAtEnd"}, "abc", []),
        (
            {"rules": "openAtEnd"},
            "cab",
            [("structure", "Patient.identifier[1]"), ("structure", "Patient.identifier[2]")],
        ),
        ({"ordered": True}, "acb", []),
        ({"ordered": True}, "ba", [("structure", "Patient.identifier[1]")]),
    ],
)
def test_slices_are_told_apart_by_value(patient, slicing, systems, expected):
    profiles = Profiles(sliced(**slicing))
    assert profiles.errors(patient(identifier=identifiers(*systems))) == expected


def test_the_constraints_of_a_slice_hold_for_its_occurrences_alone(patient):
    found = [{"system": "http://b", "value": "123"}, {"system": "http://a", "value": "123"}]
    assert Profiles(sliced()).errors(patient(identifier=found)) == [
        ("too-long", "Patient.identifier[1].value")
    ]


def test_a_check_that_would_take_too_long_is_given_up(patient):
    many = 200
    elements = [
        element
        for number in range(many)
        for element in (
            (f"Patient.identifier:s{number}", {}),
            (f"Patient.identifier:s{number}.system", {"fixedUri": f"http://s{number}"}),
        )
    ]
    profiles = Profiles(profile("x", ("Patient.identifier", {"slicing": SYSTEM}), *elements))
    with pytest.raises(TooCostly):
        profiles.errors(patient(identifier=identifiers(*["other"] * 2 * many * 3)))


def by(kind, path, **said):
    return {"slicing": {"discriminator": [{"type": kind, "path": path}], "rules": "closed"}, **said}


def test_slices_are_told_apart_by_what_exists(patient):
    profiles = Profiles(
        profile(
            "x",
            ("Patient.name", by("exists", "family")),
            ("Patient.name:full", {"max": "1"}),
            ("Patient.name:full.family", {"min": 1}),
            ("Patient.name:short", {}),
            ("Patient.name:short.family", {"max": "0"}),
            ("Patient.name:short.text", {"min": 1}),
        )
    )
    assert profiles.errors(patient(name=[{"family": "x"}, {"text": "y"}])) == []
    assert profiles.errors(patient(name=[{"family": "x"}, {"family": "y"}])) == [
        ("structure", "Patient.name")
    ]
    assert profiles.errors(patient(name=[{"use": "old"}])) == [("required", "Patient.name[0].text")]


def test_slices_are_told_apart_by_type(patient):
    profiles = Profiles(
        profile(
            "x",
            ("Patient.multipleBirth[x]", by("type", "$this")),
            (
                "Patient.multipleBirth[x]:multipleBirthInteger",
                {"type": [{"code": "integer"}], "maxValueInteger": 3},
            ),
        )
    )
    assert profiles.errors(patient(multipleBirthInteger=3)) == []
    assert profiles.errors(patient(multipleBirthInteger=4)) == [("value", "Patient.multipleBirth")]
    assert profiles.errors(patient(multipleBirthBoolean=True)) == [("structure", "Patient.multipleBirth")]


def test_entries_of_a_bundle_are_told_apart_by_the_type_and_profile_of_their_resource():
    profiles = Profiles(
        profile(
            "x",
            ("Bundle.entry", by("type", "resource")),
            ("Bundle.entry:who", {"min": 1}),
            ("Bundle.entry:who.resource", {"type": [{"code": "Patient", "profile": [OURS + "p"]}]}),
            type_name="Bundle",
        ),
        profile(
            "y",
            ("Bundle.entry", by("profile", "resource")),
            ("Bundle.entry:who.resource", {"type": [{"code": "Patient", "profile": [OURS + "p"]}]}),
            type_name="Bundle",
        ),
        profile("p", ("Patient.name", {"min": 1})),
    )

    def bundle(**members):
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": members}]}

    named = bundle(resourceType="Patient", name=[{"text": "x"}])
    nameless = bundle(resourceType="Patient", active=True)
    other = bundle(resourceType="Basic", code={"text": "x"})
    assert profiles.errors(named) == profiles.errors(named, "y") == []
    assert profiles.errors(nameless) == [("required", "Bundle.entry[0].resource.name")]
    assert profiles.errors(nameless, "y") == [("structure", "Bundle.entry[0]")]
    assert profiles.errors(other) == [("structure", "Bundle.entry[0]"), ("required", "Bundle.entry")]


def test_a_slice_is_sliced_again(patient):
    use = {"discriminator": [{"type": "value", "path": "use"}], "rules": "closed"}
    profiles = Profiles(
        profile(
            "x",
            ("Patient.identifier", {"slicing": SYSTEM}),
            ("Patient.identifier:a", {"slicing": use}),
            ("Patient.identifier:a.system", {"fixedUri": "http://a"}),
            ("Patient.identifier:a/old", {"max": "1"}),
            ("Patient.identifier:a/old.use", {"fixedCode": "old"}),
        )
    )
    old = {"system": "http://a", "use": "old"}
    assert profiles.errors(patient(identifier=[old, {"system": "http://b", "use": "usual"}])) == []
    assert profiles.errors(patient(identifier=[old, old])) == [("structure", "Patient.identifier")]
    usual = {"system": "http://a", "use": "usual"}
    assert profiles.errors(patient(identifier=[usual])) == [("structure", "Patient.identifier[0]")]


EXTENSION = profile(
    "colour",
    ("Extension.url", {"fixedUri": OURS + "colour"}),
    ("Extension.value[x]", {"min": 1, "type": [{"code": "code"}]}),
    type_name="Extension",
)


def test_extensions_are_held_to_the_profile_they_are_named_by(patient):
    element = {"min": 1, "max": "1", "type": [{"code": "Extension", "profile": [OURS + "colour"]}]}
    profiles = Profiles(EXTENSION, profile("x", ("Patient.extension:colour", element)))
    other = {"url": "http://other", "valueString": "x"}
    assert profiles.errors(patient(extension=[other, {"url": OURS + "colour", "valueCode": "red"}])) == []
    assert profiles.errors(patient(extension=[other])) == [("required", "Patient.extension")]
    wrong = {"url": OURS + "colour", "valueString": "red"}
    assert profiles.errors(patient(extension=[other, wrong])) == [("structure", "Patient.extension[1].value")]


def test_slices_that_nothing_tells_apart_are_left_alone(patient):
    profiles = Profiles(
        profile("x", ("Patient.name", {"slicing": {"rules": "open"}}), ("Patient.name:a", {"min": 1}))
    )
    assert [issue.severity for issue in profiles.issues(patient(active=True))] == ["information"]


class TestReferences:
    PROFILES = Profiles(
        profile("p", ("Practitioner.name", {"min": 1}), type_name="Practitioner"),
        profile(
            "x",
            (
                "Patient.generalPractitioner",
                {"type": [{"code": "Reference", "targetProfile": [OURS + "p", BASE + "Organization"]}]},
            ),
        ),
    )

    @pytest.mark.parametrize(
        "text", ["Practitioner/1", "Organization/1", "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"]
    )
    def test_a_target_that_cannot_be_seen_is_judged_by_its_type(self, patient, text):
        assert self.PROFILES.errors(patient(generalPractitioner=[{"reference": text}])) == []

    def test_a_target_of_another_type_is_refused(self, patient):
        found = self.PROFILES.errors(patient(generalPractitioner=[{"reference": "PractitionerRole/1"}]))
        assert found == [("value", "Patient.generalPractitioner[0]")]

    @pytest.mark.parametrize(
        ("name", "expected"), [([{"text": "x"}], []), ([], [("value", "Patient.generalPractitioner[0]")])]
    )
    def test_a_contained_target_is_held_to_its_profile(self, patient, name, expected):
        practitioner = {"resourceType": "Practitioner", "id": "g", "active": True} | (
            {"name": name} if name else {}
        )
        resource = patient(contained=[practitioner], generalPractitioner=[{"reference": "#g"}])
        assert self.PROFILES.errors(resource) == expected
