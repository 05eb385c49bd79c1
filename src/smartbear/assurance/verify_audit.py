"""Checks a signed export of the audit trail, far from the platform that made it.

    python verify_audit.py audit.ndjson --key 'smartbear-audit+1a2b3c4d+AQ…' [--witness FOLDER_OR_FILE]

It needs Python 3.11 and the package `cryptography`, and nothing of the platform. `--key` is the log's
verifier key as the auditor got it on another way than with the file; `--witness` is the file of a day, or
the folder, that the log's witness keeps.

Checked are: the signature of the checkpoint; that the witness has seen that checkpoint; that each event is in
the tree it signs, at its place (RFC 6962); that no line was changed, added or removed (the note at the end).
Exit status 0: all is true. 1: something is not; what, is printed.
"""

import argparse
import base64
import binascii
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = 1  # C2SP signed-note: type of a log's key


class Fault(Exception):
    """Something is not as it should be."""


def main() -> int:
    """Check the file that the command line names."""
    parser = argparse.ArgumentParser(description="Check a signed export of the audit trail.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, help="the log's verifier key")
    parser.add_argument("--witness", type=Path, help="file or folder of the log's witness")
    arguments = parser.parse_args()
    try:
        said = check(arguments.export, arguments.key, arguments.witness)
    except Fault as fault:
        sys.stdout.write(f"NOT TRUE: {fault}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def check(export: Path, key: str, witness: Path | None = None) -> str:
    """A sentence about what was found; Fault if anything is wrong."""
    digest, number, size, root, end = sha256(), 0, 0, b"", ""
    seen: set[int] = set()
    with export.open("rb") as lines:
        for place, line in enumerate(lines):
            content = parsed(line, place + 1)
            if end:
                raise Fault(f"line {place + 1} comes after the end")
            if place == 0:
                size, root = checkpoint(signed(text_of(content, "checkpoint"), key))
            elif content.get("type") == "end":
                end = text_of(content, "note")
                continue
            else:
                check_event(content, size, root, place + 1)
                number += 1
                if content["position"] in seen:
                    raise Fault(f"line {place + 1}: the event is there twice")
                seen.add(content["position"])
            digest.update(line)
    check_end(end, key, number, digest.digest())
    where = f", which {witness} has seen" if witness else "; no witness was asked"
    if witness:
        check_witness(witness, key, size, root)
    return f"{number} events are in the log of {size} events that was signed{where}."


def parsed(line: bytes, place: int) -> dict[str, Any]:
    """A line of the export."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise Fault(f"line {place} is no JSON") from None
    if not isinstance(content, dict):
        raise Fault(f"line {place} is no object")
    return content


def text_of(content: dict[str, Any], member: str) -> str:
    """A member that must be a text."""
    value = content.get(member)
    if not isinstance(value, str):
        raise Fault(f"there is no {member}")
    return value


def decoded(text: object) -> bytes:
    """Bytes written as base64."""
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error:
        raise Fault("something is not base64") from None


def check_event(content: dict[str, Any], size: int, root: bytes, place: int) -> None:
    """Whether an event is in the tree."""
    position, marks, proof = content.get("position"), content.get("marks"), content.get("proof")
    time = content.get("time")
    if not (isinstance(position, int) and isinstance(time, int) and abs(time) < 1 << 63):
        raise Fault(f"line {place} is no event")
    if not (isinstance(marks, list) and isinstance(proof, list)):
        raise Fault(f"line {place} is no event")
    hashed = text_of(content, "record").encode(errors="replace") + b"".join(map(decoded, marks))
    leaf = sha256(b"\x00" + hashed + time.to_bytes(8, "big", signed=True)).digest()
    if not includes(leaf, position, size, [decoded(each) for each in proof], root):
        raise Fault(f"line {place}: the event is not in the log at position {position}, or was changed")


def includes(leaf: bytes, position: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= position < size:
        return False
    first, last, found = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first % 2 or first == last:
            found = sha256(b"\x01" + sibling + found).digest()
            while first % 2 == 0 and first:
                first, last = first // 2, last // 2
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        first, last = first // 2, last // 2
    return last == 0 and found == root


def signed(note: str, key: str) -> str:
    """The text of a note, if this key has signed it (C2SP signed-note)."""
    name, _, rest = key.strip().partition("+")
    public = decoded(rest.partition("+")[2])
    key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
    if public[:1] != bytes([_ED25519]) or len(public) != 33 or key_id.hex() != rest.partition("+")[0]:  # noqa: PLR2004
        raise Fault("the key is no verifier key of a log")
    text, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        signature = decoded(line.rpartition(" ")[2])
        if line.startswith(f"\u2014 {name} ") and signature[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature:
                break
            return f"{text}\n"
    raise Fault("a note is not signed with the log's key")


def checkpoint(text: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint (C2SP tlog-checkpoint)."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[1].isdecimal():  # noqa: PLR2004 - origin, size, root, nothing
        raise Fault("the checkpoint is none")
    return int(lines[1]), decoded(lines[2])


def check_end(note: str, key: str, number: int, digest: bytes) -> None:
    """Whether the lines are those that were signed."""
    if not note:
        raise Fault("the end is missing")
    said = signed(note, key).split("\n")[1:3]
    if said != [str(number), base64.b64encode(digest).decode()]:
        raise Fault("lines were changed, added or removed")


def notes(witness: Path) -> Iterator[str]:
    """What the witness keeps: a note as JSON text on each line."""
    for path in sorted(witness.rglob("*.jsonl")) if witness.is_dir() else [witness]:
        for line in path.read_bytes().splitlines():
            try:
                yield str(json.loads(line))
            except ValueError:
                continue  # cut short by a crash


def check_witness(witness: Path, key: str, size: int, root: bytes) -> None:
    """Whether the witness has seen this very checkpoint."""
    for note in notes(witness):
        try:
            seen = checkpoint(signed(note, key))
        except Fault:
            continue  # another log's
        if seen[0] == size:
            if seen[1] != root:
                raise Fault(f"the witness has seen another log of {size} events")
            return
    raise Fault(f"the witness has not seen the log of {size} events")


if __name__ == "__main__":
    raise SystemExit(main())
