"""Profiles that a resource claims in ``meta.profile`` (https://hl7.org/fhir/R4/profiling.html).

A resource obeys the profiles it claims, as far as they are known: those R4 publishes for vital signs, and the
StructureDefinitions stored here, whoever asks. The setting ``unknown_profiles`` says what a claim is worth
that nobody can check.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from smartbear.cdr.actions.membership import Codes
from smartbear.cdr.actions.subscriptions.endpoints import endpoint_faults
from smartbear.cdr.model import consent
from smartbear.cdr.model.access import BY_CREATOR
from smartbear.cdr.store.parameters import DEFINING
from smartbear.cdr.store.repository import Repository
from smartbear.fhir import definitions, outcome
from smartbear.fhir.bundle.entries import Entry
from smartbear.fhir.issues import Issue
from smartbear.fhir.profiles import Environs, UnusableProfile, check, core_type, is_published
from smartbear.kit.aside import aside
from smartbear.kit.errors import FieldError, Unprocessable


class Claim(NamedTuple):
    """A profile, and where in the resource it is claimed."""

    canonical: str
    place: str


def claims(resource: Mapping[str, Any]) -> list[Claim]:
    """The profiles of a valid resource."""
    named = resource.get("meta", {}).get("profile", ())
    root = resource["resourceType"]
    return [Claim(one, f"{root}.meta.profile[{index}]") for index, one in enumerate(named) if one]


async def claim_issues(
    repository: Repository, resource: Mapping[str, Any], claimed: Sequence[Claim], *, advice: bool = True
) -> list[Issue]:
    """What the claimed profiles say about a valid resource; without ``advice`` not all that is no error.

    Codes are looked up between two rounds, if the first asks for some that R4 itself does not list.
    """
    library = await repository.profiles.library(claim.canonical for claim in claimed)
    codes = Codes()
    environs = Environs(library, codes.is_member, advice=advice)
    unknown: Literal["error", "warning"] = (
        "error" if repository.settings.unknown_profiles == "refuse" else "warning"
    )
    is_known = all(is_published(claim.canonical) for claim in claimed)
    issues = await _all_issues(resource, claimed, environs, unknown, is_known=is_known)
    if await codes.look_up(repository):
        issues = await _all_issues(resource, claimed, environs, unknown, is_known=is_known)
    return issues


async def _all_issues(
    resource: Mapping[str, Any],
    claimed: Sequence[Claim],
    environs: Environs,
    unknown: Literal["error", "warning"],
    *,
    is_known: bool,
) -> list[Issue]:
    """In a thread, where somebody's own profiles may ask for long work."""

    def found() -> list[Issue]:
        return [issue for claim in claimed for issue in _issues(resource, claim, environs, unknown)]

    return await aside(found) if is_known else await asyncio.to_thread(found)


def _issues(
    resource: Mapping[str, Any], claim: Claim, environs: Environs, unknown: Literal["error", "warning"]
) -> Iterable[Issue]:
    if kind := core_type(claim.canonical):
        fits = definitions.is_a(resource["resourceType"], kind)
        return () if fits else [Issue("error", "invalid", f"names the type {kind}", claim.place)]
    try:
        profile = environs.library.find(claim.canonical)
    except UnusableProfile as error:
        told = f"names a profile that cannot be used: {error}"
        return [Issue(unknown, "not-supported", told, claim.place)]
    if profile is None:
        return [Issue(unknown, "not-found", "names a profile that is not known here", claim.place)]
    return check(resource, profile, environs)


async def expect_conforming(repository: Repository, resource: Mapping[str, Any]) -> tuple[Issue, ...]:
    """Unprocessable unless a valid resource obeys the profiles it claims; returns the warnings.

    A SearchParameter must be one that can be searched by, a Subscription one that may be delivered.
    """
    if unusable := await _unusable(repository, resource):
        faults = outcome.field_errors(unusable)
        raise Unprocessable("The resource cannot be used.", errors=faults)
    claimed = claims(resource)
    if not claimed:
        return ()
    issues = await claim_issues(repository, resource, claimed, advice=False)
    if faults := outcome.field_errors(issues):
        raise Unprocessable("The resource does not obey a profile it claims.", errors=faults)
    return tuple(issue for issue in issues if issue.severity == "warning")


async def expect_entries_conforming(repository: Repository, entries: Iterable[Entry]) -> None:
    """``expect_conforming`` for the resources of a transaction, with their places in the Bundle."""
    found: list[Issue] = []
    for entry in entries:
        unusable = await _unusable(repository, entry.resource) if entry.resource else []
        found += [_in_entry(entry, issue) for issue in unusable]
        claimed = claims(entry.resource) if entry.resource else []
        if claimed and entry.resource:
            issues = await claim_issues(repository, entry.resource, claimed, advice=False)
            found += [_in_entry(entry, issue) for issue in issues if issue.severity == "error"]
    if found:
        faults = outcome.field_errors(found)
        raise Unprocessable("Some resources do not obey a profile they claim.", errors=faults)


async def _unusable(repository: Repository, resource: Mapping[str, Any]) -> list[Issue]:
    found: Iterable[FieldError] = ()
    if resource["resourceType"] == DEFINING:
        found = await repository.parameters.faults(resource)
    elif resource["resourceType"] == BY_CREATOR:
        found = endpoint_faults(repository, resource)
    elif resource["resourceType"] == consent.TYPE:
        found = consent.faults(resource)
    return [Issue("error", one.code, one.message, one.path) for one in found]


def _in_entry(entry: Entry, issue: Issue) -> Issue:
    inside = issue.expression.partition(".")[2]
    place = f"{entry.place}.resource" + (f".{inside}" if inside else "")
    return Issue(issue.severity, issue.code, issue.diagnostics, place)
