# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of status reports as check-ins: what a status means, and who and what a row is about. Pure.

Public records show a status as a number and as words, ``ReportStatus`` in English and ``PolicyStatus_loc`` in the
tenant's language. Only Succeeded, which is 2, is recorded; the other numbers go by the order of Graph's compliance
status (our reading), so words that are known count before them.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from .._errors import plain
from .._policy.checkins import Checkin, FailedSetting, Report, Status, Summary, latest_by_device, moment_or_none
from .._policy.policy import Policy
from .catalog import Catalog
from .keys import name_of
from .report_tables import Row

# Columns of the report on a policy's devices.
_DEVICE, _DEVICE_NAME, _USER, _UPN = "IntuneDeviceId", "DeviceName", "UserId", "UPN"
_NUMBER, _WORDS = "PolicyStatus", ("ReportStatus", "PolicyStatus_loc")
_TIME = "PspdpuLastModifiedTimeUtc"
_PLATFORM = ("UnifiedPolicyPlatformType_loc", "UnifiedPolicyPlatformType")
DEVICE_COLUMNS = frozenset((_DEVICE, _DEVICE_NAME, _USER, _UPN, _NUMBER, *_WORDS, _TIME, *_PLATFORM))
# Of each of these, one at least is needed to make anything of a row.
NEEDED_OF_DEVICES = (frozenset((_DEVICE, _DEVICE_NAME)), frozenset((_NUMBER, *_WORDS)), frozenset((_TIME,)))
# Columns of the summary of a policy's settings.
_SETTING, _SETTING_NAME = "SettingId", "SettingName"
_ERRORS, _CONFLICTS = ("NumberOfErrorDevices", "NumberOfNonCompliantDevices"), ("NumberOfConflictDevices",)
SETTING_COLUMNS = frozenset((_SETTING, _SETTING_NAME, *_ERRORS, *_CONFLICTS))
NEEDED_OF_SETTINGS = (frozenset((_SETTING, _SETTING_NAME)), frozenset((*_ERRORS, *_CONFLICTS)))

_BY_WORD = {
    "succeeded": Status.SUCCEEDED,
    "compliant": Status.SUCCEEDED,
    "remediated": Status.SUCCEEDED,
    "error": Status.ERROR,
    "noncompliant": Status.ERROR,
    "conflict": Status.CONFLICT,
    "pending": Status.PENDING,
    "notapplicable": Status.NOT_APPLICABLE,
    "notassigned": Status.NOT_APPLICABLE,
}
_BY_NUMBER = dict(
    enumerate(
        (
            *(Status.PENDING, Status.NOT_APPLICABLE, Status.SUCCEEDED, Status.SUCCEEDED),
            *(Status.ERROR, Status.ERROR, Status.CONFLICT, Status.NOT_APPLICABLE),
        )
    )
)
_NOBODY = "00000000-0000-0000-0000-000000000000"
# The name of the column says that its times are in UTC; not every row says so, too.
_OFFSET = re.compile(r"([Zz]|[+-]\d\d:\d\d)\Z")
# Ids of settings have up to 278 characters.
_LONGEST, _LONGEST_ID = 200, 400
_MOST_TOLD = 3


def report_of_rows(policy: Policy, rows: t.Iterable[Row]) -> Report:
    """Return the report of a policy: of each device and user the newest row alone."""
    read = [_checkin_of(str(policy.id), row) for row in rows]
    found = latest_by_device(checkin for checkin in read if checkin is not None)
    skipped = [None for checkin in read if checkin is None]
    return Report.of(Summary(), [*found, *skipped], failed_settings=(), notes=tuple(_unknown_note(policy, found)))


def _checkin_of(policy_id: str, row: Row) -> Checkin | None:
    """Read a row, None for one without a readable time, or with neither a device nor a user."""
    device, name, user, upn = (_text(row.get(column)) for column in (_DEVICE, _DEVICE_NAME, _USER, _UPN))
    device, user = (None if text == _NOBODY else text for text in (device, user))
    at = moment_or_none(_with_offset(row.get(_TIME)))
    if at is None or not (device or name or user or upn):
        return None
    status, words = status_of(row)
    return Checkin(
        user_id=user or "",
        user_principal_name=upn,
        device_name=name,
        device_platform=next((text for column in _PLATFORM if (text := _text(row.get(column)))), None),
        device_platform_version=None,
        status=status,
        at=at,
        error_message=words if status in (Status.ERROR, Status.CONFLICT, Status.UNKNOWN) else None,
        device_id=device or "",
        policy_id=policy_id,
    )


def status_of(row: Row) -> tuple[Status, str]:
    """Return the status of a row, and what Graph calls it."""
    told = [text for column in _WORDS if (text := _text(row.get(column)))]
    number = _text(row.get(_NUMBER)) or ""
    shown = plain(told[0] if told else number, _LONGEST)
    known = [_BY_WORD[key] for text in told if (key := _letters(text)) in _BY_WORD]
    if known:
        return known[0], shown
    is_number = number.isascii() and number.isdigit() and len(number) < len(str(_LONGEST))
    return _BY_NUMBER.get(int(number), Status.UNKNOWN) if is_number else Status.UNKNOWN, shown


def failed_settings_of(rows: t.Iterable[Row], catalog: Catalog) -> tuple[FailedSetting, ...]:
    """Return the settings of a summary that failed on any device, those that failed most often first."""
    found = [
        FailedSetting(
            setting=plain(name_of(_text(row.get(_SETTING)) or "", catalog), _LONGEST_ID),
            name=plain(_text(row.get(_SETTING_NAME)) or "", _LONGEST),
            error_devices=sum(_count(row.get(column)) for column in _ERRORS),
            conflict_devices=sum(_count(row.get(column)) for column in _CONFLICTS),
        )
        for row in rows
    ]
    failed = [each for each in found if each.error_devices or each.conflict_devices]
    return tuple(
        sorted(failed, key=lambda each: (-each.error_devices - each.conflict_devices, each.setting, each.name))
    )


def _unknown_note(policy: Policy, checkins: t.Iterable[Checkin]) -> list[str]:
    """Return the sentence on statuses that mean nothing here, if there are any."""
    unknown = Counter(checkin.error_message for checkin in checkins if checkin.status is Status.UNKNOWN)
    if not unknown:
        return []
    words = ", ".join(f"'{text}'" for text in sorted(map(str, unknown))[:_MOST_TOLD])
    more = f" and {len(unknown) - _MOST_TOLD} more" if len(unknown) > _MOST_TOLD else ""
    cause = f"this collection does not know the status {words}{more}, which counts neither as success nor as failure"
    return [f"{policy.named()}: {cause}"]


def _with_offset(value: t.Any) -> t.Any:
    if not isinstance(value, str) or _OFFSET.search(value):
        return value
    return f"{value}Z"


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())


def _text(value: t.Any) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) or not str(value).strip() else str(value).strip()


def _count(value: t.Any) -> int:
    """Return a number of devices, 0 for what is not one."""
    text = _text(value) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else 0
