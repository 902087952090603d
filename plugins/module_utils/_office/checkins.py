# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check-ins of Office clients as values, and what they say about users and devices (last beta metadata:
officeClientCheckinStatus, officeUserCheckinSummary). Nothing here asks a clock or the wire.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)
# Edm.DateTimeOffset: the offset is always there, a fraction has up to 12 digits (OData ABNF). A blank for the T is
# RFC 3339's.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# DateTimeOffset.MinValue, which .NET services send for "no time" (our reading).
_NO_YEAR = 1

DeviceKey = tuple[str, str, str]


def parse_moment(text: str) -> datetime:
    """Return a point in time in UTC from its ISO 8601 text with seconds and an offset; what is finer than a
    microsecond is cut off. Raises ValueError.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"'{text[:60]}' is not a time such as 2026-01-31T08:00:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' is not a time that exists") from error


def format_moment(moment: datetime) -> str:
    """Return a point in time as ISO 8601 text in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Checkin:
    """One check-in of a user's device; ``at`` is in UTC."""

    user_id: str
    user_principal_name: str | None
    device_name: str | None
    device_platform: str | None
    device_platform_version: str | None
    was_successful: bool
    at: datetime
    error_message: str | None
    applied_policies: tuple[str, ...]

    @property
    def user(self) -> str:
        """What makes two check-ins the same user's: the id, or the name where there is no id."""
        return (self.user_id or self.user_principal_name or "").casefold()

    @property
    def device(self) -> DeviceKey:
        """What makes two check-ins the same device's. Graph gives a device no id, so: user, name and platform (our
        reading).
        """
        return (self.user, (self.device_name or "").casefold(), (self.device_platform or "").casefold())

    @property
    def order(self) -> tuple[datetime, bool, str]:
        """The place of a check-in among those of its device; of two at one time the failed one is the later."""
        return (self.at, not self.was_successful, self.error_message or "")

    @classmethod
    def from_graph(cls, document: t.Any) -> Checkin | None:
        """Read an officeClientCheckinStatus; None where it has no user or no readable time. Raises ValueError for what
        is no such object.
        """
        if not isinstance(document, dict):
            raise ValueError(f"a check-in is {type(document).__name__}, not an object")
        if not isinstance(document.get("wasSuccessful"), bool):
            raise ValueError("a check-in does not tell whether it was successful")
        at = _moment_or_none(document.get("checkinDateTime"))
        if at is None or not (document.get("userId") or document.get("userPrincipalName")):
            return None
        applied = document.get("appliedPolicies") or ()
        if not isinstance(applied, (list, tuple)):
            raise ValueError("the applied policies of a check-in are not a list")
        return cls(
            user_id=str(document.get("userId") or ""),
            user_principal_name=_text(document.get("userPrincipalName")),
            device_name=_text(document.get("deviceName")),
            device_platform=_text(document.get("devicePlatform")),
            device_platform_version=_text(document.get("devicePlatformVersion")),
            was_successful=document["wasSuccessful"],
            at=at,
            error_message=_text(document.get("errorMessage")),
            applied_policies=tuple(str(policy) for policy in applied),
        )


def _text(value: t.Any) -> str | None:
    return None if value is None else str(value)


def _moment_or_none(value: t.Any) -> datetime | None:
    try:
        moment = parse_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.year == _NO_YEAR else moment


def share(good: int, total: int) -> float | None:
    """Return a share from 0 to 1, None of nothing: no data does not count as success."""
    return good / total if total else None


