# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One function a module: from validated arguments and a tenant to the result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._converge.apply import Outcome, unforeseen_end
from .._converge.converge import RunOptions, converge
from .._converge.groups import resolved
from .._converge.looks import listed, whole_list
from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy, State
from .._policy.fields import Field
from .._policy.live_conflicts import Conflicts
from .._policy.policy import Policy, Target, priority_of
from .._policy.reads import Part, unreadable
from .._policy.unset import UNSET
from .checkin_results import counts_result, report_warnings
from .conflict_results import conflict_warnings, conflicts_result
from .parse_options import desired_policies, desired_policy, group_names
from .parse_values import refuse_blank, refuse_half_characters
from .problems import problems_of_task
from .results import (
    approval_result,
    assignment_results,
    awaiting_result,
    awaiting_warnings,
    bare_result,
    config_result,
    group_names_result,
    item_result,
    opaque_warnings,
    order_result,
    outcome_result,
    plan_result,
    unseen_warnings,
    view_result,
)
from .run_options import bulk_options, given_order, given_wait, refuse_null
from .surfaces import missing_assignments, refuse_foreign_task
from .tenant import Tenant
from .wave_results import wave_results


@dataclass(frozen=True)
class Request:
    """What a module was asked: validated options, the options as given, and how to run."""

    params: t.Mapping[str, t.Any] = field(repr=False)
    raw: t.Mapping[str, t.Any] = field(repr=False)
    check_mode: bool = False
    diff_mode: bool = False


@dataclass
class Reply:
    """What a module answers; ``error`` makes it a failure."""

    result: dict[str, t.Any]
    warnings: list[str] = field(default_factory=list)
    error: UserError | None = None


# Opens the tenant; options that it is given count in place of those of the request.
Opening = t.Callable[..., Tenant]


@dataclass(frozen=True)
class Late:
    """A handler that opens the tenant where it needs it: what it answers without one takes no login.

    ``load`` returns it, and loads it when it is first called.
    """

    load: t.Callable[[], t.Callable[[Request, Opening], Reply]]


Handler = t.Union[t.Callable[[Request, Tenant], Reply], Late]

# What a run that failed still tells.
_OF_A_FAILURE = ("changed", "actions", "results", "plan", "approval", "awaiting_approval")

# What to gather that a policy sets on devices, on whichever surface.
_CONTENT = {"content", "payloads", "settings"}


def one_policy(request: Request, tenant: Tenant) -> Reply:
    """office_client_config: one policy, shown whole."""
    params, problems = request.params, problems_of_task(request.params)
    desired = desired_policy(params, request.raw, surface=params["surface"], problems=problems)
    options = RunOptions(
        request.check_mode,
        whole_policies=True,
        name_groups=request.diff_mode,
        wait=problems.of(lambda: given_wait(params), None),
        assume_full_view=params["assume_full_view"],
        refused=problems.told(),
    )
    outcome = converge([desired], tenant.surface, tenant.directory, options)
    shown, fields = outcome.items[0].after, outcome.plan.capabilities.fields

    def found() -> dict[str, t.Any]:
        # The groups of a policy are another module's: a created one would show its none, one that was there nothing.
        own = [field for field in fields if field.name != "assignments"]
        return {"config": config_result(shown, own) if shown else {}, **_approval(outcome)}

    return _writer_reply(request, tenant, outcome, found)


def one_assignment(request: Request, tenant: Tenant) -> Reply:
    """office_client_config_assignment: the groups of one policy that exists."""
    params, problems = request.params, problems_of_task(request.params)
    desired = desired_policy(params, request.raw, State.EXISTING, surface=params["surface"], problems=problems)
    wait = problems.of(lambda: given_wait(params), None)
    options = RunOptions(request.check_mode, wait=wait, refused=problems.told())
    if desired.assignments is UNSET and not options.refused:
        raise missing_assignments(params["surface"], desired.named())
    outcome = converge([desired], tenant.surface, tenant.directory, options)
    # EXISTING never ends absent.
    shown = t.cast(Policy, outcome.items[0].after)

    def found() -> dict[str, t.Any]:
        fields = outcome.plan.capabilities.fields
        return {
            "config": config_result(shown, fields),
            "assignments": assignment_results(shown.assignments, outcome.plan.capabilities.assignments),
            **_approval(outcome),
        }

    return _writer_reply(request, tenant, outcome, found)


