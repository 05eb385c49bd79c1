"""What is wrong with a trail: what its log says must be there, held against what is there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

Kind = Literal["changed", "missing", "reordered", "inserted", "tree", "signature", "witness"]
"""The first four: an event. ``tree``: hashes or roots do not fit one another. ``signature``: a checkpoint is
not signed by the log's key. ``witness``: a witness has seen another log than this one."""

_MOST_LISTED = 10_000


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong, with its place as far as there is one."""

    kind: Kind
    event: int | None = None
    """Number of the event's row."""
    position: int | None = None
    """Of its leaf in the tree."""
    checkpoint: int | None = None
    """Size of the tree at the checkpoint at fault."""


class Report(msgspec.Struct, frozen=True):
    """What a verification found."""

    intact: bool
    events: int
    """In order and signed, those that are expired included."""
    checkpoints: int
    witnessed: int
    """Checkpoints that were found with a witness too."""
    expired: int
    """Events that have been removed because their time was over; their hashes are still proved."""
    waiting: int
    """Events that are not in order yet, and so not proved yet."""
    counts: Mapping[str, int]
    findings: Sequence[Finding]
    """At most 10,000 of them."""


def compare(
    first: int, ids: Sequence[int], leaves: Sequence[bytes], found: Sequence[tuple[int, bytes]]
) -> Iterator[Finding]:
    """The events of one checkpoint, their ids and leaves, against ids and hashes found in their place."""
    hashes: defaultdict[int, list[bytes]] = defaultdict(list)
    for event, leaf in found:
        hashes[event].append(leaf)
    known, expected = set(ids), set(leaves)
    for position, (event, leaf) in enumerate(zip(ids, leaves, strict=True), first):
        if event not in hashes:
            yield Finding("missing", event, position)
        elif leaf not in hashes[event]:
            yield Finding("reordered" if hashes[event][0] in expected else "changed", event, position)
    for event, there in hashes.items():
        if event not in known or len(there) > 1:
            yield Finding("inserted", event)
    yield from _out_of_order(first, ids, [event for event in hashes if event in known])


def _out_of_order(first: int, ids: Sequence[int], found: Sequence[int]) -> Iterator[Finding]:
    there = set(found)
    places = ((position, event) for position, event in enumerate(ids, first) if event in there)
    for (position, event), instead in zip(places, found, strict=True):
        if event != instead:
            yield Finding("reordered", event, position)


class Tally:
    """Collects findings."""

    def __init__(self) -> None:
        self._listed: dict[Finding, None] = {}
        self._counts: Counter[str] = Counter()

    def add(self, findings: Iterable[Finding]) -> None:
        """Count them, and list the first."""
        for finding in findings:
            if finding in self._listed:
                continue
            self._counts[finding.kind] += 1
            if len(self._listed) < _MOST_LISTED:
                self._listed[finding] = None

    def findings(self) -> list[Finding]:
        """Those listed; an event missing in one place that turned up in another is one that was moved."""
        inserted = {each.event for each in self._listed if each.kind == "inserted"}
        moved = {each.event for each in self._listed if each.kind == "missing" and each.event in inserted}
        self._counts.update({"missing": -len(moved), "inserted": -len(moved), "reordered": len(moved)})
        return [
            msgspec.structs.replace(each, kind="reordered") if each.event in moved else each
            for each in self._listed
            if each.event not in moved or each.kind != "inserted"
        ]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind there are."""
        return {kind: number for kind, number in sorted(self._counts.items()) if number}
