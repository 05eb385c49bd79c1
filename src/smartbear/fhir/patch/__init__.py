"""Changing a resource by saying what is to change (https://hl7.org/fhir/R4/http.html#patch).

Owns: JSON Patch (``json_patch``, RFC 6902), FHIRPath Patch (``fhirpath_patch``,
https://hl7.org/fhir/R4/fhirpatch.html), XML Patch (``xml_patch``, RFC 5261, over the XML of the resource) and
JSON Merge Patch (``merge_patch``, RFC 7396), all from and to JSON as ``fhir.json`` reads it.

Refuses to know: whether the result is a valid resource, and who may change it.
"""
