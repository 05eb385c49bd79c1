"""``htmlChecks()``: whether a narrative is the inert XHTML that R4 allows (its rules txt-1 and txt-2)."""

from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import ParseError, fromstring

from smartbear.fhir.fhirpath.functions.function import Function, on_single

_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# HTML 4.0, chapters 7 to 11 without section 4 of chapter 9, and 15; links and images besides
_ELEMENTS = {
    "a", "abbr", "acronym", "address", "b", "bdo", "big", "blockquote", "br", "caption", "cite", "code",
    "col", "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
}  # fmt: skip
_ATTRIBUTES = {
    f"{_XML}lang", f"{_XML}space",
    "abbr", "accesskey", "align", "alt", "axis", "bgcolor", "border", "cellpadding", "cellspacing",
    "char", "charoff", "charset", "cite", "class", "clear", "colspan", "compact", "coords", "dir",
    "frame", "headers", "height", "href", "hreflang", "id", "lang", "name", "noshade", "nowrap", "rel",
    "rev", "rowspan", "rules", "scope", "shape", "size", "span", "src", "start", "style", "summary",
    "tabindex", "title", "type", "valign", "value", "width",
}  # fmt: skip
_ACTIVE = ("javascript:", "vbscript:", "data:text")
_DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")


def _is_inert(text: str) -> bool:
    """One ``div``, known elements and attributes only, and something to see in it."""
    if any(mark in text for mark in _DECLARATIONS):
        return False
    try:
        root = fromstring(text)  # noqa: S314 - no document type, hence no entities, gets this far
    except ParseError:
        return False
    return root.tag == f"{_XHTML}div" and all(_is_allowed(part) for part in root.iter()) and _shows(root)


def _is_allowed(part: XmlElement) -> bool:
    if part.tag.removeprefix(_XHTML) not in _ELEMENTS:
        return False
    inert = all(not value.strip().lower().startswith(_ACTIVE) for value in part.attrib.values())
    return inert and part.attrib.keys() <= _ATTRIBUTES


def _shows(root: XmlElement) -> bool:
    return bool("".join(root.itertext()).strip()) or root.find(f".//{_XHTML}img") is not None


FUNCTIONS: dict[str, Function] = {"htmlChecks": on_single(_is_inert, str)}
