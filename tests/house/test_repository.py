"""Habits of the whole repository, as tests: what may not be in a file, and how large one may be."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
SOURCES = [path for path in TRACKED if path.suffix == ".py" and "src/" in str(path.relative_to(ROOT))]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    ("lock", "address"),
    [
        ("requirements.lock", r"https?://|index-url"),
        ("requirements-dev.lock", r"https?://|index-url"),
        ("web/package-lock.json", r'"resolved": "(https?|git|file):'),
        ("tests/clients/package-lock.json", r'"resolved": "(https?|git|file):'),
    ],
)
def test_lock_files_hold_no_download_address(lock, address):
    assert not re.search(address, (ROOT / lock).read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    names = re.findall(r"^[a-z0-9][^ =]*==", text, re.MULTILINE)
    assert len(names) == len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", text))


def strings(path: Path) -> list[ast.Constant]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_no_file_is_longer_than_four_hundred_lines():
    long = [shown(path) for path in SOURCES if path.read_bytes().count(b"\n") > LONGEST_FILE]
    assert long == []


def test_no_function_is_longer_than_sixty_lines():
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{shown(path)}:{node.lineno} {node.name}")
    assert long == []


SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS)\b", re.DOTALL
)


CLOCK = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")


def test_sql_is_written_in_stores_alone():
    """The kit and operations hold the platform's own plumbing; components keep theirs in ``store``."""
    strays = []
    for path in SOURCES:
        parts = path.relative_to(ROOT / "src/smartbear").parts
        if parts[0] in ("kit", "operations") or "store" in {part.removesuffix(".py") for part in parts}:
            continue
        strays += [f"{shown(path)}:{node.lineno}" for node in strings(path) if SQL.match(node.value)]
    assert strays == []


def test_nobody_reads_the_machine_clock_but_the_clock():
    """Components are given the time, so that tests can say what it is."""
    strays = []
    for path in SOURCES:
        if path.relative_to(ROOT / "src/smartbear").parts[0] == "kit":
            continue
        text = path.read_text(encoding="utf-8")
        strays += [
            shown(path)
            for _ in re.finditer(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", text)
        ]
    assert strays == []


def test_text_files_are_utf8_without_tabs_in_python():
    for path in SOURCES:
        assert "\t" not in path.read_text(encoding="utf-8"), shown(path)
