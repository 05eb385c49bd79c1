"""The intents of the modules of the OpenID Foundation's plan for a Basic OP: one test for each module.

Names end in the module's, so that a reader can find it. What is checked is written in our own words.
"""

import base64
import json
import re
from datetime import timedelta

import pytest

from tests.identity.conftest import ORIGIN, PROTOCOL
from tests.identity.relying_party import BACK, RelyingParty, back_with, register

ISSUER = f"{ORIGIN}/realms/smartbear"


@pytest.fixture
async def rp(identity, http):
    context, _ = identity
    return RelyingParty(http, *await register(context))


async def test_a_client_with_a_secret_in_the_header_gets_sound_tokens__server(rp, clock):
    tokens = await rp.tokens()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    claims = await rp.claims(tokens["id_token"], alg="RS256")
    now = int(clock.now().timestamp())
    expected = {"iss": ISSUER, "aud": rp.client_id, "nonce": "a nonce", "iat": now, "exp": now + 300}
    assert expected.items() <= claims.items()
    assert len(claims["sub"]) <= 255


async def test_a_request_without_response_type_is_an_error__response_type_missing(rp):
    back = back_with(await rp.send(response_type=None))
    assert (back["error"], back["state"]) == ("unsupported_response_type", "a state")


async def test_the_signature_of_an_id_token_is_of_a_published_key__idtoken_signature(rp, http):
    token = (await rp.tokens())["id_token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    published = {key["kid"]: key["alg"] for key in (await http.get(f"{PROTOCOL}/certs")).json()["keys"]}
    assert (header["alg"], published[header["kid"]]) == ("RS256", "RS256")
    assert (await rp.claims(token))["aud"] == rp.client_id


async def test_no_id_token_goes_unsigned_whatever_is_asked_for__idtoken_unsigned(rp, http):
    token = (await rp.tokens(id_token_signed_response_alg="none"))["id_token"]
    assert (await rp.claims(token, alg="RS256"))["aud"] == rp.client_id
    told = (await http.get("/realms/smartbear/.well-known/openid-configuration")).json()
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]


async def test_userinfo_by_get_tells_of_the_same_person__userinfo_get(rp):
    tokens = await rp.tokens()
    assert (await rp.userinfo(tokens))["sub"] == (await rp.claims(tokens["id_token"]))["sub"]


async def test_userinfo_by_post_takes_the_token_from_the_header__userinfo_post_header(rp):
    tokens = await rp.tokens()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    answer = await rp.http.post(f"{PROTOCOL}/userinfo", headers=headers)
    assert answer.json()["sub"] == (await rp.claims(tokens["id_token"]))["sub"]


async def test_userinfo_by_post_takes_the_token_from_the_body__userinfo_post_body(rp):
    tokens = await rp.tokens()
    answer = await rp.http.post(f"{PROTOCOL}/userinfo", data={"access_token": tokens["access_token"]})
    assert answer.json()["sub"] == (await rp.claims(tokens["id_token"]))["sub"]


async def test_a_nonce_is_not_needed_in_the_code_flow__without_nonce(rp):
    assert "nonce" not in await rp.id_token(nonce=None)


async def test_the_scope_profile_opens_the_name__scope_profile(rp):
    told = await rp.userinfo(await rp.tokens(scope="openid profile"))
    assert (told["name"], told["preferred_username"]) == ("Case manager CM-07", "test_clinician")
    assert "email" not in told


async def test_the_scope_email_opens_the_address__scope_email(rp):
    told = await rp.userinfo(await rp.tokens(scope="openid email"))
    assert told["email"] == "cm-07@demo.invalid"
    assert "name" not in told


@pytest.mark.parametrize("scope", ["address", "phone"])
async def test_a_scope_that_opens_nothing_does_no_harm__scope_address_scope_phone(rp, scope):
    tokens = await rp.tokens(scope=f"openid {scope}")
    assert tokens["scope"] == "openid"
    assert scope not in await rp.userinfo(tokens)