@dataclass(frozen=True)
class Summary:
    """Numbers of users over the last three months, as Graph counts them; None where it gives none."""

    succeeded: int | None = None
    failed: int | None = None

    @property
    def total(self) -> int:
        """The number of users that it counts."""
        return (self.succeeded or 0) + (self.failed or 0)

    @property
    def rate(self) -> float | None:
        """The share of users that succeeded, None without any."""
        return share(self.succeeded or 0, self.total)

    @classmethod
    def from_graph(cls, document: t.Any) -> Summary:
        """Read an officeUserCheckinSummary, or a null. Raises ValueError."""
        if document is None:
            return cls()
        if not isinstance(document, dict):
            raise ValueError(f"the summary of check-ins is {type(document).__name__}, not an object")
        return cls(*(_count(document.get(name), name) for name in ("succeededUserCount", "failedUserCount")))


# JSON knows numbers of thousands of digits, with which nothing could be counted or printed.
_MOST_USERS = 2**63 - 1


def _count(value: t.Any, name: str) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_USERS):
        raise ValueError(f"{name} is {value!r}, not a number of users")
    return value


@dataclass(frozen=True)
class Users:
    """How many users checked in, and how many of them failed."""

    checked_in: int
    failed: int

    @property
    def rate(self) -> float | None:
        """The share of users that did not fail, None without any."""
        return share(self.checked_in - self.failed, self.checked_in)


@dataclass(frozen=True)
class Report:
    """The check-ins of a policy or of a tenant; ``skipped`` have no user or no readable time. ``from_then`` is the
    moment from which on check-ins are in it, None for all.
    """

    summary: Summary = Summary()
    checkins: tuple[Checkin, ...] = ()
    skipped: int = 0
    from_then: datetime | None = None

    @classmethod
    def from_graph(cls, summary: t.Any, statuses: t.Any) -> Report:
        """Read a summary and a list of check-ins, each of which may be null. Raises ValueError."""
        if statuses is not None and not isinstance(statuses, list):
            raise ValueError(f"the check-ins are {type(statuses).__name__}, not a list")
        read = [Checkin.from_graph(status) for status in statuses or ()]
        found = sorted((checkin for checkin in read if checkin is not None), key=_newest_first)
        return cls(Summary.from_graph(summary), tuple(found), len(read) - len(found))

    def since(self, moment: datetime | None) -> Report:
        """Return the report with the check-ins at or after a moment only, with all for None."""
        counted = tuple(checkin for checkin in self.checkins if moment is None or checkin.at >= moment)
        return replace(self, checkins=counted, from_then=moment)

    @property
    def has_data(self) -> bool:
        """Whether anybody is known to have checked in. A summary does not tell when, so none since a moment."""
        return bool(self.checkins) or (self.from_then is None and self.summary.total > 0)

    @property
    def users(self) -> Users:
        """Count users. One failed if the latest check-in of any of the user's devices failed (our reading)."""
        failed = {checkin.user for checkin in latest_by_device(self.checkins) if not checkin.was_successful}
        return Users(len({checkin.user for checkin in self.checkins}), len(failed))

    @property
    def last(self) -> datetime | None:
        """The time of the latest check-in, None without any."""
        return max((checkin.at for checkin in self.checkins), default=None)


def _newest_first(checkin: Checkin) -> tuple[timedelta, DeviceKey, bool]:
    return (datetime.max.replace(tzinfo=UTC) - checkin.at, checkin.device, checkin.was_successful)


def latest_by_device(checkins: t.Iterable[Checkin]) -> list[Checkin]:
    """Return the latest check-in of each device, in no certain order."""
    latest: dict[DeviceKey, Checkin] = {}
    for checkin in checkins:
        known = latest.get(checkin.device)
        if known is None or checkin.order > known.order:
            latest[checkin.device] = checkin
    return list(latest.values())


def stale_devices(checkins: t.Iterable[Checkin], now: datetime, stale_after: int) -> list[tuple[Checkin, int]]:
    """Return the latest check-in of each device that is more than so many days old, with its age in whole days; the
    oldest first.
    """
    stale = [checkin for checkin in latest_by_device(checkins) if (now - checkin.at) / _DAY > stale_after]
    return [(entry, (now - entry.at) // _DAY) for entry in sorted(stale, key=lambda entry: (entry.at, entry.device))]
