"""Narrative.div (https://hl7.org/fhir/R4/narrative.html, invariants txt-1 and txt-2): XHTML without activity.

An allow-list of elements and attributes: what dashboards may show without escaping, and nothing that runs.
"""

from xml.parsers import expat

_XHTML = "http://www.w3.org/1999/xhtml"
_ELEMENT_NAMES = """
    a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th
    thead tr tt ul var
"""
_ATTRIBUTE_NAMES = """
    abbr accesskey align alt axis border cellpadding cellspacing char charoff charset cite class colspan
    coords dir frame headers height href hreflang id lang longdesc name nohref nowrap rel rev rowspan rules
    scope shape space span src start style summary tabindex title type usemap valign width
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_PREFIXED = "http://www.w3.org/XML/1998/namespace "  # xml:lang, xml:space, xml:base
_ADDRESSES = {"href", "src", "cite", "longdesc"}
_SCHEMES = ("http:", "https:", "ftp:", "mailto:", "tel:", "data:image/", "cid:", "urn:")


class _Reader:
    """Notes the first rule that the text breaks; expat calls it back."""

    def __init__(self) -> None:
        self.depth = 0
        self.has_content = False
        self.problem = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        if not self.depth and element != "div":
            self.problem = self.problem or "must be one div element"
        if namespace != _XHTML or element not in _ELEMENTS:
            self.problem = self.problem or "uses an element that a narrative may not have"
        for attribute, value in attributes.items():
            self.attribute(attribute, value)
        self.depth += 1
        self.has_content = self.has_content or element == "img"

    def attribute(self, name: str, value: str) -> None:
        if not (name in _ATTRIBUTES or name.startswith(_PREFIXED)):
            self.problem = self.problem or "uses an attribute that a narrative may not have"
        elif name in _ADDRESSES and not _is_passive(value):
            self.problem = self.problem or "links to an address of a kind that a narrative may not have"

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, text: str) -> None:
        self.has_content = self.has_content or not text.isspace()

    def entity(self, _name: str, _is_parameter: bool) -> None:  # noqa: FBT001 - expat's signature
        self.has_content = True

    def doctype(self, *_: object) -> None:
        self.problem = "must not have a document type declaration"

    def instruction(self, *_: object) -> None:
        self.problem = self.problem or "must not have processing instructions"


def _is_passive(address: str) -> bool:
    compact = "".join(address.split()).lower()  # browsers ignore white space in a scheme, and so must we
    head = compact.split("/", 1)[0].split("#", 1)[0].split("?", 1)[0]
    return ":" not in head or compact.startswith(_SCHEMES)


def problem(text: str) -> str:
    """What is wrong with the text of a Narrative.div; empty if nothing is."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.UseForeignDTD(True)  # noqa: FBT003 - positional in expat; lets HTML's entities (&nbsp;) pass
    parser.ExternalEntityRefHandler = lambda *_: 1
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.SkippedEntityHandler = reader.entity
    try:
        parser.Parse(text, True)  # noqa: FBT003 - positional in expat: this is all of it
    except expat.ExpatError as error:
        return f"is not well-formed XHTML: {expat.ErrorString(error.code)}"
    if reader.problem:
        return f"txt-1: {reader.problem}"
    return "" if reader.has_content else "txt-2: must have some content"
