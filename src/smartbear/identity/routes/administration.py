"""Accounts of staff, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, status
from pydantic import BaseModel, Field
from starlette.requests import Request

from smartbear.contracts.people import Id
from smartbear.contracts.scope import AccessScope, require
from smartbear.identity.actions.administration import Administration
from smartbear.identity.model.people import (
    NewPerson,
    Person,
    PersonChange,
    StaffRole,
    State,
    Wanted,
)
from smartbear.identity.routes.provider import Provider
from smartbear.kit.routing import StrictRoute

router = APIRouter(prefix="/api/accounts", tags=["accounts"], route_class=StrictRoute)


def _administration(
    request: Request, scope: Annotated[AccessScope, Depends(require("SysAdmin"))]
) -> Administration:
    provider: Provider = request.app.state.provider
    return Administration(provider.directory, provider.users, scope)


Work = Annotated[Administration, Depends(_administration)]
AccountId = Annotated[Id, Path(description="A UUID.")]


class People(BaseModel):
    """A page of accounts."""

    items: list[Person]
    total: int
    counts: dict[State, int] = Field(description="By state, whichever state was asked for.")
    page: int
    size: int


class Enabled(BaseModel):
    """Whether an account may sign in."""

    enabled: bool


@router.get("")
async def list_accounts(
    work: Work,
    search: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    state: State | None = None,
    role: StaffRole | None = None,
    organisation: Annotated[Id | None, Query(description="A UUID.")] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 50,
) -> People:
    """Accounts of staff, those that wait for approval first."""
    wanted = Wanted(search, state, role, organisation)
    found = await work.directory.people(wanted, (page - 1) * size, size)
    return People(items=found.items, total=found.total, counts=dict(found.counts), page=page, size=size)


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_account(new: NewPerson, work: Work) -> Person:
    """Add an account; its owner sets the password by a link in an e-mail."""
    return await work.add(new)


@router.get("/{account}")
async def get_account(account: AccountId, work: Work) -> Person:
    """One account."""
    return await work.directory.person(account)


@router.patch("/{account}")
async def change_account(account: AccountId, changes: PersonChange, work: Work) -> Person:
    """Change an account. A role for one that waits for approval approves it."""
    return await work.change(account, changes)


@router.put("/{account}/enabled")
async def enable_account(account: AccountId, wanted: Enabled, work: Work) -> Person:
    """Let an account sign in, or not; it is then signed out everywhere."""
    return await work.set_enabled(account, enabled=wanted.enabled)


@router.post("/{account}/reset", status_code=status.HTTP_204_NO_CONTENT)
async def reset_account(account: AccountId, work: Work) -> None:
    """Send the owner a link to choose a new password, or again the one to confirm the address."""
    await work.send_reset(account)


@router.delete("/{account}/factors", status_code=status.HTTP_204_NO_CONTENT)
async def remove_factors(account: AccountId, work: Work) -> None:
    """Take the second factors away from an owner who has lost them; it is signed out everywhere."""
    await work.remove_factors(account)


@router.delete("/{account}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_account(account: AccountId, work: Work) -> None:
    """Delete an account for good; one that waits for approval is refused, and its owner told."""
    await work.delete(account)
