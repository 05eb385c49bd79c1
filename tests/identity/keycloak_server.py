"""A real Keycloak for tests: its ordinary distribution, the generated realm, and a mail server beside it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiosmtpd.smtp import SMTP

from smartbear.operations.realm import described

VERSION = "26.2.5"
_ARTEFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
_THEMES = Path(__file__).parents[2] / "deploy" / "keycloak" / "themes"
_ADMIN = ("boot", "boot-strap-of-this-test")
_START_SECONDS = 400


class Missing(Exception):
    """Why there is no Keycloak to be had here."""


@dataclass(frozen=True)
class Server:
    """A running Keycloak; ``secret`` is the one of the client usermanager."""

    url: str
    secret: str
    letters: list[bytes]

    async def secret_of(self, name):
        [client] = (await self.console("GET", "/clients", params={"clientId": name})).json()
        return (await self.console("GET", f"/clients/{client['id']}/client-secret")).json()["value"]

    async def console(self, method, path, **options):
        """What its administrator does."""
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as http:
            form = {"grant_type": "password", "client_id": "admin-cli"}
            form |= dict(zip(("username", "password"), _ADMIN, strict=True))
            answer = await http.post("/realms/master/protocol/openid-connect/token", data=form)
            headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
            return await http.request(method, f"/admin/realms/smartbear{path}", headers=headers, **options)


def distribution(folder: Path) -> Path:
    """An unpacked distribution in ``folder``; Missing says what is not there."""
    if not shutil.which("java"):
        raise Missing("there is no Java (Debian: openjdk-17-jre-headless)")
    archive = _archive()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    home = folder / f"keycloak-{VERSION}"
    (home / "bin" / "kc.sh").chmod(0o755)
    return home


def _archive() -> Path:
    given = os.environ.get("SMARTBEAR_KEYCLOAK_ZIP")
    if given:
        return Path(given)
    if not shutil.which("mvn"):
        raise Missing("there is no Maven (Debian: maven), and SMARTBEAR_KEYCLOAK_ZIP names no distribution")
    command = ["mvn", "-q", "-B", "dependency:get", f"-Dartifact={_ARTEFACT}", "-Dtransitive=false"]
    fetched = subprocess.run(command, capture_output=True, timeout=600, check=False)
    kept = Path.home() / ".m2/repository/org/keycloak/keycloak-quarkus-dist" / VERSION
    archive = kept / f"keycloak-quarkus-dist-{VERSION}.zip"
    if fetched.returncode or not archive.exists():
        raise Missing(f"Maven could not fetch {_ARTEFACT}")
    return archive


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Server]:
    """A Keycloak with the realm for http://localhost:8080, its theme, and mail that is kept."""
    home = distribution(folder)
    (home / "data" / "import").mkdir(parents=True)
    (home / "data" / "import" / "smartbear-realm.json").write_bytes(described(["http://localhost:8080"]))
    shutil.copytree(_THEMES / "smartbear", home / "themes" / "smartbear")
    letters: list[bytes] = []
    loop = asyncio.get_running_loop()
    post = await loop.create_server(lambda: SMTP(_Post(letters), hostname="localhost"), "127.0.0.1", 0)
    process, url = _start(home, post.sockets[0].getsockname()[1])
    try:
        await _answers(url, process)
        yield Server(url, await Server(url, "", letters).secret_of("usermanager"), letters)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        post.close()


def _start(home: Path, mail_port: int) -> tuple[subprocess.Popen, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN[0],
        "KC_BOOTSTRAP_ADMIN_PASSWORD": _ADMIN[1],
        "SMARTBEAR_NOTIFICATIONS_SMTP_HOST": "127.0.0.1",
        "SMARTBEAR_NOTIFICATIONS_SMTP_PORT": str(mail_port),
        "SMARTBEAR_KEYCLOAK_SMTP_STARTTLS": "false",
    }
    command = ["bin/kc.sh", "start-dev", "--import-realm", "--http-host=127.0.0.1", f"--http-port={port}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    return process, f"http://127.0.0.1:{port}"


async def _answers(url: str, process: subprocess.Popen) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(_START_SECONDS):
        while True:
            assert process.poll() is None, "Keycloak has ended"
            try:
                if (await http.get(f"{url}/realms/smartbear")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(1)


class _Post:
    """Keeps what it is sent."""

    def __init__(self, letters: list[bytes]) -> None:
        self._letters = letters

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self._letters.append(envelope.content)
        return "250 OK"
