# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The singleton officeConfiguration: the tenant's check-in data."""

from __future__ import annotations

from ..wire import Answer
from .exchange import Exchange
from .query import check_select
from .render import selected
from .schema import SINGLETON_PROPERTIES


def get_singleton(exchange: Exchange) -> Answer:
    """200; check-in data are those of the state file, else summed up from the policies."""
    check_select(exchange.select, SINGLETON_PROPERTIES, "microsoft.graph.officeConfiguration")
    policies = [policy for _unused, policy in exchange.tenant.policies.items(exchange.lag)]
    derived = {
        "tenantCheckinStatuses": [dict(status) for policy in policies for status in policy.checkin_statuses],
        "tenantUserCheckinSummary": {
            "succeededUserCount": sum(policy.succeeded_user_count for policy in policies),
            "failedUserCount": sum(policy.failed_user_count for policy in policies),
        },
    }
    context = {"@odata.context": exchange.context("officeConfiguration")}
    return Answer(200, {**context, **selected(exchange, {**derived, **exchange.tenant.checkins})})
