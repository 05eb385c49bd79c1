"""Every path of every R4 type is decided, and what identifies is never kept."""

import msgspec
import pytest

from smartbear.fhir import definitions
from smartbear.fhir.pseudonymisation import policy
from smartbear.fhir.pseudonymisation.rules import Rule, rules

TYPES = sorted(definitions.resource_types())
TABLE = [row for name in (*TYPES, "Extension") for row in policy.paths(name)]
IDENTIFYING = {
    "string", "markdown", "xhtml", "base64Binary", "id", "uuid", "oid", "url", "Identifier", "HumanName",
    "Address", "ContactPoint", "ContactDetail", "Annotation", "Attachment", "Narrative", "Signature",
    "Reference",
}  # fmt: skip


def owner_and_name(path):
    root, *names = path.split(".")
    owner = root
    for name in names[:-1]:
        owner = definitions.fields(owner)[name].type
    return owner, names[-1]


def test_no_path_is_unclassified():
    assert len(TABLE) > 200_000
    assert [path for path, decision in TABLE if decision.rule is None] == []


def test_every_resource_type_is_either_released_or_withheld_and_never_both():
    assert policy.released() | policy.withheld().keys() == definitions.resource_types()
    assert policy.released() & policy.withheld().keys() == set()


def test_what_no_rule_names_is_dropped():
    assert policy.resource("ResourceOfTomorrow") == policy.Decision("drop")
    assert policy.Decision("drop").rule is None


def test_no_element_that_can_identify_is_kept():
    kept = [path for path, decision in TABLE if decision.action == "keep"]
    wrong = []
    for path in kept:
        owner, name = owner_and_name(path)
        if definitions.fields(owner)[name].type in IDENTIFYING:
            wrong.append(path)
    assert wrong == []


def test_every_rule_decides_something_and_says_why():
    used = {decision.rule for _, decision in TABLE}
    assert policy.selectors() - used == set()
    assert all(rule.why.endswith(".") for rule in rules().rule)


def test_a_selector_names_an_element_that_exists():
    for rule in rules().rule:
        for selector in rule.elements:
            owner, _, name = selector.rpartition(".")
            assert name in definitions.fields(owner), selector


def test_an_element_is_not_decided_twice(monkeypatch):
    twice = [*rules().rule, Rule("keep", "Because.", elements=("Resource.id",))]
    monkeypatch.setattr(policy, "rules", lambda: msgspec.structs.replace(rules(), rule=tuple(twice)))
    with pytest.raises(ValueError, match="decided twice"):
        policy._selected.__wrapped__()


def test_what_is_below_something_dropped_is_dropped():
    decisions = dict(TABLE)
    below = [path for path in decisions if path.rpartition(".")[0] in decisions]
    wrong = [
        path
        for path in below
        if decisions[path.rpartition(".")[0]].action == "drop" and decisions[path].action != "drop"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("owner", "name", "action"),
    [
        ("Patient", "id", "token"),
        ("Patient", "birthDate", "generalise"),
        ("Patient", "name", "drop"),
        ("Patient", "text", "drop"),
        ("Patient", "photo", "drop"),
        ("Observation", "effectiveDateTime", "shift"),
        ("Observation", "subject", "token"),
        ("Observation", "valueString", "drop"),
        ("Observation.component", "valueInteger", "keep"),
        ("Location", "position", "drop"),
        ("Age", "unit", "drop"),
        ("Identifier", "value", "token"),
    ],
)
def test_the_decisions_a_reviewer_looks_for_first(owner, name, action):
    assert policy.decide(owner, name).action == action
