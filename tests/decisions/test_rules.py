from importlib.resources import files

import pytest

from smartbear.contracts.scope import ANONYMOUS, AccessScope
from smartbear.decisions.actions.rulebook import UnsignedRule, load
from smartbear.decisions.model.rule import Rule
from smartbear.decisions.settings import DecisionSettings
from tests.decisions.conftest import HFPEF, HFREF, HYPERTENSION, uid

NAMES = ("hf5-v1.toml", "hpf5-v1.toml")
TEXTS = {name: (files("smartbear.decisions") / "rules" / name).read_text(encoding="utf-8") for name in NAMES}
HF5, HPF5 = (Rule.parse(text) for text in TEXTS.values())

VERHOEFF_D = [
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
]
VERHOEFF_P = [
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
]


def passes_verhoeff(code: str) -> bool:
    """SNOMED CT identifiers end in a check digit of Verhoeff's scheme."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(VERHOEFF_D[check][int(VERHOEFF_P[place % 8][int(digit)])])
    return check == 0


@pytest.mark.parametrize("code", sorted({*HF5.conditions, *HPF5.conditions}))
def test_a_condition_is_a_snomed_code_with_its_check_digit(code):
    assert passes_verhoeff(code)
    assert not passes_verhoeff(code[:-1] + str((int(code[-1]) + 1) % 10))


def test_a_rule_judges_people_with_all_its_conditions():
    assert HF5.applies_to([HYPERTENSION, HFREF, "44054006"])
    assert not HF5.applies_to([HYPERTENSION, HFPEF])
    assert HPF5.applies_to([HYPERTENSION, HFPEF])


def test_the_two_rules_differ_in_conditions_and_words_alone():
    assert (HF5.systolic, HF5.diastolic, HF5.window) == (HPF5.systolic, HPF5.diastolic, HPF5.window)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", 'version = "one"'),
        ('"38341003", "703272007"', ""),
        ("repeat_window_minutes = 10", "repeat_window_minutes = 0"),
        ("high = 140", "high = 190"),
        ("low = 50, high = 85", "low = 85, high = 50"),
        ("red = { low = 90, high = 180 }", ""),
        ('measure = "blood_pressure"', 'measure = "mood"'),
        ('id = "HF5"', 'id = "HF5"\nunknown = 1'),
        ("[systolic]", "[systolic"),
    ],
)
def test_a_rule_with_a_fault_is_not_loaded(old, new):
    text = TEXTS["hf5-v1.toml"]
    assert old in text
    with pytest.raises(ValueError, match=r"."):
        Rule.parse(text.replace(old, new))


def record(rule: Rule, /, **changes: object) -> str:
    values = {
        "rule": rule.id,
        "version": rule.version,
        "sha256": rule.sha256,
        "signed_by": "cardiologist of the pilot",
        **changes,
    }
    lines = [
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
        for key, value in values.items()
    ]
    return "\n".join(["[[sign_off]]", *lines, "signed_on = 2026-06-01", ""])


def test_rules_without_a_signature_do_not_judge_people():
    with pytest.raises(UnsignedRule, match="HF5"):
        load(DecisionSettings(), "production")


@pytest.mark.parametrize("environment", ["test", "demo"])
def test_rules_without_a_signature_run_where_nobody_is_real(environment):
    assert [rule.sign_off for rule in load(DecisionSettings(), environment).rules] == [None, None]


def test_signed_rules_judge_people(tmp_path):
    path = tmp_path / "sign-offs.toml"
    path.write_text(record(HF5) + record(HPF5), encoding="utf-8")
    book = load(DecisionSettings(sign_offs=path), "production")
    assert all(rule.sign_off and rule.sign_off.signed_on.year == 2026 for rule in book.rules)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"version": 2}, {"rule": "HF6"}])
def test_a_signature_under_another_text_does_not_count(tmp_path, change):
    path = tmp_path / "sign-offs.toml"
    path.write_text(record(HF5, **change) + record(HPF5), encoding="utf-8")
    with pytest.raises(UnsignedRule, match=HF5.sha256):
        load(DecisionSettings(sign_offs=path), "production")


async def test_everybody_who_signed_in_may_read_the_rules(world):
    for role in ("CCM", "Auditor", "Participant"):
        async with world.client(AccessScope(role=role, account=uid())) as client:
            items = (await client.get("/api/decisions/rules")).json()["items"]
        assert [(rule["id"], rule["version"]) for rule in items] == [("HF5", 1), ("HpF5", 1)]
        assert items[0]["systolic"]["red"] == {"low": 90, "high": 180}
        assert items[0]["sign_off"] is None
    async with world.client(AccessScope(role=ANONYMOUS)) as client:
        assert (await client.get("/api/decisions/rules")).status_code == 403
