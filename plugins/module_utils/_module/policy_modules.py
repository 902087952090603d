# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that write policies: each goes from validated options to the result."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._converge.apply import Outcome
from .._converge.converge import RunOptions, converge
from .._errors import unforeseen_end
from .._policy.desired import State
from .._policy.fields import Field
from .._policy.policy import Policy
from .._policy.unset import UNSET
from .arguments import ONE_IDENTITY, SPECS
from .conflict_results import conflict_warnings, conflicts_result
from .definition import ModuleDefinition, Opening, Reply, Request
from .parse_options import desired_policies, desired_policy
from .policy_results import assignment_results, config_result, opaque_warnings
from .problems import problems_of_task
from .results import (
    approval_result,
    awaiting_result,
    awaiting_warnings,
    bare_result,
    group_names_result,
    item_result,
    order_result,
    outcome_result,
    plan_result,
    wave_results,
)
from .run_options import bulk_options, given_order, given_wait, refuse_null
from .surfaces import missing_assignments, refuse_foreign_task
from .tenant import Tenant

# What a run that failed still tells.
_OF_A_FAILURE = ("changed", "actions", "results", "plan", "approval", "awaiting_approval")


def one_policy(request: Request, opening: Opening) -> Reply:
    """office_client_config: one policy, shown whole."""
    tenant = opening()
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


def one_assignment(request: Request, opening: Opening) -> Reply:
    """office_client_config_assignment: the groups of one policy that exists."""
    tenant = opening()
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


def many_policies(request: Request, opening: Opening) -> Reply:
    """office_client_configs: a list of policies with their groups."""
    tenant = opening()
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


def order_of_policies(request: Request, opening: Opening) -> Reply:
    """office_client_config_order: the whole tenant in one declared order."""
    tenant = opening()
    refuse_foreign_task(request.params)
    refuse_null(request.raw)
    options = RunOptions(request.check_mode, order=given_order(request.params), wait=given_wait(request.params))
    outcome = converge([], tenant.surface, tenant.directory, options)
    return _writer_reply(request, tenant, outcome, lambda: {"order": order_result(outcome)})


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


OFFICE_CLIENT_CONFIG = ModuleDefinition(SPECS["office_client_config"], one_policy, ONE_IDENTITY)
OFFICE_CLIENT_CONFIG_ASSIGNMENT = ModuleDefinition(
    SPECS["office_client_config_assignment"], one_assignment, ONE_IDENTITY
)
OFFICE_CLIENT_CONFIG_ORDER = ModuleDefinition(SPECS["office_client_config_order"], order_of_policies)
OFFICE_CLIENT_CONFIGS = ModuleDefinition(SPECS["office_client_configs"], many_policies)
