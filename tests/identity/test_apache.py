"""Apache's mod_auth_openidc, as Debian packages it, signs a person in against the platform on a socket."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from smartbear import system
from smartbear.identity.actions import NewAccount, NewClient, create_account, create_client
from smartbear.kit import serving
from smartbear.kit.settings import PlatformSettings
from tests.conftest import fresh_database
from tests.identity.conftest import fields_of

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(300)]
APACHE = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
PASSWORD = "correct horse battery staple"
CONFIGURATION = """
ServerRoot {home}
ServerName localhost
PidFile {home}/pid
Listen 127.0.0.1:{port}
ErrorLog {home}/error.log
{modules}
User {user}
Group {group}
DocumentRoot {home}/pages
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI http://localhost:{port}/protected/back
OIDCCryptoPassphrase a-passphrase-of-this-test
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCProviderTokenEndpointAuth {way}
OIDCCookieSameSite On
<Location /protected>
AuthType openid-connect
Require claim roles:CCM
</Location>
"""


def loaded():
    """The modules Apache needs; those built in are no files."""
    names = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "auth_openidc"]
    return "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)


@pytest.fixture
async def platform(postgres_url, tmp_path):
    listener = serving.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings = PlatformSettings(home=tmp_path, port=port, environment="test", secret_key="k" * 32)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_database(postgres_url))
        parts = ("identity", "users", "gateway")
        running = await stack.enter_async_context(system.assemble(settings, url, only=parts))
        await stack.enter_async_context(serving.serving(running.front, listener))
        yield f"http://localhost:{port}", running.contexts["identity"]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(home, **values):
    """An Apache of our own, whose files its user may read."""
    (home / "pages" / "protected").mkdir(parents=True)
    (home / "pages" / "protected" / "index.html").write_text("inside")
    for folder in (*home.parents[:3], home):
        folder.chmod(0o755)
    user, group = ("www-data", "www-data") if os.geteuid() == 0 else (os.environ["USER"], "users")
    text = CONFIGURATION.format(home=home, modules=loaded(), user=user, group=group, **values)
    (home / "apache.conf").write_text(text)
    return subprocess.Popen([APACHE, "-D", "FOREGROUND", "-f", str(home / "apache.conf")])


@pytest.mark.skipif(
    not (APACHE and (MODULES / "mod_auth_openidc.so").exists()),
    reason="no Apache with mod_auth_openidc (Debian: apache2, libapache2-mod-auth-openidc)",
)
@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_apache_signs_a_person_in(platform, free_port, tmp_path, way):
    address, context = platform
    await create_account(context, NewAccount(username="test_clinician", role="CCM", name="CM-07"), PASSWORD)
    back = f"http://localhost:{free_port}/protected/back"
    new = NewClient(name="apache", scope="openid profile email", redirects=(back,))
    client_id, secret = await create_client(context, new)
    home, issuer = tmp_path / "apache", f"{address}/realms/smartbear"
    process = start(home, port=free_port, issuer=issuer, way=way, client_id=client_id, secret=secret)
    try:
        await sign_in(f"http://localhost:{free_port}/protected/index.html")
    except AssertionError:
        raise AssertionError((home / "error.log").read_text()) from None
    finally:
        process.terminate()
        process.wait(20)


async def sign_in(protected):
    async with httpx.AsyncClient(follow_redirects=True, timeout=20) as http:
        page = await opened(http, protected)
        proof = re.search(r'name="proof" value="([^"]+)"', page.text)[1]
        form = {"username": "test_clinician", "password": PASSWORD, "proof": proof}
        asked = await http.post(page.url, data=form)  # as a program of somebody else's has to
        inside = await http.post(asked.url, data=fields_of(asked) | {"answer": "allow"})
        assert (inside.status_code, inside.text) == (200, "inside")


async def opened(http, address):
    for _ in range(100):
        try:
            return await http.get(address)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError
