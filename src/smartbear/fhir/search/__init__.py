"""FHIR R4 search as pure functions (https://hl7.org/fhir/R4/search.html).

Owns: which parameters a type has, what a resource is found by, what a search asks, the interval algebra that
both sides share, and a plain reading of it in memory, the oracle for anything that answers the same queries
another way::

    parameters("Observation")["code"]                    # Parameter(type=SearchType.TOKEN, …)
    extract(resource)                                    # Indexes: typed values per parameter (``values``)
    parse("Observation", pairs("code=1-8&_count=5"), now=…)   # Query (``query``), or InvalidSearch
    intervals.date_test(value)                           # prefix → comparisons on the ends of an indexed
    range matches(resource, query, known)                      # the oracle

Refuses to know: tables, SQL, HTTP and the clock; ``ap`` on dates takes the present as an argument.
"""

from smartbear.fhir.search.extract import extract as extract
from smartbear.fhir.search.grammar import pairs as pairs
from smartbear.fhir.search.grammar import parse as parse
from smartbear.fhir.search.match import matches as matches
from smartbear.fhir.search.parameters import parameters as parameters
