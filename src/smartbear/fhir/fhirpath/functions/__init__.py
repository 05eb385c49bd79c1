"""The functions of the language, a module for each section of the specification; one table of them all."""

from collections.abc import Mapping

from smartbear.fhir.fhirpath.functions import (
    boundaries,
    conversion,
    existence,
    fhir,
    filtering,
    mathematics,
    strings,
    subsetting,
    utility,
)
from smartbear.fhir.fhirpath.functions.function import Function

FUNCTIONS: Mapping[str, Function] = {
    **existence.FUNCTIONS,
    **filtering.FUNCTIONS,
    **subsetting.FUNCTIONS,
    **conversion.FUNCTIONS,
    **strings.FUNCTIONS,
    **mathematics.FUNCTIONS,
    **boundaries.FUNCTIONS,
    **utility.FUNCTIONS,
    **fhir.FUNCTIONS,
}

COMPARING = frozenset(
    {"repeat", "distinct", "isDistinct", "union", "intersect", "exclude", "subsetOf", "supersetOf"}
)
"""Functions that look at items with everything that is in them."""
