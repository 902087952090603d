# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the arguments of the bulk modules to the options of a run."""

from __future__ import annotations

import math
import typing as t

from .._converge.apply import OnError
from .._converge.binding import Binding
from .._converge.confirm import Wait
from .._converge.converge import RunOptions
from .._converge.guards import Guards, Prune
from .._converge.item_groups import NamedGroups
from .._converge.order import Order, Unlisted
from .._errors import UserError, all_at_once
from .._policy.limits import limit_of
from .parse_options import group_names
from .problems import Problems

Arguments = t.Mapping[str, t.Any]

_TASK = "the task"
_LONGEST_PATTERN = 1000
_NOT_NULL = (
    "policies",
    "order",
    "prune",
    "prune_scope",
    "protect",
    "max_deletions",
    "max_changes",
    "expect_fingerprint",
    "expect_plan",
    "plan_context",
    "limit_to_groups",
    "reach",
    "check_groups",
    "plan_waves",
)


def bulk_options(params: Arguments, raw: Arguments, check_mode: bool, problems: Problems | None = None) -> RunOptions:
    """Return the options of a run of office_client_configs. What is wrong with them is kept or raised at once."""
    own = Problems() if problems is None else problems
    refuse_null(raw)
    found = RunOptions(
        check_mode=check_mode,
        order=own.of(lambda: given_order(params), None),
        guards=own.of(lambda: _guards(params), Guards()),
        binding=own.of(lambda: _binding(params), Binding()),
        context=params["plan_context"] or {},
        on_error=OnError(params["on_error"]),
        wait=own.of(lambda: given_wait(params), None),
        limit_to_groups=own.of(lambda: _limit_to_groups(params), None),
        check_groups=own.of(lambda: _check_groups(params), ()),
        waves=own.of(lambda: _waves(params, check_mode), ()),
        same_names=params["allow_same_names"],
        assume_full_view=params["assume_full_view"],
        conflicts=params["conflicts"],
    )
    if problems is None and own.found:
        raise all_at_once(own.found)
    return found


def given_wait(params: Arguments) -> Wait | None:
    """Return how long to read back what was written, None for not at all. Raises UserError."""
    timeout = params["wait_timeout"]
    if not (math.isfinite(timeout) and timeout >= 0):
        raise UserError(_TASK, "use wait_timeout", f"{timeout:g} is not a time in seconds", "Give a number from 0 on")
    return Wait(timeout) if params["wait"] else None


def refuse_null(raw: Arguments) -> None:
    """Refuse a null where leaving it out would mean something weaker, such as no limit. Raises UserError."""
    scope = raw.get("prune_scope")
    nulls = [name for name in _NOT_NULL if name in raw and raw[name] is None]
    nulls += (
        [f"prune_scope.{name}" for name, value in scope.items() if value is None] if isinstance(scope, dict) else []
    )
    if nulls:
        raise all_at_once(
            [UserError(_TASK, f"use {name}", "it is null", f"Leave {name} out, or give it a value") for name in nulls]
        )


def given_order(params: Arguments) -> Order | None:
    """Return the declared order, None when there is none."""
    names = params["order"]
    if not names:
        return None
    if any(not name.strip() for name in names):
        raise UserError("the order", "use it", "an entry is empty", "Give ids or display names")
    return Order(tuple(names), Unlisted(params["unlisted"]))


def _guards(params: Arguments) -> Guards:
    return Guards(
        prune=_prune(params),
        protect=_patterns("protect", params["protect"]),
        max_deletions=limit_of("max_deletions", params["max_deletions"]),
        max_changes=limit_of("max_changes", params["max_changes"]),
    )


def _binding(params: Arguments) -> Binding:
    """Return the plan that the run is bound to; of its details nothing is taken on trust."""
    plan = params["expect_plan"]
    if params["expect_part"] != "all" and plan is None and params["expect_fingerprint"] is None:
        cause = "neither expect_fingerprint nor expect_plan is given"
        raise UserError(_TASK, "use expect_part", cause, "Give the plan that the run is bound to, or leave it out")
    return Binding(params["expect_fingerprint"], plan, params["expect_part"] == "definitions")


def _limit_to_groups(params: Arguments) -> tuple[str, ...] | None:
    if params["limit_to_groups"] is None:
        return None
    return group_names(params["limit_to_groups"], "limit_to_groups", _TASK)


def _check_groups(params: Arguments) -> tuple[NamedGroups, ...]:
    """Return the groups that must be there, by the places that name them."""
    named = params["check_groups"] or {}
    return tuple(
        NamedGroups(str(place), group_names(groups, f"check_groups['{place}']", _TASK))
        for place, groups in named.items()
    )


def _waves(params: Arguments, check_mode: bool) -> tuple[NamedGroups, ...]:
    """Return the waves to tell of. Raises UserError."""
    waves = params["plan_waves"] or []
    if waves and not check_mode:
        cause = "it tells what waves would do, and this task is to write, all at once"
        raise UserError(
            _TASK,
            "use plan_waves",
            cause,
            "Give the task check_mode, or use limit_to_groups for one wave after another",
        )
    found = tuple(NamedGroups(wave["name"], group_names(wave["groups"], "plan_waves.groups", _TASK)) for wave in waves)
    names = [wave.place for wave in found]
    if len(set(names)) < len(names):
        raise UserError(_TASK, "use plan_waves", "two waves have one name", "Give each a name of its own")
    return found


def _prune(params: Arguments) -> Prune | None:
    scope = params["prune_scope"] or {}
    if not params["prune"]:
        return None
    if not params["policies"]:
        raise UserError(
            _TASK,
            "prune",
            "policies is empty, so every policy would go",
            "List at least one policy, or leave prune out",
        )
    names = scope.get("display_name")
    if names is not None and not names:
        raise UserError(
            _TASK, "prune", "prune_scope.display_name is empty", "Give patterns, or leave it out for any name"
        )
    parts_of = _patterns("prune_scope.parts_of", scope.get("parts_of"))
    return Prune(
        kinds=tuple(scope.get("kind") or ()),
        names=_patterns("prune_scope.display_name", names) or (() if parts_of else ("*",)),
        parts_of=parts_of,
    )


def _patterns(name: str, patterns: t.Sequence[str] | None) -> tuple[str, ...]:
    """Return patterns of names. Some long ones take minutes to compile, and no name is that long. Raises UserError."""
    for pattern in patterns or ():
        if len(pattern) > _LONGEST_PATTERN:
            cause = f"a pattern has {len(pattern)} characters, more than {_LONGEST_PATTERN}"
            raise UserError(_TASK, f"use {name}", cause, "Shorten it, for example with *")
    return tuple(patterns or ())
