"""Types that say what can be known of anybody, and so of nobody: every caller who reads FHIR reads them.

A type is here for a reason, and no type is here that R4 lets name a patient, a member of staff's work, or a
place where somebody lives. That leaves out, among those that are in no patient's compartment: Organization,
Location, HealthcareService, Endpoint, InsurancePlan (contacts, addresses, credentials), Practitioner and
PractitionerRole (people), Device, DeviceMetric, BiologicallyDerivedProduct, Task, Contract (somebody's),
ResearchStudy (its investigators), Bundle, Linkage, Parameters (anything at all).
"""

_TERMINOLOGY = {"CodeSystem", "ConceptMap", "NamingSystem", "TerminologyCapabilities", "ValueSet"}
"""What codes mean: without it ``:in``, ``:below`` and ``$expand`` answer nothing."""

_CONFORMANCE = {
    "CapabilityStatement",
    "CompartmentDefinition",
    "ExampleScenario",
    "GraphDefinition",
    "ImplementationGuide",
    "MessageDefinition",
    "OperationDefinition",
    "SearchParameter",
    "StructureDefinition",
    "StructureMap",
    "TestScript",
}
"""What resources look like here, and what can be asked: a resource names its profiles."""

_DEFINITIONS = {
    "ActivityDefinition",
    "ChargeItemDefinition",
    "EventDefinition",
    "Library",
    "Measure",
    "ObservationDefinition",
    "PlanDefinition",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "SpecimenDefinition",
}
"""Plans, forms and measures before they are anybody's: answers and requests name what they follow."""

_EVIDENCE = {"EffectEvidenceSynthesis", "Evidence", "EvidenceVariable", "RiskEvidenceSynthesis"}
"""What is known from studies, of populations."""

_PRODUCTS = {
    "DeviceDefinition",
    "Medication",
    "MedicationKnowledge",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
}
"""What can be prescribed or used, by whomever: prescriptions and statements refer to it."""

KNOWLEDGE: frozenset[str] = frozenset().union(_TERMINOLOGY, _CONFORMANCE, _DEFINITIONS, _EVIDENCE, _PRODUCTS)
