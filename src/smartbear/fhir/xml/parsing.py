"""The expat parser for whatever comes from outside.

Refused: what is not well-formed or not UTF-8, document types (and so entities of one's own and external
references), and processing instructions.
"""

from xml.parsers import expat

from smartbear.kit.errors import BadInput

_UTF_8 = {"utf-8", "us-ascii"}


def new_parser() -> expat.XMLParserType:
    """A parser that tells names as «namespace local»; handlers of elements and texts are the caller's."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.XmlDeclHandler = _declaration
    parser.StartDoctypeDeclHandler = _doctype
    parser.ProcessingInstructionHandler = _instruction
    return parser


def run(parser: expat.XMLParserType, data: bytes) -> None:
    """Read a whole document; BadInput says where it is not one."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"The body is not UTF-8 (byte {error.start}).") from None
    try:
        parser.Parse(data, True)  # noqa: FBT003 - positional in expat: this is all of it
    except expat.ExpatError as error:
        where = f"{expat.ErrorString(error.code)} at line {error.lineno}, column {error.offset + 1}"
        raise BadInput(f"The body is not well-formed XML: {where}.") from None


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in _UTF_8:
        raise BadInput("The body says that it is in another encoding than UTF-8.")


def _doctype(*_: object) -> None:
    raise BadInput("The body has a document type declaration; FHIR allows none.")


def _instruction(*_: object) -> None:
    raise BadInput("The body has a processing instruction; none is understood here.")
