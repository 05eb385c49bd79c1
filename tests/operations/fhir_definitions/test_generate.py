import json
import tarfile

import pytest

from smartbear.operations.fhir_definitions.generate import generate

HL7 = "http://hl7.org/fhir/"
STRUCTURES = HL7 + "StructureDefinition/"
TABLES = {"types", "profiles", "invariants", "value_sets", "search_parameters", "compartments"}


def element(path, base=None, **facts):
    given = {"id": path, "path": path, "min": 0, "max": "1", "base": {"path": base or path}}
    return given | facts


def structure(name, *elements, **facts):
    given = {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": STRUCTURES + name,
        "type": name,
        "kind": "resource",
        "abstract": False,
        "derivation": "specialization",
        "baseDefinition": STRUCTURES + "DomainResource",
    }
    return given | {"snapshot": {"element": list(elements)}} | facts


RULE = [{"key": "bp-1", "severity": "warning", "human": "Always on."}]
LAMP = structure(
    "Lamp",
    element(
        "Lamp",
        constraint=[
            {
                "key": "lmp-1",
                "severity": "error",
                "human": "Shines.",
                "expression": "on",
                "source": STRUCTURES + "Lamp",
            },
            {"key": "dom-2", "severity": "error", "human": "Other.", "source": STRUCTURES + "DomainResource"},
        ],
    ),
    element("Lamp.id", "Resource.id", type=[{"code": "http://hl7.org/fhirpath/System.String"}]),
    element(
        "Lamp.status",
        min=1,
        isSummary=True,
        isModifier=True,
        type=[{"code": "code"}],
        binding={"strength": "required", "valueSet": HL7 + "ValueSet/lamp|4.0.1"},
    ),
    element("Lamp.colour[x]", type=[{"code": "string"}, {"code": "CodeableConcept"}]),
    element("Lamp.bulb", max="*", type=[{"code": "BackboneElement"}]),
    element(
        "Lamp.bulb.room",
        type=[{"code": "Reference", "targetProfile": [STRUCTURES + "Room", STRUCTURES + "Hall"]}],
    ),
    element("Lamp.bulb.spare", contentReference="#Lamp.bulb"),
)
CODE = structure(
    "code",
    element("code"),
    element("code.extension", "Element.extension", max="*", type=[{"code": "Extension"}]),
    element(
        "code.value",
        type=[
            {
                "code": "http://hl7.org/fhirpath/System.String",
                "extension": [{"url": STRUCTURES + "regex", "valueString": "[a-z]+"}],
            }
        ],
    ),
    kind="primitive-type",
    baseDefinition=STRUCTURES + "string",
)
LOGICAL = structure("Blueprint", element("Blueprint"), kind="logical")
PROFILE = structure(
    "bp",
    derivation="constraint",
    type="Lamp",
    baseDefinition=STRUCTURES + "Lamp",
    differential={
        "element": [
            {"id": "Lamp.status", "path": "Lamp.status", "min": 1, "fixedCode": "on", "constraint": RULE}
        ]
    },
)
VALUE_SET = {
    "resourceType": "ValueSet",
    "id": "lamp",
    "url": HL7 + "ValueSet/lamp",
    "expansion": {
        "contains": [
            {"system": "http://s", "code": "on", "contains": [{"system": "http://s", "code": "dim"}]},
            {"system": "http://s", "code": "group", "abstract": True},
        ]
    },
}
PARAMETER = {
    "resourceType": "SearchParameter",
    "id": "Lamp-status",
    "code": "status",
    "base": ["Lamp"],
    "type": "token",
    "expression": "Lamp.status",
}
COMPARTMENT = {
    "resourceType": "CompartmentDefinition",
    "id": "room",
    "code": "Room",
    "resource": [{"code": "Lamp", "param": ["room"]}, {"code": "Chair"}],
}


@pytest.fixture
def packages(tmp_path):
    examples, expansions = tmp_path / "examples", tmp_path / "expansions"
    for folder, resources in (
        (examples, [LAMP, CODE, LOGICAL, PROFILE, PARAMETER, COMPARTMENT]),
        (expansions, [VALUE_SET]),
    ):
        (folder / "package").mkdir(parents=True)
        for resource in resources:
            name = f"{resource['resourceType']}-{resource['id']}.json"
            (folder / "package" / name).write_text(json.dumps(resource))
    return examples, expansions


@pytest.fixture
def tables(packages, tmp_path):
    target = tmp_path / "tables"
    target.mkdir()
    generate(*packages, target)
    return {path.stem: json.loads(path.read_bytes()) for path in target.iterdir()}


