"""Literal references (https://hl7.org/fhir/R4/references.html#literal): what a string points at."""

import re
from typing import Literal

import msgspec

from smartbear.fhir import definitions

Kind = Literal["relative", "absolute", "contained", "urn", "conditional", "address", "unreadable"]

ID = r"[A-Za-z0-9\-.]{1,64}"
"""A logical id, as a part of a regular expression."""

_RESTFUL = re.compile(
    rf"(?P<base>https?://[^\s?#]+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>{ID})"
    rf"(?:/_history/(?P<version>{ID}))?(?:#\S*)?"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?(?P<query>\S+)")


class LiteralReference(msgspec.Struct, frozen=True):
    """What a reference says about its target; parts it does not say are empty.

    `base` is the service address of an absolute reference, with its final slash. `query` is the search of a
    conditional reference, without the question mark. `id` of a contained reference is the fragment: empty
    for `#`, the resource that contains.
    """

    kind: Kind
    type: str = ""
    id: str = ""
    version: str = ""
    base: str = ""
    query: str = ""


def parse(text: str) -> LiteralReference:
    """Read a Reference.reference.

    An address that does not end in a resource type of R4 and an id is an `address`; what is not even that (a
    relative path to an unknown type, a sentence) is `unreadable`.
    """
    if text.startswith("#"):
        return LiteralReference("contained", id=text[1:])
    if text.startswith(("urn:uuid:", "urn:oid:")):
        return LiteralReference("urn")
    restful = _RESTFUL.fullmatch(text)
    if restful and restful["type"] in definitions.resource_types():
        base = restful["base"] or ""
        kind: Kind = "absolute" if base else "relative"
        return LiteralReference(kind, restful["type"], restful["id"], restful["version"] or "", base)
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional and conditional["type"] in definitions.resource_types():
        return LiteralReference("conditional", conditional["type"], query=conditional["query"])
    return LiteralReference("address" if _ADDRESS.fullmatch(text) else "unreadable")
