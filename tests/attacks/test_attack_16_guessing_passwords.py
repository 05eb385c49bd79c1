"""Attack 16: guessing a password until it is right, or until its owner is locked out."""

from datetime import timedelta

import httpx

from tests.identity.conftest import ORIGIN, Browser


async def test_guesses_have_to_wait_and_the_owner_does_not(platform):
    async with (
        httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as own,
        httpx.AsyncClient(transport=platform.http._transport, base_url=ORIGIN) as others,
    ):
        owner, guesser = Browser(own), Browser(others)
        assert (await owner.sign_in("auditor")).status_code == 303
        answers = [await guesser.sign_in("auditor", f"guess {number}") for number in range(9)]
        statuses = [answer.status_code for answer in answers]
        assert statuses[:5] == [401] * 5
        assert set(statuses[5:]) == {429}
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await guesser.sign_in("auditor")).status_code == 429, "not even with the right one"
        again = await owner.sign_in("auditor", prompt="login")
        assert again.status_code == 303, "the owner's browser is known"
    platform.clock.advance(timedelta(minutes=2))


async def test_guesses_of_a_machines_secret_tell_nothing_and_open_nothing(platform):
    name, secret = platform.secret["reader"]
    for guess in (secret[:-1], secret + "x", secret.upper(), ""):
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": guess}
        answer = await platform.http.post("/realms/smartbear/protocol/openid-connect/token", data=form)
        assert answer.status_code in (400, 401)
        assert "access_token" not in answer.text
