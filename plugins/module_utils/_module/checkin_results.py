# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From reports on devices to what modules return of them."""

from __future__ import annotations

import typing as t

from .._policy.checkins import FailedSetting, Report, Summary, format_moment, status_result
from .._policy.policy import Policy, priority_of


def tenant_result(report: Report) -> dict[str, t.Any]:
    """Return the check-ins of a tenant, and what they add up to."""
    users = report.users
    return {
        "summary": _summary_result(report.summary),
        "users": {"checked_in": users.checked_in, "failed": users.failed, "rate": users.rate},
        "devices": report.devices,
        **_times_result(report),
    }


def policy_result(policy: Policy, report: Report) -> dict[str, t.Any]:
    """Return the check-ins of a policy, and what they add up to."""
    return {
        "id": policy.id,
        "display_name": policy.display_name,
        "priority": priority_of(policy),
        "summary": _summary_result(report.summary),
        **counts_result(report),
        **_times_result(report),
    }


def counts_result(report: Report) -> dict[str, t.Any]:
    """Return what the check-ins of a policy add up to."""
    users, settings = report.users, report.failed_settings
    return {
        "users": users.checked_in,
        "failed_users": users.failed,
        "rate": users.rate,
        "devices": report.devices,
        "failed_settings": None if settings is None else [_setting_result(each) for each in settings],
        "last_checkin_date_time": None if report.last is None else format_moment(report.last),
    }


def _setting_result(failed: FailedSetting) -> dict[str, t.Any]:
    return {
        "setting": failed.setting or None,
        "name": failed.name or None,
        "error_devices": failed.error_devices,
        "conflict_devices": failed.conflict_devices,
    }


def _times_result(report: Report) -> dict[str, t.Any]:
    return {
        "last_checkin_date_time": None if report.last is None else format_moment(report.last),
        "statuses": [status_result(checkin) for checkin in report.checkins],
        "skipped": report.skipped,
    }


def _summary_result(summary: Summary) -> dict[str, t.Any]:
    return {
        "succeeded_user_count": summary.succeeded,
        "failed_user_count": summary.failed,
        "rate": summary.rate,
    }


def report_warnings(subject: str, report: Report) -> list[str]:
    """Return what a report could not count, a sentence each."""
    return [*report.notes, *([_skipped_warning(subject, report)] if report.skipped else [])]


def _skipped_warning(subject: str, report: Report) -> str:
    count, verb = ("1 check-in", "is") if report.skipped == 1 else (f"{report.skipped} check-ins", "are")
    return f"{subject}: {count} without a user or a readable time {verb} left out"
