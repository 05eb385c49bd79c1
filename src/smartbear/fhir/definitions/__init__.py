"""FHIR R4 (4.0.1) as facts: types, code lists, search parameters, compartments, invariants, profiles.

Owns: the JSON files beside this module and typed access to them. A file is read when first asked about, and
a row is decoded when first asked for, so what is never used costs nothing.

Refuses to know: how anything is validated, searched or evaluated. The rows are facts, never behaviour.

The tables are written by `smartbear.operations.fhir_definitions` from the packages `hl7.fhir.r4.examples`
and `hl7.fhir.r4.expansions` 4.0.1 (CC0); they are not edited by hand.

Walking types, as FHIRPath and indexing need it::

    definitions.fields("Observation")["component"]       # Field(element, type="Observation.component")
    definitions.fields("Observation")["valueQuantity"]   # Field(element "value", type="Quantity")
    definitions.element("Observation", "value").types    # every type of the choice
    definitions.is_a("Age", "Quantity")                  # True: Age's base is Quantity

Searching::

    definitions.search_parameters("Observation")["code-value-quantity"].components
    definitions.search_parameter("Observation-value-quantity").type
    definitions.compartment("Patient").members["Observation"]   # ("subject", "performer")

Unknown names give None where one row is asked for, and an empty mapping or tuple elsewhere.
"""

from smartbear.fhir.definitions.model import Compartment as Compartment
from smartbear.fhir.definitions.model import Element as Element
from smartbear.fhir.definitions.model import ElementType as ElementType
from smartbear.fhir.definitions.model import Field as Field
from smartbear.fhir.definitions.model import Invariant as Invariant
from smartbear.fhir.definitions.model import SearchComponent as SearchComponent
from smartbear.fhir.definitions.model import SearchParameter as SearchParameter
from smartbear.fhir.definitions.model import TypeDefinition as TypeDefinition
from smartbear.fhir.definitions.model import ValueSet as ValueSet
from smartbear.fhir.definitions.tables import compartment as compartment
from smartbear.fhir.definitions.tables import element as element
from smartbear.fhir.definitions.tables import elements as elements
from smartbear.fhir.definitions.tables import fields as fields
from smartbear.fhir.definitions.tables import find_profile as find_profile
from smartbear.fhir.definitions.tables import find_type as find_type
from smartbear.fhir.definitions.tables import invariants as invariants
from smartbear.fhir.definitions.tables import is_a as is_a
from smartbear.fhir.definitions.tables import resource_types as resource_types
from smartbear.fhir.definitions.tables import search_parameter as search_parameter
from smartbear.fhir.definitions.tables import search_parameters as search_parameters
from smartbear.fhir.definitions.tables import type_names as type_names
from smartbear.fhir.definitions.tables import value_set as value_set
