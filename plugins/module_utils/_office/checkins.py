# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be read of officeConfiguration beside its policies: check-ins of Office clients.

They come as officeClientCheckinStatus and officeUserCheckinSummary (last beta metadata), and are read into the values
that all surfaces have.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .._policy.checkins import Checkin, Report, Status, Summary, moment_or_none
from .._policy.policy import Policy
from .._policy.reads import Readable

THE_TENANT = "the tenant's check-ins"
# The reports of a policy that hold its check-ins.
_OF_A_POLICY = ("user_checkin_summary", "checkin_statuses")
_OF_THE_TENANT = ("tenantUserCheckinSummary", "tenantCheckinStatuses")
# JSON knows numbers of thousands of digits, with which nothing could be counted or printed.
_MOST_USERS = 2**63 - 1


def report_of_tenant(singleton: t.Mapping[str, t.Any]) -> Report:
    """Read the check-ins of the whole tenant. Raises UserError."""
    return _report(THE_TENANT, "understand them", map(singleton.get, _OF_THE_TENANT))


def report_of_policy(policy: Policy) -> Report:
    """Read the check-ins that came with a policy. Raises UserError."""
    return _report(policy.named(), "understand its check-ins", map(policy.reports.get, _OF_A_POLICY))


def _report(subject: str, action: str, parts: t.Iterable[t.Any]) -> Report:
    try:
        return report_from_graph(*parts)
    except ValueError as error:
        step = "Check api_version; Graph returns check-ins in another form for this tenant"
        raise UserError(subject, action, str(error), step) from error


def report_from_graph(summary: t.Any, statuses: t.Any) -> Report:
    """Read a summary and a list of check-ins, each of which may be null. Raises ValueError."""
    if statuses is not None and not isinstance(statuses, list):
        raise ValueError(f"the check-ins are {type(statuses).__name__}, not a list")
    read = [checkin_from_graph(status) for status in statuses or ()]
    return Report.of(summary_from_graph(summary), read)


def checkin_from_graph(document: t.Any) -> Checkin | None:
    """Read an officeClientCheckinStatus; None where it has no user or no readable time. Raises ValueError for what
    is no such object.
    """
    if not isinstance(document, dict):
        raise ValueError(f"a check-in is {type(document).__name__}, not an object")
    if not isinstance(document.get("wasSuccessful"), bool):
        raise ValueError("a check-in does not say whether it was successful")
    at = moment_or_none(document.get("checkinDateTime"))
    if at is None or not (document.get("userId") or document.get("userPrincipalName")):
        return None
    applied = document.get("appliedPolicies") or ()
    if not isinstance(applied, (list, tuple)):
        raise ValueError("the applied policies of a check-in are not a list")
    return Checkin(
        user_id=str(document.get("userId") or ""),
        user_principal_name=_text(document.get("userPrincipalName")),
        device_name=_text(document.get("deviceName")),
        device_platform=_text(document.get("devicePlatform")),
        device_platform_version=_text(document.get("devicePlatformVersion")),
        status=Status.SUCCEEDED if document["wasSuccessful"] else Status.ERROR,
        at=at,
        error_message=_text(document.get("errorMessage")),
        applied_policies=tuple(str(policy) for policy in applied),
    )


def _text(value: t.Any) -> str | None:
    return None if value is None else str(value)


def summary_from_graph(document: t.Any) -> Summary:
    """Read an officeUserCheckinSummary, or a null. Raises ValueError."""
    if document is None:
        return Summary()
    if not isinstance(document, dict):
        raise ValueError(f"the summary of check-ins is {type(document).__name__}, not an object")
    return Summary(*(_count(document.get(name), name) for name in ("succeededUserCount", "failedUserCount")))


def _count(value: t.Any, name: str) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_USERS):
        raise ValueError(f"{name} is {value!r}, not a number of users")
    return value


@dataclass(frozen=True)
class Listing:
    """Policies of the tenant as they are listed, a tuple: all of them, or those with one id, which are one or none."""

    policy_id: str | None = None


@dataclass(frozen=True)
class TenantCheckins:
    """The check-ins of the whole tenant: the singleton officeConfiguration, a dict as Graph sent it."""


Reading = t.Union[Readable, Listing, TenantCheckins]
