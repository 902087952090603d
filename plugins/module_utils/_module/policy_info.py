# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_config_info: policies of the tenant, with as much of each as was asked for."""

from __future__ import annotations

import typing as t

from .._converge.groups import resolved
from .._converge.looks import listed, whole_list
from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy
from .._policy.fields import Field
from .._policy.live_conflicts import Conflicts
from .._policy.policy import Policy, Target, priority_of
from .._policy.reads import Part, unreadable
from .._policy.unset import UNSET
from .arguments import SPECS
from .checkin_results import counts_result, report_warnings
from .conflict_results import conflict_warnings, conflicts_result
from .definition import ModuleDefinition, Opening, Reply, Request
from .parse_options import group_names
from .parse_values import refuse_blank, refuse_half_characters
from .policy_results import assignment_results, config_result, opaque_warnings, unseen_warnings, view_result
from .surfaces import refuse_foreign_task
from .tenant import Tenant

# What to gather that a policy sets on devices, on whichever surface.
_CONTENT = {"content", "payloads", "settings"}


def policy_info(request: Request, opening: Opening) -> Reply:
    """office_client_config_info: policies that match all filters, with what was asked to be gathered."""
    tenant = opening()
    refuse_foreign_task(request.params)
    params, gather = request.params, set(request.params["gather"])
    capabilities = tenant.surface.capabilities
    if "group_names" in gather:
        gather.add("assignments")
    refuse_blank(params["id"], "the filter", "id")
    refuse_half_characters(params["id"], "the filter", "id")
    group = _group_filter(params["group"], tenant)
    assignments = [capabilities.assignments] if "assignments" in gather else []
    fields = [*assignments, *(capabilities.content if gather & _CONTENT else ())]
    among = _listed(params, tenant, fields if group is None else [capabilities.assignments])
    found = [policy for policy in among if matches(policy, params)]
    if group is not None:
        found = _with_fields(found, [capabilities.assignments], tenant)
        found = [policy for policy in found if _has_group(policy, group)]
    found = _with_fields(found, fields, tenant)
    conflicts = _conflicts(found, among, params, tenant) if "conflicts" in gather else None
    unnamed = tenant.surface.read_names(found) if "group_names" in gather else []
    found.sort(key=strongest_first)
    configs = [_info_result(policy, gather, capabilities.fields) for policy in found]
    if "group_names" in gather:
        _add_group_names([entry for config in configs for entry in config["assignments"]], tenant)
    status_warnings = _add_status(configs, found, tenant) if "status" in gather else []
    seen = tenant.surface.capabilities
    told = conflicts_result(conflicts, tenant.directory)
    warnings = [*opaque_warnings(found, capabilities.fields), *tenant.directory.warnings, *unnamed]
    warnings += unseen_warnings(found, seen.view, _all_asked(params))
    warnings += [*conflict_warnings(conflicts), *status_warnings]
    return Reply({"changed": False, "configs": configs, **told, **view_result(seen)}, warnings)


def _group_filter(group: t.Any, tenant: Tenant) -> str | None:
    """Return the id of the group to filter by."""
    if group is None:
        return None
    if isinstance(group, str):
        refuse_blank(group, "the filter", "group")
    return resolved(group_names([group], "group", "the filter"), tenant.directory, None)[0]


def _all_asked(params: t.Mapping[str, t.Any]) -> bool:
    return params["id"] is None and params["display_name"] is None


def _conflicts(
    found: t.Sequence[Policy], among: t.Sequence[Policy], params: t.Mapping[str, t.Any], tenant: Tenant
) -> Conflicts:
    """Return where the asked policies disagree with each other and with all others; ``among`` are those in hand."""
    everything = among if _all_asked(params) else whole_list(tenant.surface)
    ids = {id_key(policy.id) for policy in found}
    return tenant.surface.conflicts(found, [policy for policy in everything if id_key(policy.id) not in ids])


