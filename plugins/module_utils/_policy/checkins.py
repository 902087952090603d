# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How policies went on devices, as values: single check-ins, and what they say about users and devices.

Every surface makes these of what Graph sends it, and all counts are made of them here. Nothing asks a clock or the
wire.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .policy import Policy

_DAY = timedelta(days=1)
# Edm.DateTimeOffset: the offset is always there, a fraction has up to 12 digits (OData ABNF). A blank for the T is
# RFC 3339's.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# DateTimeOffset.MinValue, which .NET services send for "no time" (our reading).
_NO_YEAR = 1

Key = tuple[str, ...]


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


def moment_or_none(value: t.Any) -> datetime | None:
    """Return a point in time of an answer, None where it is none or means that there is none."""
    try:
        moment = parse_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.year == _NO_YEAR else moment


def format_moment(moment: datetime) -> str:
    """Return a point in time as ISO 8601 text in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Status(enum.Enum):
    """How a policy went on a device, the worst first. UNKNOWN is one that Graph has and this collection does not."""

    ERROR = "error"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    NOT_APPLICABLE = "not_applicable"


_WORST_FIRST = list(Status)
# A policy that is in conflict with another one is not applied (Intune page "device profiles", conflicts).
_WAS_SUCCESSFUL = {Status.SUCCEEDED: True, Status.ERROR: False, Status.CONFLICT: False}


@dataclass(frozen=True)
class Checkin:
    """How a policy, or all of them, went on a device for a user; ``at`` is in UTC.

    Not every surface tells each of these; ``device_id`` and ``policy_id`` are "" where it does not.
    """

    user_id: str
    user_principal_name: str | None
    device_name: str | None
    device_platform: str | None
    device_platform_version: str | None
    status: Status
    at: datetime
    error_message: str | None = None
    applied_policies: tuple[str, ...] = ()
    device_id: str = ""
    policy_id: str = ""

    @property
    def was_successful(self) -> bool | None:
        """Whether the policy was applied, None where there is no result."""
        return _WAS_SUCCESSFUL.get(self.status)

    @property
    def user(self) -> str:
        """What makes two check-ins the same user's: the id, or the name where there is no id; "" for nobody's."""
        return (self.user_id or self.user_principal_name or "").casefold()

    @property
    def machine(self) -> Key:
        """What makes two check-ins the same machine's: its id. Where Graph gives none: user, name and platform (our
        reading).
        """
        if self.device_id:
            return (self.device_id.casefold(),)
        return (self.user, (self.device_name or "").casefold(), (self.device_platform or "").casefold())

    @property
    def device(self) -> Key:
        """What makes two check-ins the same one at different times: policy, machine and user."""
        return (self.policy_id.casefold(), *self.machine, self.user)

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The place of a check-in among those of its device; of two at one time the worse one is the later."""
        return (self.at, -_WORST_FIRST.index(self.status), self.error_message or "")


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


@dataclass(frozen=True)
class Users:
    """How many users have a result, and how many of them failed."""

    checked_in: int
    failed: int

    @property
    def rate(self) -> float | None:
        """The share of users that did not fail, None without any."""
        return share(self.checked_in - self.failed, self.checked_in)


class People(t.NamedTuple):
    """Users with a result, those of them that failed, and those of these that have a conflict."""

    known: set[Key]
    failed: set[Key]
    conflicting: set[Key]


def people_in(lists: t.Iterable[t.Iterable[Checkin]]) -> People:
    """Return who has a result in check-ins of several policies, a list for each.

    A user failed if the latest check-in of any of the user's devices failed for any policy (our reading). A check-in of
    nobody is about the users that its machine has in other ones, and about the machine where it has none.
    """
    latest = [checkin for each in lists for checkin in latest_by_device(each)]
    owners: dict[Key, set[Key]] = {}
    for checkin in latest:
        if checkin.user:
            owners.setdefault(checkin.machine, set()).add((checkin.user,))
    found = People(set(), set(), set())
    for checkin in latest:
        who = {(checkin.user,)} if checkin.user else owners.get(checkin.machine, {("", *checkin.machine)})
        if checkin.was_successful is not None:
            found.known.update(who)
        if checkin.was_successful is False:
            found.failed.update(who)
        if checkin.status is Status.CONFLICT:
            found.conflicting.update(who)
    return found


def counted_devices(checkins: t.Iterable[Checkin]) -> dict[str, int]:
    """Return the number of devices (``total``), and by status, each by the worst of its latest check-ins."""
    worst: dict[Key, int] = {}
    for checkin in latest_by_device(checkins):
        place = _WORST_FIRST.index(checkin.status)
        worst[checkin.machine] = min(place, worst.get(checkin.machine, place))
    places = list(worst.values())
    return {"total": len(places), **{each.value: places.count(place) for place, each in enumerate(_WORST_FIRST)}}


@dataclass(frozen=True)
class FailedSetting:
    """A setting that failed on devices: its key as users write it and its name, "" where Graph does not tell them, and
    the number of devices by how it failed.
    """

    setting: str
    name: str
    error_devices: int
    conflict_devices: int