async def test_all_scopes_can_be_asked_for_together__scope_all(rp):
    told = await rp.userinfo(await rp.tokens(scope="openid profile email address phone"))
    assert {"name", "email"} <= told.keys()


async def test_the_order_of_scopes_does_not_matter__other_scope_order(rp):
    told = await rp.userinfo(await rp.tokens(scope="email openid"))
    assert "email" in told


@pytest.mark.parametrize("display", ["page", "popup"])
async def test_the_form_is_shown_however_it_should_be_displayed__display_page_display_popup(rp, display):
    assert "code" in await rp.sign_in(display=display)


async def test_a_client_that_says_login_sees_a_new_sign_in__prompt_login(rp, clock):
    first = await rp.id_token()
    clock.advance(timedelta(seconds=2))
    assert (await rp.send(prompt="login")).status_code == 200
    assert (await rp.id_token(prompt="login"))["auth_time"] > first["auth_time"]


async def test_nobody_is_asked_when_nobody_may_be__prompt_none_not_logged_in(rp):
    assert back_with(await rp.send(prompt="none"))["error"] == "login_required"


async def test_somebody_known_is_not_asked_again__prompt_none_logged_in(rp, clock):
    first = await rp.id_token()
    clock.advance(timedelta(seconds=1))
    again = await rp.id_token(prompt="none")
    assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])


async def test_a_sign_in_that_is_too_old_is_repeated__max_age_1(rp, clock):
    first = await rp.id_token()
    clock.advance(timedelta(seconds=2))
    assert (await rp.send(max_age="1")).status_code == 200
    again = await rp.id_token(max_age="1")
    assert again["auth_time"] == int(clock.now().timestamp()) > first["auth_time"]


async def test_a_sign_in_that_is_young_enough_will_do__max_age_10000(rp, clock):
    first = await rp.id_token(max_age="10000")
    clock.advance(timedelta(seconds=9999))
    assert (await rp.id_token(max_age="10000"))["auth_time"] == first["auth_time"]


async def test_a_parameter_nobody_knows_is_passed_over__unknown_parameter(rp):
    assert "code" in await rp.sign_in(extra="foobar")


async def test_a_hint_names_the_person_expected__id_token_hint(rp):
    tokens = await rp.tokens()
    hint = tokens["id_token"]
    again = await rp.id_token(prompt="none", id_token_hint=hint)
    assert again["sub"] == (await rp.claims(hint))["sub"]
    for stranger in (f"{hint[:-8]}AAAAAAAA", "", tokens["access_token"]):
        back = back_with(await rp.send(prompt="none", id_token_hint=stranger))
        assert back["error"] == "login_required"


async def test_a_hint_fills_the_name_in__login_hint(rp):
    page = await rp.send(login_hint="test_clinician")
    assert re.search(r'name="username"[^>]*value="test_clinician"', page.text)


async def test_the_form_speaks_the_language_asked_for__ui_locales(rp):
    assert '<html lang="it">' in (await rp.send(ui_locales="it")).text
    assert '<html lang="fr">' in (await rp.send(ui_locales="xx fr-CA en")).text
    assert (await rp.send(ui_locales="xx")).status_code == 200


async def test_languages_of_claims_do_no_harm__claims_locales(rp):
    assert "code" in await rp.sign_in(claims_locales="se")


async def test_what_the_sign_in_was_worth_is_told__acr_values(rp):
    assert (await rp.id_token(acr_values="1 2"))["acr"] == "1"


async def test_a_code_is_good_once__codereuse(rp):
    code = (await rp.sign_in())["code"]
    assert (await rp.exchange(code)).status_code == 200
    again = await rp.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_a_code_used_again_later_ends_what_it_gave__codereuse_30seconds(rp, clock):
    code = (await rp.sign_in(scope="openid offline_access"))["code"]
    tokens = (await rp.exchange(code)).json()
    clock.advance(timedelta(seconds=30))
    assert (await rp.exchange(code)).json()["error"] == "invalid_grant"
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await rp.http.get(f"{PROTOCOL}/userinfo", headers=headers)).status_code == 401


