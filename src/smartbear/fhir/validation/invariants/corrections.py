"""Invariants of R4 whose published expression does not say what the invariant says.

The sentence of an invariant (`human`) is what it means; `expression` only makes it executable
(https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint.human).
"""

CORRECTED = {
    # «Max must be postive int or *»: without a maximum, which is optional, the published expression is empty.
    ("MessageDefinition.focus", "md-1"): "max.empty() or max = '*' or max.toInteger() > 0",
    # «If condition is not abated, …»: compares a concept with a code, so that any category breaks it.
    ("Condition", "con-3"): (
        "clinicalStatus.exists()"
        " or verificationStatus.coding.where(system = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'"
        " and code = 'entered-in-error').exists()"
        " or category.coding.where(code = 'problem-list-item').empty()"
    ),
}
"""(context, key) → an expression that says what the sentence says."""
