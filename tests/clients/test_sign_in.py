"""Published OpenID Connect clients sign in; what they check is written in the scripts beside."""

import json

import pytest
from joserfc.jwk import ECKey

from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from tests.clients import scripts

PASSWORD = "correct horse battery staple"
REDIRECT, AFTER = "http://localhost:9/callback", "http://localhost:9/bye"


@pytest.fixture(scope="module")
async def environment(server):
    context = server.identity
    await create_account(context, NewAccount(username="signer", role="CCM", name="Signer"), PASSWORD)
    described = NewClient(
        name="rp",
        scope="openid profile email offline_access",
        redirects=(REDIRECT,),
        after_logout=(AFTER,),
        is_ours=True,
    )
    client_id, secret = await create_client(context, described)
    key = ECKey.generate_key("P-256", {"kid": "k-1", "alg": "ES256"}, private=True)
    keys = {"keys": [key.as_dict(private=False)]}
    machine = NewClient(name="box", scope="system/*.read", keys=keys)
    key_client, _ = await create_client(context, machine)
    return {
        "ISSUER": f"{server.address}/realms/smartbear",
        "CLIENT_ID": client_id,
        "CLIENT_SECRET": secret,
        "REDIRECT": REDIRECT,
        "AFTER": AFTER,
        "USERNAME": "signer",
        "PASSWORD": PASSWORD,
        "KEY_CLIENT_ID": key_client,
        "KEY": json.dumps(key.as_dict(private=True)),
        "BROWSER_REDIRECT": f"{server.address}/callback",
    }


@pytest.mark.parametrize("script", ["sign_in.mjs", "browser.mjs"])
async def test_a_published_client_signs_in(environment, script):
    await scripts.run(script, environment)