@dataclass(frozen=True)
class Report:
    """The check-ins of a policy or of a tenant; ``skipped`` have no user and no device, or no readable time.

    ``from_then`` is the moment from which on check-ins are in it, None for all. ``failed_settings`` is None where
    nothing tells them; ``notes`` are sentences on what could not be read or counted.
    """

    summary: Summary = Summary()
    checkins: tuple[Checkin, ...] = ()
    skipped: int = 0
    from_then: datetime | None = None
    failed_settings: tuple[FailedSetting, ...] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, summary: Summary, checkins: t.Iterable[Checkin | None], **more: t.Any) -> Report:
        """Return the report of check-ins as they were read, None for each that is skipped."""
        read = list(checkins)
        found = sorted((checkin for checkin in read if checkin is not None), key=_newest_first)
        return cls(summary, tuple(found), len(read) - len(found), **more)

    def since(self, moment: datetime | None) -> Report:
        """Return the report with the check-ins at or after a moment only, with all for None."""
        counted = tuple(checkin for checkin in self.checkins if moment is None or checkin.at >= moment)
        return replace(self, checkins=counted, from_then=moment)

    @property
    def has_data(self) -> bool:
        """Whether there is any result. A summary does not tell when, so none since a moment."""
        has_results = any(checkin.was_successful is not None for checkin in self.checkins)
        return has_results or (self.from_then is None and self.summary.total > 0)

    @property
    def users(self) -> Users:
        """Count users with a result (see ``people_in``)."""
        people = people_in([self.checkins])
        return Users(len(people.known), len(people.failed))

    @property
    def devices(self) -> dict[str, int]:
        """Count devices (see ``counted_devices``)."""
        return counted_devices(self.checkins)

    @property
    def last(self) -> datetime | None:
        """The time of the latest check-in, None without any."""
        return max((checkin.at for checkin in self.checkins), default=None)


@dataclass(frozen=True)
class CheckinsAsked:
    """What is asked of check-ins: those of the ``tenant``, of ``policies``, or both.

    ``is_chosen`` tells which policies count; with ``policy_id`` there is but the one with this id.
    """

    tenant: bool
    policies: bool
    policy_id: str | None
    is_chosen: t.Callable[[Policy], bool]


@dataclass(frozen=True)
class CheckinsRead:
    """The report of the tenant, None where it was not asked for, and those of the policies that count."""

    tenant: Report | None
    policies: t.Sequence[tuple[Policy, Report]]


def _newest_first(checkin: Checkin) -> tuple[timedelta, Key, int]:
    return (datetime.max.replace(tzinfo=UTC) - checkin.at, checkin.device, _WORST_FIRST.index(checkin.status))


def latest_by_device(checkins: t.Iterable[Checkin]) -> list[Checkin]:
    """Return the latest check-in of each policy on each device for each user, in no certain order."""
    return _latest(checkins, lambda checkin: checkin.device)


def _latest(checkins: t.Iterable[Checkin], key: t.Callable[[Checkin], Key]) -> list[Checkin]:
    latest: dict[Key, Checkin] = {}
    for checkin in checkins:
        known = latest.get(key(checkin))
        if known is None or checkin.order > known.order:
            latest[key(checkin)] = checkin
    return list(latest.values())


def stale_devices(checkins: t.Iterable[Checkin], now: datetime, stale_after: int) -> list[tuple[Checkin, int]]:
    """Return the latest check-in of each machine that is more than so many days old, with its age in whole days; the
    oldest first.
    """
    latest = _latest(checkins, lambda checkin: checkin.machine)
    stale = [checkin for checkin in latest if (now - checkin.at) / _DAY > stale_after]
    return [(entry, (now - entry.at) // _DAY) for entry in sorted(stale, key=lambda entry: (entry.at, entry.device))]


def status_result(checkin: Checkin) -> dict[str, t.Any]:
    """Return a check-in as modules return it."""
    return {
        "user_id": checkin.user_id or None,
        "user_principal_name": checkin.user_principal_name,
        "device_id": checkin.device_id or None,
        "device_name": checkin.device_name,
        "device_platform": checkin.device_platform,
        "device_platform_version": checkin.device_platform_version,
        "policy_id": checkin.policy_id or None,
        "status": checkin.status.value,
        "was_successful": checkin.was_successful,
        "checkin_date_time": format_moment(checkin.at),
        "error_message": checkin.error_message,
        "applied_policies": list(checkin.applied_policies),
    }


def checkins_of(results: t.Sequence[t.Mapping[str, t.Any]]) -> list[Checkin]:
    """Return check-ins that a module returned, for counting them again: their order tells their time, latest first.

    Results of older releases have no ``status``, and ``was_successful`` says it all.
    """
    last = datetime.max.replace(tzinfo=UTC)
    return [_checkin_of(result, last - timedelta(seconds=place)) for place, result in enumerate(results)]


def _checkin_of(result: t.Mapping[str, t.Any], at: datetime) -> Checkin:
    plain = Status.SUCCEEDED if result.get("was_successful") else Status.ERROR
    return Checkin(
        user_id=str(result.get("user_id") or ""),
        user_principal_name=str(result.get("user_principal_name") or "") or None,
        device_name=str(result.get("device_name") or "") or None,
        device_platform=str(result.get("device_platform") or "") or None,
        device_platform_version=None,
        status=next((each for each in Status if each.value == result.get("status")), plain),
        at=at,
        device_id=str(result.get("device_id") or ""),
        policy_id=str(result.get("policy_id") or ""),
    )
