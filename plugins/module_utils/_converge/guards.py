# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a bulk run from doing more than was meant: pruning within bounds, and limits before the first write.
Pure.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t
from dataclasses import dataclass

from .._errors import UserError, plain
from .._policy.desired import DesiredPolicy, State
from .._policy.limits import Limit
from .._policy.part_names import owner_of_part
from .._policy.policy import Policy
from .match import Match

_TASK = "the task"
_SHOWN = 10
# Pruned policies that a task may delete without being told a limit.
DEFAULT_PRUNE_LIMIT = 5


@dataclass(frozen=True)
class Prune:
    """Which unlisted policies are to be deleted: of these kinds (none: any), with a name like one of these patterns, or
    parts of a policy with a name like one of ``parts_of``.
    """

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ("*",)
    parts_of: tuple[str, ...] = ()

    def takes(self, policy: Policy) -> bool:
        """Tell whether a policy may be deleted."""
        if self.kinds and policy.kind not in self.kinds:
            return False
        owner = owner_of_part(policy.display_name, policy.description) if self.parts_of else None
        return _like(policy.display_name, self.names) or (owner is not None and _like(owner, self.parts_of))


@dataclass(frozen=True)
class Guards:
    """The bounds of a bulk run; None is no limit of the user's own."""

    prune: Prune | None = None
    protect: tuple[str, ...] = ()
    max_deletions: Limit | None = None
    max_changes: Limit | None = None


def prunable(matches: t.Sequence[Match], live: t.Sequence[Policy], guards: Guards) -> tuple[Match, ...]:
    """Return the deletions of live policies that are not listed, within the scope and not protected."""
    if guards.prune is None:
        return ()
    listed = {found.live.id for found in matches if found.live}
    scope = guards.prune
    return tuple(
        Match(DesiredPolicy(label="prune", state=State.ABSENT, id=policy.id, display_name=policy.display_name), policy)
        for policy in live
        if policy.id not in listed and scope.takes(policy) and not _like(policy.display_name, guards.protect)
    )


def too_wide(guards: Guards) -> list[UserError]:
    """Return the error for a prune whose patterns hold no character that a name must have, if it is one.

    Nobody means all others' policies by them. A set of characters is none: what names of one team begin with is more
    than one letter.
    """
    patterns = (*guards.prune.names, *guards.prune.parts_of) if guards.prune else ()
    loose = [pattern for pattern in patterns if not re.sub(r"\[!?\]?[^]]*\]|[*?\s]", "", pattern)]
    if not loose:
        return []
    what = "is missing, or is '*'" if loose == ["*"] else f"holds '{loose[0]}'"
    cause = f"on this surface other teams keep policies, too, and prune_scope.display_name {what}"
    step = "Give prune_scope.display_name patterns that only names of yours match"
    return [UserError(_TASK, "prune", cause, step)]


def protected(matches: t.Sequence[Match], guards: Guards) -> dict[int, UserError]:
    """Return the error for each listed policy that is protected and to be deleted, by the place of the item."""
    return {
        place: UserError(
            f"{found.desired.label} {found.live.named()}",
            "delete it",
            "protect names it",
            "Take the item out, or change protect",
        )
        for place, found in enumerate(matches)
        if found.live and found.desired.state is State.ABSENT and _like(found.live.display_name, guards.protect)
    }


def check_deletions(matches: t.Sequence[Match], listed: int, total: int, guards: Guards) -> None:
    """Refuse to delete more than is allowed, before all that would go is read; those behind ``listed`` are pruned.

    Where pruning spares some of these, which only reading them tells, they must not be among the matches. Raises
    UserError.
    """
    names = [
        (place, found.live.display_name)
        for place, found in enumerate(matches)
        if found.live and found.desired.state is State.ABSENT
    ]
    pruned = [name for place, name in names if place >= listed]
    check_limits(deleted=[name for _place, name in names], pruned=pruned, changed=[], total=total, guards=guards)


def check_limits(
    deleted: t.Sequence[str], pruned: t.Sequence[str], changed: t.Sequence[str], total: int, guards: Guards
) -> None:
    """Refuse a plan that deletes or changes more than is allowed, and say what it would have done.

    ``deleted`` names all policies it deletes, ``pruned`` those of them that are not listed, ``changed`` all it writes
    to; ``total`` is the number of live policies. Raises UserError.
    """
    checks = (
        (guards.max_deletions, deleted, "delete", "max_deletions"),
        (None if guards.max_deletions else Limit(DEFAULT_PRUNE_LIMIT), pruned, "prune", "max_deletions"),
        (guards.max_changes, changed, "change", "max_changes"),
    )
    for limit, names, verb, option in checks:
        if limit is not None and not limit.allows(len(names), total):
            shown = ", ".join(f"'{name}'" for name in names[:_SHOWN])
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            raise UserError(
                _TASK,
                f"{verb} {len(names)} of {total} policies",
                f"{option} allows {limit}; it would {verb} {shown}{more}",
                f"Nothing was written; check the list, or raise {option} if this is meant",
            )


def unmatched_patterns(live: t.Sequence[Policy], guards: Guards) -> list[str]:
    """Return a warning for each pattern of ``protect`` that protects no live policy: it may be mistyped."""
    names = [policy.display_name for policy in live]
    doubt = "matches no policy of the tenant. Check its spelling, upper and lower case too."
    return [
        plain(f"protect: '{pattern}' {doubt}", 1200)
        for pattern in dict.fromkeys(guards.protect)
        if not any(_like(name, [pattern]) for name in names)
    ]


def _like(name: str, patterns: t.Iterable[str]) -> bool:
    """Tell whether a name is like one of the patterns, or is one of them to the letter, brackets and all."""
    return any(name == pattern or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
