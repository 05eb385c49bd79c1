"""What people call the browser that a request's User-Agent is of."""

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""Part of a User-Agent and what it stands for; the first counts, as browsers also name those before them."""


def named(user_agent: str) -> str:
    """Such as «Firefox, Windows»; the text itself where nothing of it is known."""
    known = [_first(table, user_agent) for table in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")
