"""The XML format of FHIR (https://hl7.org/fhir/R4/xml.html) from and to the values of ``fhir.json``.

Owns: where the two formats differ: order of elements, attributes, arrays, the two halves of primitives,
resources within resources, namespaces, and the narrative, which is kept as it is written.

Refuses to know: whether a resource is valid beyond that; ``fhir.validation`` says so for both formats.

``decode(encode(resource)) == resource`` for every valid resource, with two exceptions that XML forces: HTML's
named entities in a narrative become numeric, and U+FFFE and U+FFFF become U+FFFD.
"""

from smartbear.fhir.xml.reading import decode as decode
from smartbear.fhir.xml.writing import encode as encode
