# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of office_client_checkin_info: check-ins of a tenant and of its policies, and what they add up to."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime

from .._errors import UserError
from .._office.checkins import Checkin, Report, Summary, format_moment, parse_moment, stale_devices
from .._office.reads import Listing, Reading, TenantCheckins
from .._office.surface import OfficeSurface
from .._policy.policy import Policy, priority_of
from .handlers import Reply, Request, matches, strongest_first
from .parse_values import refuse_blank
from .surfaces import OFFICE, refuse_foreign_task
from .tenant import Tenant

Arguments = t.Mapping[str, t.Any]

PARTS = ("tenant", "policies")
_OF_A_POLICY = ("user_checkin_summary", "checkin_statuses")
STALE_AFTER = 30

_TASK = "the task"
_THE_TENANT = "the tenant's check-ins"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Options:
    """What was asked: which parts, the days after which a device is stale, and from when on check-ins count."""

    parts: t.Collection[str]
    stale_after: int
    since: datetime | None


def checkin_info(request: Request, tenant: Tenant, now: t.Callable[[], datetime] = _utc_now) -> Reply:
    """office_client_checkin_info: check-ins by policy and of the whole tenant, with rates and stale devices."""
    refuse_foreign_task(request.params)
    if not isinstance(tenant.surface, OfficeSurface):
        cause = f"devices check in to officeConfiguration, not to surface {request.params['surface']}"
        raise UserError(_THE_TENANT, "read them", cause, f"Leave this task out, or give it surface: {OFFICE}")
    options = _options(request.params)
    whole, policies = _read(request.params, options, tenant.surface)
    reports = [(_THE_TENANT, whole)] if whole else []
    reports += [(policy.named(), report) for policy, report in policies]
    everything = [checkin for _subject, report in reports for checkin in report.checkins]
    stale = stale_devices(everything, now(), options.stale_after)
    result: dict[str, t.Any] = {
        "changed": False,
        "stale_devices": [_stale_result(checkin, days) for checkin, days in stale],
        "data": any(report.since(options.since).has_data for _subject, report in reports),
    }
    if whole is not None:
        result["tenant"] = _tenant_result(whole.since(options.since))
    if "policies" in options.parts:
        result["policies"] = [_policy_result(policy, report.since(options.since)) for policy, report in policies]
    return Reply(result, [_skipped_warning(subject, report) for subject, report in reports if report.skipped])


def _options(params: Arguments) -> _Options:
    """Return what the options ask for. Raises UserError."""
    if not params["gather"]:
        raise UserError(
            _TASK,
            "use gather",
            "it is empty, so nothing would be read",
            "Leave it out, or give tenant, policies or both",
        )
    stale_after = params["stale_after"]
    if stale_after < 0:
        raise UserError(
            _TASK, "use stale_after", f"{stale_after} is not a number of days", "Give a whole number from 0 on"
        )
    refuse_blank(params["id"], _TASK, "id")
    return _Options(params["gather"], stale_after, _since(params["since"]))


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_moment(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)
    except ValueError as error:
        raise UserError(
            _TASK,
            "use since",
            str(error),
            "Give an ISO 8601 time with seconds and Z or an offset, or leave since out for all check-ins",
        ) from error


def _read(
    params: Arguments, options: _Options, surface: OfficeSurface
) -> tuple[Report | None, list[tuple[Policy, Report]]]:
    """Return the report of the tenant, None if it was not asked for, and those of the chosen policies."""
    wanted: dict[str, Reading] = {"tenant": TenantCheckins(), "policies": Listing(params["id"])}
    parts = [part for part in PARTS if part in options.parts]
    read = dict(zip(parts, surface.read([wanted[part] for part in parts]), strict=True))
    chosen = sorted((policy for policy in read.get("policies", ()) if matches(policy, params)), key=strongest_first)
    policies = [(policy, _report(policy.named(), *map(policy.reports.get, _OF_A_POLICY))) for policy in chosen]
    if "tenant" not in read:
        return None, policies
    singleton = read["tenant"]
    summary, statuses = (singleton.get(name) for name in ("tenantUserCheckinSummary", "tenantCheckinStatuses"))
    return _report(_THE_TENANT, summary, statuses), policies


def _report(subject: str, summary: t.Any, statuses: t.Any) -> Report:
    try:
        return Report.from_graph(summary, statuses)
    except ValueError as error:
        raise UserError(
            subject,
            "understand its check-ins" if subject != _THE_TENANT else "understand them",
            str(error),
            "Check api_version; the tenant's Graph sends another form of them than it used to",
        ) from error


def _tenant_result(report: Report) -> dict[str, t.Any]:
    users = report.users
    return {
        "summary": _summary_result(report.summary),
        "users": {"checked_in": users.checked_in, "failed": users.failed, "rate": users.rate},
        "last_checkin_date_time": _moment_result(report.last),
        "statuses": [_status_result(checkin) for checkin in report.checkins],
        "skipped": report.skipped,
    }


def _policy_result(policy: Policy, report: Report) -> dict[str, t.Any]:
    users = report.users
    return {
        "id": policy.id,
        "display_name": policy.display_name,
        "priority": priority_of(policy),
        "summary": _summary_result(report.summary),
        "users": users.checked_in,
        "failed_users": users.failed,
        "rate": users.rate,
        "last_checkin_date_time": _moment_result(report.last),
        "statuses": [_status_result(checkin) for checkin in report.checkins],
        "skipped": report.skipped,
    }


def _summary_result(summary: Summary) -> dict[str, t.Any]:
    return {
        "succeeded_user_count": summary.succeeded,
        "failed_user_count": summary.failed,
        "rate": summary.rate,
    }


def _moment_result(moment: datetime | None) -> str | None:
    return None if moment is None else format_moment(moment)


def _status_result(checkin: Checkin) -> dict[str, t.Any]:
    return {
        "user_id": checkin.user_id or None,
        "user_principal_name": checkin.user_principal_name,
        "device_name": checkin.device_name,
        "device_platform": checkin.device_platform,
        "device_platform_version": checkin.device_platform_version,
        "was_successful": checkin.was_successful,
        "checkin_date_time": format_moment(checkin.at),
        "error_message": checkin.error_message,
        "applied_policies": list(checkin.applied_policies),
    }


def _stale_result(checkin: Checkin, days: int) -> dict[str, t.Any]:
    return {
        "user_principal_name": checkin.user_principal_name,
        "device_name": checkin.device_name,
        "last_checkin_date_time": format_moment(checkin.at),
        "days": days,
    }


def _skipped_warning(subject: str, report: Report) -> str:
    left_out = "1 check-in is" if report.skipped == 1 else f"{report.skipped} check-ins are"
    return f"{subject}: {left_out} left out, having no user or no readable time"
