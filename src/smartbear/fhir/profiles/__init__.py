"""Profiles: StructureDefinitions that constrain a type, and whether a resource obeys them.

Owns: reading a StructureDefinition, snapshot or differential, into a tree of constraints (`building`), and
asking them of a resource (`checker`): cardinality, types, fixed and pattern values, ranges, lengths,
bindings, invariants, slices, extensions and references to profiled targets::

    library = Library(load)                                # canonical → StructureDefinition, or None
    profile = library.find("http://hl7.org/fhir/StructureDefinition/bp")
    issues = check(observation, profile, Environs(library))

`mustSupport` says nothing about a resource and is ignored.

Refuses to know: where definitions and value sets are kept, and the rules of the types themselves: what is
checked here has passed `fhir.validation`.
"""

from smartbear.fhir.profiles.checker import check as check
from smartbear.fhir.profiles.library import LONGEST as LONGEST
from smartbear.fhir.profiles.library import Library as Library
from smartbear.fhir.profiles.library import core_type as core_type
from smartbear.fhir.profiles.library import dependencies as dependencies
from smartbear.fhir.profiles.library import is_published as is_published
from smartbear.fhir.profiles.run import Environs as Environs
from smartbear.fhir.profiles.run import of_specification as of_specification
from smartbear.fhir.profiles.tree import Profile as Profile
from smartbear.fhir.profiles.tree import UnusableProfile as UnusableProfile
