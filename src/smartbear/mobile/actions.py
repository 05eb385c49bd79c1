"""Putting the participant's first screen together."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smartbear.contracts.measurements import MeasurementsClient
from smartbear.contracts.notifications import NotificationsClient
from smartbear.contracts.scope import AccessScope
from smartbear.contracts.users import UsersClient
from smartbear.kit import logs
from smartbear.kit.context import Context
from smartbear.kit.errors import NotFound, PlatformError
from smartbear.mobile import access, model
from smartbear.mobile.model import Measured, Today

_DAYS = 8  # the week, and a day for the difference between the device's time and UTC
_log = logs.get("mobile")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The components the screen is put together from."""

    users: UsersClient
    measurements: MeasurementsClient
    notifications: NotificationsClient


async def today(context: Context, neighbours: Neighbours, scope: AccessScope) -> Today:
    """The screen of the participant who is signed in.

    Without the inbox there is no screen, because silence about an alert would be a false answer; without the
    readings there is one that says «not known».
    """
    subject = access.own_subject(scope)
    care, inbox, measured = await asyncio.gather(
        neighbours.users.care(subject),
        neighbours.notifications.open_items(scope),
        _measured(neighbours.measurements, subject, scope),
    )
    zone = ZoneInfo(care.time_zone)
    day = context.clock.now().astimezone(zone).date()
    alert = model.urgent(inbox.items)
    done = model.done_on(measured or {}, day, zone)
    left, finished = model.tasks(care.categories if measured is not None else (), done, alert)
    return Today(
        participant=care.participant,
        week=model.week(measured, day, zone),
        now=left[0] if left else None,
        next=tuple(left[1:]),
        done=tuple(finished),
        alert=alert,
        care_team=care.care_team,
    )


async def _measured(measurements: MeasurementsClient, subject: str, scope: AccessScope) -> Measured | None:
    """What has been measured in the last days; None if ``measurements`` does not answer."""
    try:
        summary = await measurements.summary(subject, _DAYS, scope)
    except NotFound:  # nothing has been heard of this participant yet
        return {}
    except PlatformError as error:
        _log.warning("neighbour_silent", component="measurements", code=error.code)
        return None
    return {
        each["measure"]: [datetime.fromisoformat(point["at"]) for point in each["series"]]
        for each in summary["measures"]
        if each["series"]
    }
