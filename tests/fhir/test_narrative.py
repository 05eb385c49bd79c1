import pytest

from smartbear.fhir.validation.primitives import xhtml_check

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


@pytest.mark.parametrize(
    "content",
    [
        "words",
        "&nbsp;",
        '<img src="data:image/png;base64,AAAA" alt="x"/>',
        '<a href="Patient/1">him</a> <a name="here">here</a>',
        '<a href="urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0">an entry of the same Bundle</a>',
        '<table border="1"><tr><td colspan="2" style="color: red">120</td></tr></table>',
        '<p xml:lang="pt" lang="pt">bom dia</p>',
    ],
)
def test_formatting_is_accepted(content):
    assert xhtml_check(DIV.format(content)) is None


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java\tscript:alert(1)">x</a>',
        '<img src="data:text/html;base64,AAAA"/>',
        '<iframe src="http://x"/>',
        "<form><input/></form>",
        '<svg xmlns="http://www.w3.org/2000/svg">x</svg>',
        '<object data="x">x</object>',
        '<link href="x"/>',
        "<style>p {}</style>",
        "words <?php echo 1 ?>",
    ],
)
def test_whatever_could_act_is_refused(content):
    faults = xhtml_check(DIV.format(content))
    assert faults is not None
    assert faults[0].message.startswith("txt-1")


@pytest.mark.parametrize("content", ["", "  \n", "<!-- nothing -->", "<p></p>"])
def test_a_narrative_says_something(content):
    faults = xhtml_check(DIV.format(content))
    assert faults is not None
    assert faults[0].message.startswith("txt-2")


@pytest.mark.parametrize(
    "text",
    [
        "words alone",
        DIV.format("<p>open"),
        "<div>no namespace</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">not a div</p>',
        DIV.format("x") + DIV.format("y"),
        '<!DOCTYPE div [<!ENTITY a "b">]>' + DIV.format("&a;"),
        7,
    ],
)
def test_a_narrative_is_one_well_formed_div(text):
    assert xhtml_check(text)
