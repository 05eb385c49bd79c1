"""Tokens that need no keys: what the tests of the treatment put in the place of the real ones."""

from datetime import date
from hashlib import sha256

from smartbear.fhir.pseudonymisation.draft import Terms

BASE = "https://bear.example/fhir/"
TERMS = Terms(days=182, today=date(2026, 11, 22), bases=(BASE,))


def token(kind, text):
    return "p" + sha256(f"{kind} {text}".encode()).hexdigest()[:40]


def finished(draft):
    return draft.finish({wanted: token(*wanted) for wanted in draft.wanted})


def returned(draft, *originals):
    """Finish a draft of the way in; ``originals`` are those whose tokens exist."""
    known = {(kind, token(kind, text)): text for kind, text in originals}
    return draft.finish({wanted: known[wanted] for wanted in draft.wanted if wanted in known})
