"""Answers that put together what several components know about a participant."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from smartbear.contracts.cdr import Condition
from smartbear.contracts.decisions import Standing
from smartbear.users.actions.listing import Row, State
from smartbear.users.actions.participants import Detail, Page, TechnicalPage
from smartbear.users.model.devices import HeldDevice
from smartbear.users.model.participants import Participant, Private, Reachable


class ParticipantRow(Participant):
    """A participant in a list."""

    standing: Standing | None = Field(description="Null when nothing is known.")


class ParticipantDetail(ParticipantRow, Private):
    """A participant's own page."""

    conditions: tuple[Condition, ...]
    devices: tuple[HeldDevice, ...] = Field(description="Newest assignment first, ended ones included.")


class TechnicalRow(Reachable):
    """A participant in a technician's list: contact and devices, nothing about health."""

    devices: tuple[HeldDevice, ...]


class ParticipantPage(BaseModel):
    """One page of a list."""

    items: tuple[ParticipantRow, ...]
    total: int = Field(description="All that match, on all pages.")
    page: int
    size: int
    counts: dict[State, int] = Field(description="Of all that match but for the filter by state.")


class TechnicalParticipantPage(BaseModel):
    """One page of a technician's list."""

    items: tuple[TechnicalRow, ...]
    total: int
    page: int
    size: int


class ProfileCounts(BaseModel):
    """How many participants have each profile."""

    counts: dict[str, int]


def row(value: Row) -> ParticipantRow:
    """A row of a list as it is sent."""
    return ParticipantRow(**dict(value.participant), standing=value.standing)


def page(value: Page, number: int, size: int) -> ParticipantPage:
    """A page as it is sent."""
    items = tuple(row(each) for each in value.rows)
    return ParticipantPage(items=items, total=value.total, page=number, size=size, counts=value.counts)


def detail(value: Detail) -> ParticipantDetail:
    """A participant's page as it is sent."""
    return ParticipantDetail(
        **dict(value.row.participant),
        **dict(value.private),
        standing=value.row.standing,
        conditions=tuple(value.conditions),
        devices=tuple(value.devices),
    )


def technical(person: Reachable, devices: Sequence[HeldDevice]) -> TechnicalRow:
    """A technician's row as it is sent."""
    return TechnicalRow(**dict(person), devices=tuple(devices))


def technical_page(value: TechnicalPage, number: int, size: int) -> TechnicalParticipantPage:
    """A technician's page as it is sent."""
    items = tuple(technical(*each) for each in value.rows)
    return TechnicalParticipantPage(items=items, total=value.total, page=number, size=size)
