"""Accounts of staff in our own database."""

from typing import Any

from smartbear.contracts.erasure import Erasing
from smartbear.contracts.trail import saw
from smartbear.identity.actions import backchannel, letters
from smartbear.identity.model.people import Found, NewPerson, Person, Wanted
from smartbear.identity.store import factors, people, sessions
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.db import Connection
from smartbear.kit.errors import Conflict, NotFound

_log = logs.get("identity")


class Embedded:
    """The adapter for the embedded provider."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def people(self, wanted: Wanted, first: int, most: int) -> Found:
        """Those that wait for approval come first."""
        async with self._context.db.connection() as c:
            return await people.people(c, wanted, first, most)

    async def person(self, account: str) -> Person:
        """NotFound if there is none; a participant's account is none of an administrator's."""
        async with self._context.db.connection() as c:
            return await _found(c, account)

    async def add(self, new: NewPerson, pilot: str | None) -> Person:
        """The letter's link sets the first password."""
        name = f"{new.given_name} {new.family_name}"
        person = Person(id=self._context.new_id(), name=name, pilot=pilot, **new.model_dump())
        async with self._context.db.transaction() as tx:
            if not await people.insert(tx, person, self._context.clock.now()):
                raise Conflict("An account of this name exists already.")
            await letters.send_link(tx, self._context, "welcome", person)
            saw(f"Account/{person.id}")
            _log.info("account_created", role=new.role)
            return await _found(tx, person.id)

    async def change(self, account: str, changes: dict[str, str | None]) -> Person:
        """A new role, place or project ends what was allowed before; an old address hears of a new one."""
        async with self._context.db.transaction() as tx:
            before = await _found(tx, account)
            await people.change(tx, account, changes)
            after = await self._named(tx, account)
            if before.standing != after.standing:
                await self._sign_out(tx, account)
            if before.email != after.email:
                await self._write(tx, "address_changed", before)
            if before.waits_for == "approval" and after.role:
                await people.wait_for(tx, account, "email")
                await letters.send_link(tx, self._context, "confirm", after)
            return await _found(tx, account)

    async def _named(self, tx: Connection, account: str) -> Person:
        """The account, called by what its owner is called now."""
        person = await _found(tx, account)
        if person.given_name and person.family_name:
            await people.change(tx, account, {"name": f"{person.given_name} {person.family_name}"})
        return await _found(tx, account)

    async def set_enabled(self, account: str, *, enabled: bool) -> Person:
        """Disabling ends every session and token family."""
        async with self._context.db.transaction() as tx:
            await _found(tx, account)
            await people.set_enabled(tx, account, enabled=enabled)
            if not enabled:
                await self._sign_out(tx, account)
            _log.info("account_enabled" if enabled else "account_disabled")
            return await _found(tx, account)

    async def send_reset(self, account: str) -> None:
        """The password so far is good until the link is used."""
        async with self._context.db.transaction() as tx:
            person = await _found(tx, account)
            kind: letters.Kind = "confirm" if person.waits_for == "email" else "reset"
            await letters.send_link(tx, self._context, kind, person)

    async def remove_factors(self, account: str) -> None:
        """Authenticator app, passkeys and recovery codes; the owner is told, in case it was somebody else."""
        async with self._context.db.transaction() as tx:
            person = await _found(tx, account)
            await factors.remove_all(tx, account)
            await self._sign_out(tx, account)
            await self._write(tx, "factors_removed", person)
        _log.info("factors_removed")

    async def delete(self, account: str) -> None:
        """Sessions, tokens, factors and links go with it."""
        async with self._context.db.transaction() as tx:
            person = await _found(tx, account)
            if person.waits_for == "approval":
                await self._write(tx, "refused", person)
            await self._sign_out(tx, account)
            await people.delete(tx, account)
        _log.info("account_deleted")

    async def erase(self, person: Erasing) -> bool:
        """By the participant's number, which the account has from its beginning."""
        async with self._context.db.transaction() as tx:
            known = await people.accounts_of(tx, person.participant)
            for one in known:
                await self._sign_out(tx, one)
                await people.delete(tx, one)
        return bool(known)

    async def _write(self, tx: Connection, kind: letters.Kind, person: Person) -> None:
        if person.email:
            await letters.send(tx, self._context, kind, person.email, person.language)

    async def _sign_out(self, tx: Any, account: str) -> None:
        await backchannel.tell(tx, await sessions.end_all(tx, account, self._context.clock.now()))


async def _found(c: Connection, account: str) -> Person:
    person = await people.person(c, account)
    if person is None:
        raise NotFound("There is no such account.")
    return person
