"""The search grammar: names and values of a request → ``Query``.

One module per concern: ``request`` reads a whole search, ``criteria`` a name with its modifier, chain or
``_has``, ``simple`` the values of each parameter type, ``results`` what shapes the answer (``_sort``,
``_include`` …).
"""

from smartbear.fhir.search.grammar.request import pairs as pairs
from smartbear.fhir.search.grammar.request import parse as parse
