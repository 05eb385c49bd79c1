"""Invariants of R4 whose published expression does not say what the invariant says.

The sentence of an invariant (`human`) is what it means; `expression` only makes it executable
(https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint.human).
"""

CORRECTED = {
    # md-1 «Max must be postive int or *»: without a maximum, which is optional, it is empty.
    "max='*' or (max.toInteger() > 0)": "max.empty() or max = '*' or max.toInteger() > 0",
    # con-3 «… and category is problem-list-item»: compares a concept with a code, so any category breaks it.
    "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/"
    "condition-ver-status' and code = 'entered-in-error').exists() or "
    "category.select($this='problem-list-item').empty()": (
        "clinicalStatus.exists()"
        " or verificationStatus.coding.where(system = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'"
        " and code = 'entered-in-error').exists()"
        " or category.coding.where(code = 'problem-list-item').empty()"
    ),
    # vs-1 «if Observation.effective[x] is dateTime and has a value …»: of a Period it is empty.
    "($this as dateTime).toString().length() >= 8": (
        "($this is dateTime) implies $this.toString().length() >= 8"
    ),
}
"""Expression as published → one that says what the sentence says."""
