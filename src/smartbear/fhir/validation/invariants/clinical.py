"""Invariants of clinical resources: what is observed about a person and done for them."""

from typing import Any

from smartbear.fhir.validation.invariants.datatypes import is_ordered
from smartbear.fhir.validation.invariants.rule import Object, Rule, codes, has, has_any, has_choice

_ALLERGY_STATUS = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
_CONDITION_STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_OVER = {"resolved", "remission", "inactive"}


def _codings(concept: Object) -> list[dict[str, Any]]:
    return list(concept.get("coding", ()))


def _repeats_code(observation: Object) -> list[str]:
    """Components that say again what the observation itself says."""
    own = _codings(observation["code"]) if "code" in observation else []
    return [
        f".component[{index}].code"
        for index, component in enumerate(observation.get("component", ()))
        if any(coding in own for coding in _codings(component["code"]) if "code" in component)
    ]


def _obs_7(value: Object) -> bool:
    return "component" not in value or not has_choice(value, "value") or not _repeats_code(value)


def _is_mistake(value: Object, system: str) -> bool:
    return "entered-in-error" in codes(value.get("verificationStatus", {}), system)


def _abatement(value: Object) -> bool:
    if not has_choice(value, "abatement"):
        return True
    return bool(_OVER & codes(value.get("clinicalStatus", {}), _CLINICAL_STATUS))


def _probability(value: Object) -> bool:
    return bool(value.get("probabilityDecimal", 0) <= 100)  # noqa: PLR2004 - per cent


RULES: dict[str, tuple[Rule, ...]] = {
    "Observation": (
        Rule("obs-6", "Observation", lambda o: "dataAbsentReason" not in o or not has_choice(o, "value")),
        Rule("obs-7", "Observation", _obs_7, _repeats_code),
    ),
    "Observation.referenceRange": (
        Rule("obs-3", "Observation.referenceRange", lambda o: has_any(o, "low", "high", "text")),
    ),
    "Condition": (
        Rule("con-4", "Condition", _abatement),
        Rule(
            "con-5",
            "Condition",
            lambda o: not (_is_mistake(o, _CONDITION_STATUS) and has(o, "clinicalStatus")),
        ),
    ),
    "Condition.stage": (Rule("con-1", "Condition.stage", lambda o: has_any(o, "summary", "assessment")),),
    "Condition.evidence": (Rule("con-2", "Condition.evidence", lambda o: has_any(o, "code", "detail")),),
    "AllergyIntolerance": (
        Rule(
            "ait-1",
            "AllergyIntolerance",
            lambda o: _is_mistake(o, _ALLERGY_STATUS) or has(o, "clinicalStatus"),
        ),
        Rule(
            "ait-2",
            "AllergyIntolerance",
            lambda o: not (_is_mistake(o, _ALLERGY_STATUS) and has(o, "clinicalStatus")),
        ),
    ),
    "FamilyMemberHistory": (
        Rule("fhs-1", "FamilyMemberHistory", lambda o: not (has_choice(o, "age") and has_choice(o, "born"))),
        Rule("fhs-2", "FamilyMemberHistory", lambda o: has_choice(o, "age") or not has(o, "estimatedAge")),
    ),
    "CarePlan.activity": (
        Rule("cpl-3", "CarePlan.activity", lambda o: not (has(o, "detail") and has(o, "reference"))),
    ),
    "Composition.section": (
        Rule("cmp-1", "Composition.section", lambda o: has_any(o, "text", "entry", "section")),
        Rule("cmp-2", "Composition.section", lambda o: not (has(o, "emptyReason") and has(o, "entry"))),
    ),
    "Goal.target": (
        Rule("gol-1", "Goal.target", lambda o: not has_choice(o, "detail") or has(o, "measure")),
    ),
    "Immunization.education": (
        Rule("imm-1", "Immunization.education", lambda o: has_any(o, "documentType", "reference")),
    ),
    "MedicationAdministration.dosage": (
        Rule("mad-1", "MedicationAdministration.dosage", lambda o: has(o, "dose") or has_choice(o, "rate")),
    ),
    "MedicationDispense": (
        Rule(
            "mdd-1",
            "MedicationDispense",
            lambda o: is_ordered(o.get("whenPrepared"), o.get("whenHandedOver")),
        ),
    ),
    "RiskAssessment.prediction": (Rule("ras-2", "RiskAssessment.prediction", _probability),),
    "ServiceRequest": (
        Rule("prr-1", "ServiceRequest", lambda o: not has(o, "orderDetail") or has(o, "code")),
    ),
}