@pytest.mark.parametrize("address", ["https://rp.example/elsewhere", f"{BACK}?foo=bar", None])
async def test_nobody_is_sent_to_an_address_that_is_not_registered__registered_redirect_uri(rp, address):
    answer = await rp.send(redirect_uri=address)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_request_may_come_as_a_form__ensure_post_request_succeeds(rp):
    answer = await rp.http.post(f"{PROTOCOL}/auth", data=rp.request())
    page = await rp.http.get(answer.headers["location"])
    assert (answer.status_code, page.status_code) == (303, 200)
    assert 'name="password"' in page.text


async def test_a_secret_may_come_in_the_form__server_client_secret_post(rp):
    code = (await rp.sign_in())["code"]
    proof = {"client_id": rp.client_id, "client_secret": rp.secret, "grant_type": "authorization_code"}
    form = {"redirect_uri": BACK, "code": code, "code_verifier": "p" * 64}
    assert (await rp.http.post(f"{PROTOCOL}/token", data=proof | form)).status_code == 200


def unsigned(claims):
    parts = ({"alg": "none"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return f"{'.'.join(coded)}."


async def test_a_request_object_is_refused_as_not_supported__unsigned_request_object(rp):
    back = back_with(await rp.send(request=unsigned(rp.request(state="inside"))))
    assert (back["error"], back["state"]) == ("request_not_supported", "a state")


async def test_a_request_is_not_fetched_from_an_address__request_uri_unsigned(rp):
    back = back_with(await rp.send(request_uri="https://rp.example/request.jwt"))
    assert (back["error"], back["state"]) == ("request_uri_not_supported", "a state")


async def test_an_address_inside_a_request_object_leads_nowhere__request_object_with_redirect_uri(rp):
    inside = unsigned({"redirect_uri": "https://evil.example/"})
    assert back_with(await rp.send(request=inside))["error"] == "request_not_supported"


async def test_a_claim_asked_for_by_name_is_told__claims_essential(rp):
    wanted = {"userinfo": {"name": {"essential": True}}, "id_token": {"email": None}}
    tokens = await rp.tokens(claims=json.dumps(wanted))
    assert (await rp.userinfo(tokens))["name"] == "Case manager CM-07"
    assert (await rp.claims(tokens["id_token"]))["email"] == "cm-07@demo.invalid"


@pytest.mark.parametrize(
    "claims", ["", "{", "[]", "7", '{"userinfo": NaN}', '{"a":1,"a":1}', "[" * 500, "x" * 3000]
)
async def test_claims_that_cannot_be_read_are_an_error(rp, claims):
    assert back_with(await rp.send(claims=claims))["error"] == "invalid_request"


@pytest.mark.parametrize("claims", ["{}", '{"userinfo": 1}', '{"userinfo": {"password": null}, "other": {}}'])
async def test_claims_that_mean_nothing_open_nothing(rp, claims):
    told = await rp.userinfo(await rp.tokens(claims=claims))
    assert told.keys() == {"sub", "roles", "organisation", "pilot"}


async def test_a_refresh_token_gives_new_tokens_of_the_same_person__refresh_token(rp, clock):
    first = await rp.tokens(scope="openid offline_access")
    clock.advance(timedelta(seconds=5))
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await rp.http.post(f"{PROTOCOL}/token", data=form, auth=(rp.client_id, rp.secret))).json()
    before, after = [await rp.claims(tokens["id_token"]) for tokens in (first, second)]
    for name in ("iss", "sub", "aud", "auth_time"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 5
    assert second["access_token"] != first["access_token"]


async def test_a_proof_of_the_code_is_checked__valid_pkce(rp):
    code = (await rp.sign_in())["code"]
    assert (await rp.exchange(code, code_verifier="q" * 64)).status_code == 400
    assert "access_token" in await rp.tokens()
