"""Which resource a reference inside a Bundle means, and writing that into the resources.

https://hl7.org/fhir/R4/bundle.html#references (full addresses) and
https://hl7.org/fhir/R4/http.html#transaction (which elements are rewritten).
"""

import re
from collections.abc import Iterable, Mapping

from smartbear.fhir import references
from smartbear.fhir.bundle.entries import Entry
from smartbear.fhir.issues import Issue
from smartbear.fhir.links import Link

_ANCHOR = re.compile(r"""(?P<head>\b(?:href|src)\s*=\s*(?P<quote>["']))(?P<address>.*?)(?P=quote)""")


def named_targets(entries: Iterable[Entry]) -> dict[int, tuple[str, ...]]:
    """What the entries that name an id change, by index: known before anything is looked up."""
    return {entry.index: (f"{entry.type}/{entry.id}",) for entry in entries if entry.id}


def full_urls(entries: Iterable[Entry], targets: Mapping[int, str]) -> dict[str, str]:
    """Full address -> what to write instead of it (`Patient/123`).

    `targets` gives, by index of the entry, the type and id its resource is stored under: the id the server
    gave, the one named, or that of the match of a conditional request. Deletes have no resource to point at.
    """
    return {
        entry.full_url: targets[entry.index]
        for entry in entries
        if entry.full_url and entry.index in targets and entry.method != "DELETE"
    }


def duplicates(entries: Iterable[Entry], targets: Mapping[int, Iterable[str]]) -> list[Issue]:
    """An issue for each entry that changes a resource an earlier entry changes.

    Neither transactions nor batches may: their entries have no order between themselves. `targets` gives, by
    index of the entry, the type and id of everything it changes.
    """
    issues = []
    seen: set[str] = set()
    for entry in entries:
        changed = set(targets.get(entry.index, ()) if entry.is_write else ())
        if changed & seen:
            text = "changes a resource that another entry changes"
            issues.append(Issue("error", "duplicate", text, entry.place))
        seen |= changed
    return issues


def conditional_references(found: Iterable[Link]) -> list[references.LiteralReference]:
    """References that name their target by a search (`Patient?identifier=…`), for the server to resolve."""
    read = (references.parse(link.text) for link in found if link.kind == "reference" and "?" in link.text)
    return [literal for literal in read if literal.kind == "conditional"]


def rewrite(entry: Entry, found: Iterable[Link], replacements: Mapping[str, str]) -> list[Issue]:
    """Put the final references into the entry's resource, in place; an issue for each that leads nowhere.

    `found` are the links of the entry's resource. `replacements` holds full addresses and conditional
    references as they are written. A `urn:uuid:` or `urn:oid:` reference can only mean an entry of this
    Bundle. What else is not found here is left as it is: it names a resource of this or another server.
    """
    issues: list[Issue] = []
    base = references.parse(entry.full_url).base
    for link in found:
        text = link.text
        if link.kind == "narrative":
            link.holder[link.key] = _with_anchors(text, replacements)
            continue
        target = replacements.get(text) or _relative(text, base, replacements, link)
        if target:
            link.holder[link.key] = target
        elif link.kind == "reference":
            issues += _dangling(entry, link, text)
    return issues


def _dangling(entry: Entry, link: Link, text: str) -> list[Issue]:
    place = f"{entry.place}.resource.{link.place.partition('.')[2]}"
    if text.startswith("urn:"):
        return [Issue("error", "not-found", "refers to no entry of this Bundle", place)]
    if "?" in text and references.parse(text).kind == "conditional":
        return [Issue("error", "not-found", "matches no single resource", place)]
    return []


def _relative(text: str, base: str, replacements: Mapping[str, str], link: Link) -> str | None:
    """`Patient/1` in an entry with full address `http://x/Observation/2` means `http://x/Patient/1`."""
    return replacements.get(base + text) if base and link.kind == "reference" else None


def _with_anchors(narrative: str, replacements: Mapping[str, str]) -> str:
    if "href" not in narrative and "src" not in narrative:
        return narrative

    def replaced(match: re.Match[str]) -> str:
        address = replacements.get(match["address"], match["address"])
        return f"{match['head']}{address}{match['quote']}"

    return _ANCHOR.sub(replaced, narrative)
