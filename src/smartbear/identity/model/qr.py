"""QR codes (ISO/IEC 18004) as pictures in a page: black on white in both themes, as scanners want them."""

import segno

_QUIET = 4  # modules around it (clause 9.1)


def picture(text: str) -> str:
    """An SVG element; it bears a lost corner, as one sees it on a screen."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(
        border=_QUIET, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