def _approval(outcome: Outcome) -> dict[str, t.Any]:
    """Return what the result of one policy says of approval, which is nothing unless it depends on a request."""
    waits = {"awaiting_approval": awaiting_result(outcome)}
    return {**waits, "approval": approval_result(outcome.approvals[0])} if 0 in outcome.approvals else waits


def many_policies(request: Request, tenant: Tenant) -> Reply:
    """office_client_configs: a list of policies with their groups."""
    problems = problems_of_task(request.params)
    options = bulk_options(request.params, request.raw, request.check_mode, problems)
    desired = desired_policies(request.params, request.raw, problems)
    options = replace(options, name_groups=request.diff_mode, refused=problems.told())
    outcome = converge(desired, tenant.surface, tenant.directory, options)

    def found() -> dict[str, t.Any]:
        waves, fields = outcome.plan.waves, _without_content(outcome.plan.capabilities.fields)
        name_of = tenant.directory.name_of if request.diff_mode and outcome.error is None else None
        return {
            "configs": [config_result(item.after, fields) for item in outcome.items if item.after],
            "results": [item_result(place, outcome, name_of) for place in range(len(outcome.items))],
            "plan": plan_result(outcome, options.wait is not None),
            "awaiting_approval": awaiting_result(outcome),
            **conflicts_result(outcome.plan.conflicts, tenant.directory),
            **(group_names_result(outcome, name_of) if name_of else {}),
            **({"waves": wave_results(waves, name_of, tenant.surface)} if waves else {}),
        }

    return _writer_reply(request, tenant, outcome, found)


def order_of_policies(request: Request, tenant: Tenant) -> Reply:
    """office_client_config_order: the whole tenant in one declared order."""
    refuse_foreign_task(request.params)
    refuse_null(request.raw)
    options = RunOptions(request.check_mode, order=given_order(request.params), wait=given_wait(request.params))
    outcome = converge([], tenant.surface, tenant.directory, options)
    return _writer_reply(request, tenant, outcome, lambda: {"order": order_result(outcome)})


def policy_info(request: Request, tenant: Tenant) -> Reply:
    """office_client_config_info: policies that match all filters, with what was asked to be gathered."""
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
    hidden = unseen_warnings(found, seen.view, _all_asked(params))
    told = conflicts_result(conflicts, tenant.directory)
    warnings = [*opaque_warnings(found, capabilities.fields), *tenant.directory.warnings, *unnamed, *hidden]
    warnings += [*conflict_warnings(conflicts), *status_warnings]
    return Reply({"changed": False, "configs": configs, **told, **view_result(seen)}, warnings)


def _without_content(fields: t.Iterable[Field]) -> list[Field]:
    """Return the fields of results without content: what was asked for is in the task, what changed in the diff."""
    return [field for field in fields if not field.content]


def _writer_reply(request: Request, tenant: Tenant, outcome: Outcome, found: t.Callable[[], dict[str, t.Any]]) -> Reply:
    try:
        return _whole_reply(request, tenant, outcome, found())
    except Exception as error:
        if request.check_mode:
            raise
        return Reply(bare_result(outcome), error=outcome.error or unforeseen_end(error))


def _whole_reply(request: Request, tenant: Tenant, outcome: Outcome, found: dict[str, t.Any]) -> Reply:
    result = {**outcome_result(outcome, request.diff_mode, tenant.directory.name_of), **found}
    if outcome.error is not None:
        # What the objects look like after a broken run was not read: say what was sent and how far each item got.
        result = {key: result[key] for key in _OF_A_FAILURE if key in result}
    warnings = [
        *opaque_warnings((item.before for item in outcome.items), outcome.plan.capabilities.fields),
        *outcome.plan.warnings,
        *outcome.warnings,
        *awaiting_warnings(outcome),
        *conflict_warnings(outcome.plan.conflicts),
        *tenant.directory.warnings,
    ]
    return Reply(result, warnings, outcome.error)


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
