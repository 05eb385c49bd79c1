"""Every table says who owns it, whether it is about a person, and how that person's rights are served."""

import re

import asyncpg
import pytest

RIGHTS = ("access", "rectification", "erasure", "restriction")


@pytest.fixture(scope="module")
async def comments(database_url):
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """SELECT n.nspname || '.' || c.relname AS name, coalesce(obj_description(c.oid), '') AS comment
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
    )
    await connection.close()
    return {row["name"]: row["comment"] for row in rows}


def declared(comment: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+):\s*([^;]+)", comment))


def test_there_are_tables_to_look_at(comments):
    assert len(comments) > 20


def test_every_table_names_its_owner_and_says_whether_it_is_personal(comments):
    wrong = {
        name: comment
        for name, comment in comments.items()
        if not declared(comment).get("owner")
        or not declared(comment).get("retention")
        or not declared(comment).get("personal", "").startswith(("yes", "no"))
    }
    assert wrong == {}


def test_the_owner_of_a_table_is_the_component_of_its_schema(comments):
    wrong = [
        name
        for name, comment in comments.items()
        if declared(comment)["owner"] not in (name.partition(".")[0], "kit")
    ]
    assert wrong == []


def test_every_personal_table_says_how_each_right_is_served(comments):
    wrong = {
        name: [right for right in RIGHTS if right not in declared(comment)]
        for name, comment in comments.items()
        if declared(comment)["personal"].startswith("yes")
    }
    assert {name: missing for name, missing in wrong.items() if missing} == {}