def test_six_tables_are_written(tables):
    assert tables.keys() == TABLES


def test_a_type_has_its_own_elements_and_names_its_base(tables):
    lamp = tables["types"]["Lamp"]
    assert (lamp["base"], lamp["kind"]) == ("DomainResource", "resource")
    assert [e["name"] for e in lamp["elements"]] == ["status", "colour", "bulb"]
    assert lamp["elements"][0] == {
        "name": "status",
        "types": [{"code": "code"}],
        "min": 1,
        "summary": True,
        "modifier": True,
        "binding": HL7 + "ValueSet/lamp",
    }
    assert lamp["elements"][1]["choice"] is True


def test_a_backbone_element_is_a_type_of_its_own(tables):
    assert tables["types"]["Lamp"]["elements"][2] == {
        "name": "bulb",
        "types": [{"code": "Lamp.bulb"}],
        "max": None,
    }
    room, spare = tables["types"]["Lamp.bulb"]["elements"]
    assert room["types"] == [{"code": "Reference", "targets": ["Hall", "Room"]}]
    assert spare["types"] == [{"code": "Lamp.bulb"}]


def test_a_primitive_has_its_lexical_space_and_no_elements_of_its_own(tables):
    assert tables["types"]["code"] == {
        "name": "code",
        "kind": "primitive",
        "base": "string",
        "regex": "[a-z]+",
    }


def test_profiles_and_logical_models_are_no_types(tables):
    assert tables["types"].keys() == {"Lamp", "Lamp.bulb", "code"}


def test_invariants_of_the_base_are_not_repeated(tables):
    assert [rule["key"] for rule in tables["invariants"]["Lamp"]] == ["lmp-1"]


def test_bound_sets_list_their_codes_without_the_abstract_ones(tables):
    assert tables["value_sets"][HL7 + "ValueSet/lamp"]["systems"] == {"http://s": ["dim", "on"]}


def test_a_set_without_a_complete_expansion_is_not_enumerable(packages, tmp_path):
    examples, expansions = packages
    unclosed = {"url": STRUCTURES + "valueset-unclosed", "valueBoolean": True}
    partial = VALUE_SET | {"expansion": VALUE_SET["expansion"] | {"extension": [unclosed]}}
    (expansions / "package" / "ValueSet-lamp.json").write_text(json.dumps(partial))
    generate(examples, expansions, tmp_path)
    assert json.loads((tmp_path / "value_sets.json").read_bytes()) == {
        HL7 + "ValueSet/lamp": {"url": HL7 + "ValueSet/lamp", "enumerable": False}
    }


def test_a_set_that_names_its_codes_needs_no_expansion(packages, tmp_path):
    examples, expansions = packages
    (expansions / "package" / "ValueSet-lamp.json").unlink()
    codes = {"system": "http://s", "concept": [{"code": "on"}, {"code": "off"}]}
    listed = {"resourceType": "ValueSet", "id": "lamp", "url": HL7 + "ValueSet/lamp"}
    path = examples / "package" / "ValueSet-lamp.json"
    for compose, expected in (
        ({"include": [codes]}, {"systems": {"http://s": ["off", "on"]}}),
        ({"include": [codes, {"system": "http://t"}]}, {"enumerable": False}),
        ({"include": [codes], "exclude": [codes]}, {"enumerable": False}),
    ):
        path.write_text(json.dumps(listed | {"compose": compose}))
        generate(examples, expansions, tmp_path)
        found = json.loads((tmp_path / "value_sets.json").read_bytes())[HL7 + "ValueSet/lamp"]
        assert found == {"url": HL7 + "ValueSet/lamp"} | expected


def test_profiles_search_parameters_and_compartments_are_kept_as_facts(tables):
    ((url, profile),) = tables["profiles"].items()
    assert profile["url"] == url == STRUCTURES + "bp"
    assert profile["differential"] == PROFILE["differential"]
    assert tables["search_parameters"]["Lamp-status"]["expression"] == "Lamp.status"
    assert tables["compartments"] == {"Room": {"code": "Room", "members": {"Lamp": ["room"]}}}


def test_a_tarball_gives_the_same_bytes_as_its_folder(packages, tmp_path):
    archives = []
    for folder in packages:
        archives.append(tmp_path / f"{folder.name}.tgz")
        with tarfile.open(archives[-1], "w:gz") as archive:
            archive.add(folder / "package", "package")
    once, again = tmp_path / "once", tmp_path / "again"
    for target, sources in ((once, packages), (again, archives)):
        target.mkdir()
        generate(*sources, target)
    assert {p.name: p.read_bytes() for p in once.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }
