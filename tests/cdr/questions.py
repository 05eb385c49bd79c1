"""Searches that may find something in the worlds of ``worlds``."""

import re

from hypothesis import strategies as st

from tests.cdr.conftest import LOINC, UCUM
from tests.cdr.worlds import CODES, DATES, SYSTEMS

tokens = st.one_of(
    st.sampled_from([*CODES, "final", "nothing"]),
    st.builds("{}|{}".format, st.sampled_from([*SYSTEMS, "", "urn:unknown"]), st.sampled_from(CODES)),
    st.builds("{}|".format, st.sampled_from(SYSTEMS)),
)
prefixes = st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
numbers = st.builds("{}{}".format, prefixes, st.sampled_from(["5", "5.4", "70", "70.2", "7e1", "1000"]))
measured = st.builds(
    "{}{}".format,
    numbers,
    st.sampled_from(["", f"|{UCUM}|kg", f"|{UCUM}|g", "||kg", "|urn:u|box", f"|{UCUM}|mm[Hg]"]),
)
dates = st.builds("{}{}".format, prefixes, st.sampled_from(DATES))
pairs_of = st.builds("{}${}".format, tokens.filter(lambda t: not t.endswith("|")), measured)
people = st.sampled_from(
    ["Patient/@p1", "Patient/@p2", "@p1", "Group/@p1", "http://elsewhere.example/fhir/Patient/1"]
)
names = st.sampled_from(["an", "Ann", "änn", "Ann Example", "o'n", "nothing"])
yes_or_no = st.sampled_from(["true", "false"])


def asks(names_: list[str], values_: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from(names_), st.lists(values_, min_size=1, max_size=2).map(",".join))


of_observation = st.one_of(
    asks(["code", "code:not", "combo-code", "component-code", "category", "category:not", "status"], tokens),
    asks(["value-concept", "component-value-concept", "patient:identifier", "subject:identifier"], tokens),
    asks(
        ["code:text", "category:text", "component-code:text", "value-string", "value-string:contains"], names
    ),
    asks(["code:text", "combo-code:text"], st.sampled_from(["blood", "pulse"])),
    asks(["date"], dates),
    asks(["value-quantity", "component-value-quantity", "combo-value-quantity"], measured),
    asks(["code-value-quantity", "component-code-value-quantity", "combo-code-value-quantity"], pairs_of),
    asks(["code-value-string"], st.builds("{}${}".format, tokens, names)),
    asks(["code-value-concept"], st.builds("{}${}".format, tokens, tokens)),
    asks(["patient", "subject", "performer"], people),
    asks(["subject:Patient"], st.just("@p1")),
    st.tuples(
        st.sampled_from(
            [
                f"{n}:missing"
                for n in (
                    "patient",
                    "subject",
                    "date",
                    "code",
                    "value-quantity",
                    "component-code",
                    "category",
                    "value-string",
                    "component-value-quantity",
                    "performer",
                    "code-value-concept",
                    "_text",
                    "_content",
                )
            ]
        ),
        yes_or_no,
    ),
    asks(
        ["patient.gender", "subject:Patient.gender", "performer:Patient.gender"],
        st.sampled_from(["female", "male"]),
    ),
    asks(["patient.family", "subject:Patient.name"], names),
    asks(["patient.gender:not"], st.just("male")),
    asks(["patient._has:Condition:patient:code"], tokens),
    asks(["_id", "_id:not"], st.sampled_from(["@o0", "@o1", "none"])),
    asks(
        ["code:below", "code:above", "category:below"], st.builds("urn:a|{}".format, st.sampled_from(CODES))
    ),
    asks(["patient.organization.name", "subject:Patient.organization.name"], names),
    asks(["_text", "_content"], st.sampled_from(["amiable", "well quite", "DIZZY", "ann", "b"])),
    asks(["_list"], st.just("@i1")),
)
of_patient = st.one_of(
    asks(["family", "name", "family:exact", "family:contains"], names),
    asks(["gender", "gender:not"], st.sampled_from(["female", "male"])),
    asks(
        ["identifier", "identifier:not"],
        st.sampled_from(["7", "x1", "urn:a|7", "|7", "urn:a|", f"{LOINC}|X1"]),
    ),
    asks(["identifier:of-type"], st.sampled_from(["urn:a|pulse|7", f"{LOINC}|8480-6|x1"])),
    asks(
        ["birthdate"], st.builds("{}{}".format, prefixes, st.sampled_from(["1940", "1940-05", "1940-05-06"]))
    ),
    st.tuples(st.sampled_from(["gender:missing", "birthdate:missing", "identifier:missing"]), yes_or_no),
    asks(
        [
            "_has:Observation:patient:code",
            "_has:Observation:subject:component-code",
            "_has:Condition:patient:code",
        ],
        tokens,
    ),
    asks(
        [
            "_has:Observation:patient:status",
            "_has:Observation:performer:code",
            "_has:Observation:patient:code:not",
        ],
        tokens,
    ),
    asks(["_has:Observation:patient:date"], dates),
    asks(["organization.name"], names),
    asks(["_has:Observation:performer:patient.gender"], st.sampled_from(["female", "male"])),
    asks(["_text", "_content"], st.sampled_from(["amiable", "well", "ann", "example ann", "quite b"])),
    asks(["_list"], st.just("@i1")),
)
of_others = st.one_of(
    st.tuples(
        st.just("Organization"),
        st.lists(
            asks(["_has:Patient:organization:_has:Observation:patient:code"], tokens), min_size=1, max_size=1
        ),
    ),
    st.tuples(
        st.just("Location"),
        st.lists(
            asks(["partof:below", "partof:above"], st.sampled_from(["@l1", "Location/@l2", "@l3"])),
            min_size=1,
            max_size=2,
        ),
    ),
)


