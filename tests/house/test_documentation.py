"""What the reference says and what the code has are the same."""

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
import typer.main
from pydantic_settings import BaseSettings

import smartbear
from smartbear.__main__ import app
from smartbear.contracts import events
from smartbear.kit import telemetry
from smartbear.kit.settings import PlatformSettings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
SETTINGS_MODULES = [
    import_module(f"smartbear.{package.name}.settings")
    for package in pkgutil.iter_modules(smartbear.__path__)
    if package.ispkg and (ROOT / "src/smartbear" / package.name / "settings.py").exists()
]


def rows(page: str) -> dict[str, str]:
    """First column of every table row that starts with a code span → the whole row."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return {match[1]: match[0] for match in re.finditer(r"^\| `([^`]+)`.*$", text, re.MULTILINE)}


def all_settings() -> dict[str, str]:
    """Environment variable → description."""
    classes = {PlatformSettings} | {
        value
        for module in SETTINGS_MODULES
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BaseSettings) and value is not BaseSettings
    }
    return {
        f"{cls.model_config['env_prefix']}{name}".upper(): field.description or ""
        for cls in classes
        for name, field in cls.model_fields.items()
    }


def test_the_reference_lists_every_setting_and_no_other():
    assert set(rows("settings.md")) == set(all_settings())


@pytest.mark.parametrize("name", sorted(all_settings()))
def test_a_setting_says_what_it_is_for(name):
    assert all_settings()[name].endswith(".")


def test_the_reference_lists_every_command():
    listed = " ".join(rows("commands.md"))
    commands = typer.main.get_command(app)
    names = []
    for name, command in commands.commands.items():
        inner = getattr(command, "commands", {})
        names += [f"smartbear {name} {each}" for each in inner] or [f"smartbear {name}"]
    assert [name for name in names if name not in listed] == []


def test_the_reference_lists_every_make_target():
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert [target for target in targets if f"`make {target}`" not in text] == []


def test_the_reference_lists_every_event_with_its_listeners():
    listed = rows("events.md")
    for event in events.Event.__subclasses__():
        assert event.name in listed, event.name
        for listener in event.listeners:
            assert listener in listed[event.name]
    assert {name for name in listed if "_" not in name} == {cls.name for cls in events.Event.__subclasses__()}


def test_the_reference_lists_every_metric():
    names = {
        metric._name
        for metric in vars(telemetry).values()
        if getattr(metric, "_name", "").startswith("smartbear_")
    }
    listed = {name.removesuffix("_total") for name in rows("metrics.md")}
    assert listed == names


def test_every_decision_is_in_the_list():
    pages = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert re.findall(r"\((0\d{3}[^)]*)\)", index) == pages


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("*.md")))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_package_says_what_it_owns_and_what_it_refuses_to_know():
    for package in pkgutil.iter_modules(smartbear.__path__):
        if package.ispkg:
            text = inspect.getdoc(import_module(f"smartbear.{package.name}")) or ""
            assert "Owns:" in text, package.name
            assert "Refuses to know:" in text, package.name


def test_every_module_of_the_conformance_plans_has_its_test():
    told = rows("conformance.md")
    written = {
        f"{path.name}::{name}"
        for path in (ROOT / "tests" / "identity").glob("test_*.py")
        for name in re.findall(r"^async def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = {re.findall(r"`(test_[^`\[]+)", row)[0] for row in told.values()}
    assert (len(told), named - written) == (38 + 1 + 11 + 2, set())
