"""Attack 19: JSON that is small and costs much, or that two readers read differently."""

import time

import pytest

BOMBS = {
    "deep lists": b"[" * 60_000 + b"]" * 60_000,
    "deep objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "wide": b"[" + b"[]," * 100_000 + b"[]]",
    "not a number": b'{"resourceType": "Observation", "valueQuantity": {"value": NaN}}',
    "endless": b'{"resourceType": "Observation", "valueQuantity": {"value": 1e99999}}',
    "long number": b'{"resourceType": "Observation", "valueInteger": ' + b"9" * 100_000 + b"}",
    "long fraction": b'{"resourceType": "Observation", "valueQuantity": {"value": 0.'
    + b"1" * 100_000
    + b"}}",
    "twice": b'{"resourceType": "Observation", "status": "final", "status": "amended"}',
    "half a pair": b'{"resourceType": "Observation", "id": "\\ud800"}',
    "no text": b'{"resourceType": "Observation", "id": "\xff"}',
    "null byte": b'{"resourceType": "Observation", "id": "a\\u0000b"}',
    "unended": b'{"resourceType": "Observation"',
    "a word more": b'{"resourceType": "Observation"} x',
}
DOORS = (
    ("system", "POST", "/fhir/Observation"),
    ("system", "POST", "/fhir"),
    ("holobalance", "POST", "/fhir/Observation"),
    ("person_north", "POST", "/api/measurements"),
    ("ccm_north", "POST", "/api/participants"),
    ("ccm_north", "PUT", "/api/decisions/limits"),
    ("ccm_north", "POST", "/api/pseudonyms/questions"),
    ("sysadmin", "POST", "/api/accounts"),
)


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_refused_soon_at_every_door(platform, bomb):
    for who, method, path in DOORS:
        kind = "application/fhir+json" if path.startswith("/fhir") else "application/json"
        began = time.process_time()
        answer = await platform.ask(who, method, path, BOMBS[bomb], content_type=kind, idempotency_key="bomb")
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert len(answer.content) < 2000, path
        assert time.process_time() - began < 1.5, path
