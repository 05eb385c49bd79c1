"""Reading one npm package of FHIR resources."""

import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


def _files(package: Path) -> Iterator[tuple[str, bytes]]:
    if package.is_dir():
        for path in package.rglob("*.json"):
            yield path.name, path.read_bytes()
        return
    with tarfile.open(package) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and member.name.endswith(".json"):
                yield Path(member.name).name, content.read()


def read(package: Path, types: Iterable[str]) -> dict[str, list[Resource]]:
    """Resources of the given types, each list sorted by id. `package` is the tarball or its unpacked folder.

    Files are chosen by name (`StructureDefinition-Patient.json`), which is how HL7 packages are laid out.
    """
    found: dict[str, list[Resource]] = {name: [] for name in types}
    for name, content in _files(package):
        kind = name.partition("-")[0]
        if kind in found:
            found[kind].append(json.loads(content))
    for resources in found.values():
        resources.sort(key=lambda resource: str(resource["id"]))
    return found
