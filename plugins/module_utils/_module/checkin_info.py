# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of office_client_checkin_info: check-ins of a tenant and of its policies, and what they add up to."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime

from .._errors import UserError
from .._policy.checkins import (
    Checkin,
    CheckinsAsked,
    format_moment,
    parse_moment,
    stale_devices,
)
from .._policy.identity import chosen_by
from .._policy.policy import Policy
from .arguments import SPECS
from .checkin_results import policy_result, report_warnings, tenant_result
from .definition import ModuleDefinition, Opening, Reply, Request
from .parse_values import refuse_blank
from .policy_info import matches, strongest_first
from .policy_results import unseen_warnings
from .surfaces import refuse_foreign_task
from .tenant import Tenant

Arguments = t.Mapping[str, t.Any]

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


def checkin_info(request: Request, opening: Opening, now: t.Callable[[], datetime] = _utc_now) -> Reply:
    """office_client_checkin_info: check-ins by policy and of the whole tenant, with rates and stale devices."""
    tenant = opening()
    refuse_foreign_task(request.params)
    options = _options(request.params)
    read = tenant.surface.read_checkins(_asked(request.params, options))
    whole, policies = read.tenant, sorted(read.policies, key=lambda each: strongest_first(each[0]))
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
        result["tenant"] = tenant_result(whole.since(options.since))
    if "policies" in options.parts:
        result["policies"] = [policy_result(policy, report.since(options.since)) for policy, report in policies]
    told = dict.fromkeys(text for each in reports for text in report_warnings(*each))
    return Reply(result, [*told, *_hidden(request.params, [policy for policy, _report in policies], tenant)])


def _hidden(params: Arguments, found: t.Sequence[Policy], tenant: Tenant) -> list[str]:
    """Return a warning where policies may be missing in what was found."""
    if "policies" not in params["gather"]:
        return []
    asked = ("id", "display_name", "policies", "kind")
    return unseen_warnings(found, tenant.surface.capabilities.view, all(params[name] is None for name in asked))


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


def _asked(params: Arguments, options: _Options) -> CheckinsAsked:
    """Return what is asked of the surface."""
    wanted = None if params["policies"] is None else chosen_by(params["policies"])

    def is_chosen(policy: Policy) -> bool:
        return matches(policy, params) and (wanted is None or wanted(policy.display_name, policy.id))

    return CheckinsAsked("tenant" in options.parts, "policies" in options.parts, params["id"], is_chosen)


def _stale_result(checkin: Checkin, days: int) -> dict[str, t.Any]:
    return {
        "user_principal_name": checkin.user_principal_name,
        "device_name": checkin.device_name,
        "last_checkin_date_time": format_moment(checkin.at),
        "days": days,
    }


OFFICE_CLIENT_CHECKIN_INFO = ModuleDefinition(SPECS["office_client_checkin_info"], checkin_info)
