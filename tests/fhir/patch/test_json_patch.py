from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartbear.fhir import json
from smartbear.fhir.patch import json_patch
from smartbear.kit.errors import BadInput, Unprocessable

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def op(name, path="/a", **more):
    return {"op": name, "path": path, **more}


def pointer(*tokens):
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


@given(st.dictionaries(st.text(max_size=3), plain, max_size=4), st.text(max_size=3), plain)
def test_what_is_added_can_be_tested_moved_copied_and_removed(document, name, value):
    rest = {key: held for key, held in document.items() if key not in (name, "elsewhere")}
    path = pointer(name)
    patch = [
        op("add", path, value=value),
        op("test", path, value=value),
        {"op": "move", "from": path, "path": "/elsewhere"},
        {"op": "copy", "from": "/elsewhere", "path": path},
        op("test", path, value=value),
        op("remove", "/elsewhere"),
    ]
    assert json_patch.apply(rest, patch) == rest | {name: value}
    if name != "elsewhere":
        assert json_patch.apply(rest, [*patch, op("remove", path)]) == rest


@given(plain)
def test_replacing_the_whole_document_gives_the_value(value):
    assert json_patch.apply({"a": 1}, [op("replace", "", value=value)]) == value


def test_numbers_keep_the_precision_they_are_written_with():
    patch = json.decode(b'[{"op": "replace", "path": "/value", "value": 1.50}]')
    assert json.encode(json_patch.apply({"value": 1, "low": Decimal("0.10")}, patch)) == (
        b'{"value":1.50,"low":0.10}'
    )


def test_numbers_are_compared_by_value_and_never_with_truth():
    assert json_patch.apply({"a": 1}, [op("test", value=Decimal("1.0"))]) == {"a": 1}
    for held, expected in ((1, True), (True, 1), (0, False), ([1], [True]), ("1", 1), (None, 0), ({}, [])):
        with pytest.raises(Unprocessable):
            json_patch.apply({"a": held}, [op("test", value=expected)])


def test_what_was_copied_is_not_shared():
    patch = [
        {"op": "copy", "from": "/a", "path": "/b"},
        op("add", "/b/-", value=2),
        op("replace", "/a/0", value=0),
    ]
    document = {"a": [1]}
    assert json_patch.apply(document, patch) == {"a": [0], "b": [1, 2]}
    assert document == {"a": [1]}


def test_an_item_is_replaced_where_it_stands():
    assert json_patch.apply({"a": [1, 2, 3]}, [op("replace", "/a/1", value=9)]) == {"a": [1, 9, 3]}


@pytest.mark.parametrize(
    "patch",
    [
        {},
        "x",
        [1],
        [{}],
        [op("merge")],
        [op(["add"])],
        [{"op": "add", "value": 1}],
        [op("add", "a", value=1)],
        [op("add", "/~2", value=1)],
        [op("add", 7, value=1)],
        [op("add")],
        [op("test")],
        [{"op": "move", "path": "/a"}],
        [op("add", "/a" * 65, value=1)],
        [op("remove")] * 501,
    ],
)
def test_what_is_no_patch_is_bad_input(patch):
    with pytest.raises(BadInput):
        json_patch.apply({"a": [1]}, patch)


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", "/b"),
        op("remove", ""),
        op("remove", "/a/1"),
        op("remove", "/a/-"),
        op("replace", "/b", value=1),
        op("replace", "/a/1", value=1),
        op("replace", "/a/-", value=1),
        op("add", "/a/2", value=1),
        op("add", "/a/01", value=1),
        op("add", "/a/-1", value=1),
        op("add", "/a/0/x", value=1),
        op("add", "/s/x", value=1),
        op("test", "/b", value=None),
        {"op": "copy", "from": "/b", "path": "/c"},
        {"op": "move", "from": "/a", "path": "/a/0"},
        {"op": "move", "from": "/b", "path": "/b"},
    ],
)
def test_what_the_document_does_not_allow_is_unprocessable(operation):
    with pytest.raises(Unprocessable) as caught:
        json_patch.apply({"a": [1], "s": "text"}, [op("test", value=[1]), operation])
    assert caught.value.errors[0].path.startswith("[1]")


def test_a_patch_cannot_grow_a_document_out_of_bounds():
    doubling = [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(100)]
    nesting = [{"op": "copy", "from": "", "path": "/a"}] * 100
    for patch in (doubling, nesting):
        with pytest.raises(Unprocessable):
            json_patch.apply({"a": {"b": [1, 2, 3]}}, patch)