def compared(
    names_: list[str], operators: list[str], values_: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    return st.builds("{} {} {}".format, st.sampled_from(names_), st.sampled_from(operators), values_)


quoted = names.map('"{}"'.format)
ordering = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
on_observations = st.one_of(
    compared(
        ["code", "category", "combo-code", "component-code", "value-concept", "status"], ["eq", "ne"], tokens
    ),
    compared(["code", "component-code"], ["ss", "sb"], st.builds("urn:a|{}".format, st.sampled_from(CODES))),
    compared(["value-string"], ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"], quoted),
    compared(["date"], [*ordering, "po"], st.sampled_from(DATES)),
    compared(
        ["value-quantity", "combo-value-quantity"],
        ordering,
        measured.map(lambda one: one.lstrip("abeglnpqst")),
    ),
    compared(["patient", "subject", "performer"], ["eq", "ne", "re"], people),
    compared(["code-value-quantity"], ["eq"], pairs_of),
    compared(
        ["date", "patient", "value-quantity", "component-code", "note", "patient.gender"][:4],
        ["pr"],
        yes_or_no,
    ),
    compared(["patient.family", "subject:Patient[active eq true].name"], ["eq", "sw", "co"], quoted),
    compared(["_id"], ["eq", "ne"], st.just("@o0")),
)
on_patients = st.one_of(
    compared(["family", "name"], ["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"], quoted),
    compared(["identifier"], ["eq", "ne"], st.sampled_from(["7", "urn:a|7", f"{LOINC}|X1"])),
    compared(["birthdate"], [*ordering, "po"], st.sampled_from(["1940", "1940-05", "1940-05-06"])),
    compared(["organization.name"], ["co"], quoted),
    compared(["organization"], ["ne", "re"], st.sampled_from(["Organization/@g1", "Organization/none"])),
)


def filters(tests: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    combined = st.recursive(
        tests,
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("({})".format, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=4,
    )
    return st.tuples(st.just("_filter"), combined)


searches = st.one_of(
    st.tuples(st.just("Observation"), st.lists(of_observation, min_size=1, max_size=3)),
    st.tuples(st.just("Patient"), st.lists(of_patient, min_size=1, max_size=2)),
    st.tuples(
        st.just("Observation"),
        st.lists(st.one_of(filters(on_observations), of_observation), min_size=1, max_size=2),
    ),
    st.tuples(
        st.just("Patient"), st.lists(st.one_of(filters(on_patients), of_patient), min_size=1, max_size=2)
    ),
    of_others,
)
inclusions = st.lists(
    st.sampled_from(
        [
            "_include=Observation:subject",
            "_include=Observation:patient",
            "_include=Observation:subject:Patient",
            "_include=Observation:performer",
            "_include=Observation:*",
            "_include=*",
            "_include=Patient:organization",
            "_include:iterate=Patient:organization",
            "_include:iterate=Location:partof",
            "_include:iterate=*",
            "_revinclude=Observation:subject",
            "_revinclude=Observation:patient",
            "_revinclude=Observation:performer",
            "_revinclude=Condition:patient",
            "_revinclude=List:item",
            "_revinclude=*",
            "_revinclude:iterate=Location:partof",
            "_revinclude:iterate=Observation:subject:Patient",
            "_revinclude:iterate=*",
        ]
    ),
    min_size=1,
    max_size=3,
)
in_sets = st.tuples(
    st.just("Observation"),
    st.lists(
        st.one_of(
            asks(["code:in", "category:not-in", "component-code:in"], st.just("urn:pressures")),
            st.tuples(st.just("_filter"), st.just("code in urn:pressures or not (code ni urn:pressures)")),
        ),
        min_size=1,
        max_size=2,
    ),
)
"""Who cannot read value sets is refused these."""


def placed(value: str, tag: str) -> str:
    return re.sub(r"@(\w)", rf"{tag}-\1", value)
