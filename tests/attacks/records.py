"""What the two people have on record, and what makes one answer like another."""

from typing import Any

from tests.cdr.two_worlds import PULSE, content, ill, list_of, reference, seen

Resource = dict[str, Any]
NORTH = ("ccm_north", "person_north")
"""Who may see the north and nothing else."""
_OWN = ("x-request-id", "content-length")  # an id made for the answer, and what follows from the body


def records(place: str, subject: str) -> list[Resource]:
    """A pulse, an illness, a list and a file; the ids say whose."""
    return [
        seen(f"{place}-pulse", subject, PULSE, 61, 3, note=[{"text": f"CANARY-note-{place}"}]),
        seen(f"{place}-later", subject, PULSE, 75, 9),
        ill(f"{place}-ill", subject, f"CANARY-illness-{place}"),
        list_of(f"{place}-list", subject, f"Observation/{place}-pulse"),
        content(f"{place}-file", f"Patient/{subject}", "Q0FOQVJZ"),
    ]


def told(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """What a caller can read in an answer, but for what each answer has of its own."""
    headers = {name: text for name, text in answer.headers.items() if name not in _OWN}
    return answer.status_code, headers, answer.content


async def alike(
    platform: Any, who: str, method: str, path: str, hidden: str, absent: str, **more: Any
) -> Any:
    """Ask for what is hidden and for what does not exist; both are answered alike, one is returned."""
    one = await platform.fhir(who, method, path.replace("{}", hidden), **more)
    other = await platform.fhir(who, method, path.replace("{}", absent), **more)
    assert told(one)[0] < 500
    assert told(one) == told(other), (method, path)
    assert hidden not in one.text
    return one


def linked(place: str, subject: str, to: str) -> Resource:
    """An observation of one person that refers to something else."""
    return seen(f"{place}-linked", subject, PULSE, 62, 4, hasMember=[reference(to)])
