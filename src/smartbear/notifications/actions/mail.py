"""Handing a message to the mail server."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from smartbear.notifications.settings import NotificationsSettings

_PERMANENT = range(500, 600)  # RFC 5321 §4.2.1: the answer to the same message would be the same


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message was not accepted; ``detail`` never quotes the server, which may quote the address."""

    detail: str
    permanent: bool = False


async def send(settings: NotificationsSettings, message: EmailMessage) -> Failure | None:
    """None once the server has accepted the message; a server that says nothing in time has failed."""
    if not settings.smtp_host:
        return Failure("no_mail_server", permanent=True)
    try:
        async with asyncio.timeout(settings.smtp_timeout):
            await aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username or None,
                password=settings.smtp_password.get_secret_value() or None,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=settings.smtp_timeout,
            )
    except (OSError, ValueError, aiosmtplib.SMTPException) as error:
        return _failure(error)
    return None


def _failure(error: Exception) -> Failure:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _refused(error.recipients[0].code)
        case aiosmtplib.SMTPResponseException():
            return _refused(error.code)
        case TimeoutError():
            return Failure("smtp_timeout")
        case ValueError():
            return Failure("bad_address", permanent=True)
    return Failure("smtp_unreachable")


def _refused(code: int) -> Failure:
    return Failure(f"smtp_{code}", permanent=code in _PERMANENT)