def _listed(params: t.Mapping[str, t.Any], tenant: Tenant, fields: t.Sequence[Field]) -> list[Policy]:
    """Return the policies among which the asked ones are; these ``fields`` of those will be looked at next."""
    policy_id, name = params["id"], params["display_name"]

    def expect(policy: Policy) -> list[Field]:
        return [field for field in fields if field.of(policy) is UNSET] if matches(policy, params) else []

    if policy_id is None:
        asked = [DesiredPolicy("", display_name=name)]
        return list(whole_list(tenant.surface, expect) if name is None else listed(tenant.surface, asked, expect))
    policy = tenant.surface.get_policy(policy_id)
    return [] if policy is None else [policy]


def matches(policy: Policy, params: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a policy has the name and the kind that the options ask for, where they do."""
    wanted = ((params["display_name"], policy.display_name), (params["kind"], policy.kind))
    return all(asked is None or asked == have for asked, have in wanted)


def strongest_first(policy: Policy) -> tuple[t.Any, ...]:
    """Return what to sort policies by, so that the strongest comes first and those without a number last."""
    number = priority_of(policy)
    return (number is None, number, policy.display_name, policy.id)


def _with_fields(policies: t.Sequence[Policy], fields: t.Iterable[Field], tenant: Tenant) -> list[Policy]:
    """Return the policies with these fields known; what the listing carried is not read again.

    Raises UserError that names all policies that cannot be read.
    """
    wanted = [
        (place, Part(policy, field))
        for place, policy in enumerate(policies)
        for field in fields
        if field.of(policy) is UNSET
    ]
    read: list[dict[str, t.Any]] = [{} for _policy in policies]
    values = tenant.surface.look([part for _place, part in wanted])
    failed = [
        (part.policy, value)
        for (_place, part), value in zip(wanted, values, strict=True)
        if isinstance(value, UserError)
    ]
    if failed:
        raise unreadable(failed)
    for (place, part), value in zip(wanted, values, strict=True):
        read[place][part.field.name] = value
    return [policy.with_values(known) for policy, known in zip(policies, read, strict=True)]


def _has_group(policy: Policy, group: str) -> bool:
    assignments = () if policy.assignments is UNSET else policy.assignments
    return any(entry.group_id == group and entry.to is Target.GROUP for entry in assignments)


def _add_group_names(assignments: t.Sequence[dict[str, t.Any]], tenant: Tenant) -> None:
    """Put the name of its group beside the id in each assignment, None where it is gone or may not be read."""
    names = tenant.directory.names(entry["group_id"] for entry in assignments if entry["group_id"])
    for entry in assignments:
        entry["group_name"] = names.get(entry["group_id"])


def _add_status(configs: t.Sequence[dict[str, t.Any]], policies: t.Sequence[Policy], tenant: Tenant) -> list[str]:
    """Put how it went on devices into the result of each policy; return warnings on what could not be counted."""
    reports = tenant.surface.reports_of(policies)
    for config, report in zip(configs, reports, strict=True):
        config["status"] = counts_result(report)
    named = zip(policies, reports, strict=True)
    return [text for policy, report in named for text in report_warnings(policy.named(), report)]


def _info_result(policy: Policy, gather: set[str], fields: t.Sequence[Field]) -> dict[str, t.Any]:
    """Return a policy with exactly what was asked to be gathered."""
    shown = [field for field in fields if gather & _CONTENT or not field.content]
    result = config_result(policy, [field for field in shown if "assignments" in gather or field.name != "assignments"])
    if "assignments" in gather:
        field = next(field for field in fields if field.name == "assignments")
        result["assignments"] = assignment_results(policy.assignments, field)
    if "checkins" in gather:
        result["user_checkin_summary"] = policy.reports.get("user_checkin_summary")
        result["checkin_statuses"] = policy.reports.get("checkin_statuses") or []
    return result


OFFICE_CLIENT_CONFIG_INFO = ModuleDefinition(SPECS["office_client_config_info"], policy_info)
