"""Instances of any R4 type, made from its definition: the right shape, not necessarily valid."""

from hypothesis import strategies as st

from smartbear.fhir import definitions

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
PRIMITIVES = {
    "boolean": st.booleans(),
    "decimal": st.decimals(-1000, 1000, places=3, allow_nan=False),
    "integer": st.integers(-9, 9),
    "positiveInt": st.integers(1, 9),
    "unsignedInt": st.integers(0, 9),
    "xhtml": st.just(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='x'>a &lt; b<br/></p><!-- c --></div>"
    ),
}


@st.composite
def instances(draw, type_name, levels=3):
    """An object with some of the properties that the type defines, `levels` deep."""
    fields = {
        name: field
        for name, field in definitions.fields(type_name).items()
        if field.element.max != 0 and field.type != "Extension" and (levels or _is_primitive(field.type))
    }
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True))
    made = {}
    for name in chosen:
        made |= draw(_property(name, fields[name], levels - 1))
    return made or {"id": "1"}


def resources(type_names=("Patient", "Observation", "Questionnaire", "Parameters", "Bundle")):
    return st.sampled_from(sorted(type_names)).flatmap(
        lambda name: instances(name).map(lambda made: {"resourceType": name} | made)
    )


@st.composite
def _property(draw, name, field, levels):
    count = draw(st.integers(1, 3)) if field.element.repeats else 1
    if not _is_primitive(field.type) or field.type == "xhtml" or name == "id":
        values = [draw(_value(field.type, levels)) for _ in range(count)]
        return {name: values if field.element.repeats else values[0]}
    halves = [draw(_halves(field.type)) for _ in range(count)]
    if not field.element.repeats:
        halves = [(value, extra) for value, extra in halves]
        return {
            key: half for key, half in zip((name, f"_{name}"), halves[0], strict=True) if half is not None
        }
    columns = zip((name, f"_{name}"), zip(*halves, strict=True), strict=True)
    return {key: list(column) for key, column in columns if any(half is not None for half in column)}


def _halves(type_name):
    """A primitive's value and what goes with it; at least one of them."""
    value = _value(type_name, 0)
    extra = st.just({"id": "a"}) | st.just({"extension": [{"url": "urn:x", "valueInteger": 0}]})
    return st.one_of(
        st.tuples(value, st.none()),
        st.tuples(value, extra),
        st.tuples(st.none(), extra),
        st.tuples(value, st.none()),
    )


def _value(type_name, levels):
    if type_name == "Resource":
        return resources(("Basic", "Binary"))
    if _is_primitive(type_name):
        return PRIMITIVES.get(type_name, TEXT)
    return instances(type_name, levels)


def _is_primitive(type_name):
    found = definitions.find_type(type_name)
    return found is not None and found.kind == "primitive"
