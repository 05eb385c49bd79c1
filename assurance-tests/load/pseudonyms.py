"""What it costs to pseudonymise a Bundle of 100 Observations, tokens by a key holder in its own process.

    python assurance-tests/load/pseudonyms.py [--runs N]

Measured is the way from the bytes of an answer to the bytes that leave: reading the JSON, treating elements,
one round trip to the key holder, writing the JSON. Processor time is this process's; the holder's is on its
own line.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from smartbear.fhir import json
from smartbear.fhir.pseudonymisation import outward
from smartbear.fhir.pseudonymisation.draft import Terms
from smartbear.kit import memory
from smartbear.kit.errors import Unavailable
from smartbear.kit.pseudonyms import spaces
from smartbear.kit.pseudonyms.client import Pseudonyms
from smartbear.kit.pseudonyms.folder import Folder

_BASE = "https://bear.example/fhir/"
_PROJECT = "measured"
_NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml">Blood pressure 120/80 mmHg</div>'


def _quantity(code: str, value: int) -> dict[str, object]:
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {
            "value": value,
            "unit": "mmHg",
            "system": "http://unitsofmeasure.org",
            "code": "mm[Hg]",
        },
    }


def _observation(patient: str, device: str) -> dict[str, object]:
    category = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "vital-signs",
        "display": "Vital Signs",
    }
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid4()),
        "meta": {"versionId": "1", "lastUpdated": "2026-10-30T08:00:02.123456Z"},
        "text": {"status": "generated", "div": _NARRATIVE},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid.uuid4()}"}],
        "status": "final",
        "category": [{"coding": [category], "text": "Vital signs"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9", "display": "Blood pressure"}]},
        "subject": {"reference": f"Patient/{patient}", "display": "A participant"},
        "device": {"reference": f"Device/{device}"},
        "effectiveDateTime": "2026-10-30T10:00:00+02:00",
        "issued": "2026-10-30T08:00:01.5Z",
        "component": [_quantity("8480-6", 120), _quantity("8462-4", 80)],
    }


def _bundle(number: int) -> bytes:
    patient, device = str(uuid.uuid4()), str(uuid.uuid4())
    resources = [_observation(patient, device) for _ in range(number)]
    entries = [
        {"fullUrl": f"{_BASE}Observation/{each['id']}", "resource": each, "search": {"mode": "match"}}
        for each in resources
    ]
    link = {"relation": "self", "url": f"{_BASE}Observation?subject=Patient/{patient}&_count=100"}
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": [link], "entry": entries}
    return json.encode(bundle)


async def _pseudonymised(body: bytes, pseudonyms: Pseudonyms, terms: Terms) -> bytes:
    draft = outward.resource(json.decode(body), terms)
    return json.encode(draft.finish(await pseudonyms.tokens(_PROJECT, draft.wanted)))


async def _ready(pseudonyms: Pseudonyms) -> int:
    for _ in range(400):
        try:
            return (await pseudonyms.describe(_PROJECT)).days
        except Unavailable:
            await asyncio.sleep(0.05)
    raise SystemExit("The key holder did not start.")


async def _measure(home: Path, runs: int) -> Mapping[str, list[float]]:
    Folder(home / "pseudonyms").change(lambda kept: spaces.created(kept, _PROJECT, datetime.now(UTC)))
    environment = os.environ | {"SMARTBEAR_HOME": str(home), "SMARTBEAR_LOG_LEVEL": "warning"}
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "smartbear.operations.key_holder"),
        stdin=asyncio.subprocess.PIPE,
        env=environment,
    )
    pseudonyms, found = Pseudonyms(home / "run" / "keys.sock"), {"wall": [], "own": [], "holder": []}
    try:
        terms = Terms(await _ready(pseudonyms), datetime.now(UTC).date(), (_BASE,))
        await _pseudonymised(_bundle(100), pseudonyms, terms)
        memory.settle()  # as the platform does once it has started
        times = psutil.Process(holder.pid).cpu_times
        for _ in range(runs):
            body, before = _bundle(100), sum(times()[:2])
            began, used = time.perf_counter(), time.process_time()
            await _pseudonymised(body, pseudonyms, terms)
            found["own"].append((time.process_time() - used) * 1000)
            found["wall"].append((time.perf_counter() - began) * 1000)
            found["holder"].append((sum(times()[:2]) - before) * 1000)
    finally:
        await pseudonyms.close()
        holder.stdin.close()
        await holder.wait()
    return found


def measured(runs: int) -> Mapping[str, list[float]]:
    """Milliseconds of each run: elapsed (``wall``), processor time here (``own``) and in the key holder."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        return asyncio.run(_measure(Path(folder), runs))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    found = measured(parser.parse_args().runs)
    table = Table("a Bundle of 100 Observations", "target", "median", "95th percentile")
    target = "≤ 10 ms"
    for name, said in (("wall", "elapsed"), ("own", "processor time here")):
        high = statistics.quantiles(found[name], n=20)[-1]
        table.add_row(said, target, f"{statistics.median(found[name]):.2f} ms", f"{high:.2f} ms")
    table.add_row(
        "processor time of the key holder, mean", "", f"{statistics.mean(found['holder']):.2f} ms", ""
    )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
