# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a plan is the one that was approved, and what a refusal says has changed since. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .._ids import id_key
from .._policy.desired import GROUP_OPTIONS
from .fingerprint import Details, key_of, split, text_of
from .plan import Plan

# How many changes of one side a refusal names: its sentence stays one.
_SHOWN = 10
_SINCE = "since the plan was made"
_TOLD = "give that plan as expect_plan, in the role plan.json as rollout_plan_file, to be told which policies"


@dataclass(frozen=True)
class Binding:
    """The plan that a run is bound to.

    ``fingerprint`` is that of it, ``plan`` its own result with the details, where it is at hand. With
    ``definitions_only`` the tenant may have changed since, as it has in a rollout that goes on.
    """

    fingerprint: str | None = None
    plan: t.Mapping[str, t.Any] | None = None
    definitions_only: bool = False


def refuse_changed(binding: Binding, plan: Plan) -> None:
    """Refuse a plan that is not the one that the run is bound to. Raises UserError that says what has changed."""
    if binding == Binding():
        return
    expected, then = _read(binding)
    current = split(plan.fingerprint) or {}
    changed = [side for side, digest in expected.items() if current[side] != digest]
    if binding.definitions_only:
        changed = [side for side in changed if side == "definitions"]
    if changed:
        raise UserError("the plan", "apply it", _cause(changed, then, plan), _next_step(then))


def _read(binding: Binding) -> tuple[dict[str, str], t.Mapping[str, Details] | None]:
    """Return the expected digest of each side, and the details of the earlier plan, None where they were not given."""
    plan = binding.plan
    text = binding.fingerprint if binding.fingerprint is not None or plan is None else plan.get("fingerprint")
    option = "expect_fingerprint" if binding.fingerprint is not None else "expect_plan"
    expected = split(str(text).strip())
    if expected is None:
        raise UserError(option, "use it", _no_fingerprint(str(text)), "Take plan.fingerprint of a check run")
    if plan is None:
        return expected, None
    details = plan.get("details")
    if plan.get("fingerprint") != str(text).strip():
        raise _foreign("its fingerprint is not the one that is expected")
    if not _is_of(details, str(text).strip()):
        raise _foreign("its details do not belong to its fingerprint")
    return expected, t.cast("t.Mapping[str, Details]", details)


def _no_fingerprint(text: str) -> str:
    older = (
        ", but one of an older m365.apps, which did not bind the definitions" if text.startswith("m365.apps-") else ""
    )
    return f"it is not a fingerprint of this version{older}"


def _foreign(cause: str) -> UserError:
    step = "Give the plan (plan.json) that the fingerprint was taken from, as it was written, or leave it out"
    return UserError("expect_plan", "use it", cause, step)


def _is_of(details: t.Any, text: str) -> bool:
    """Tell whether details are those of a fingerprint. What is of another form is not."""
    try:
        return text_of(details) == text
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False


def _cause(changed: t.Sequence[str], then: t.Mapping[str, Details] | None, plan: Plan) -> str:
    if changed == ["writes"]:
        cause = "the tenant and the definitions are those of the plan, but they lead to other writes now"
        return f"{cause}, as with another version of m365.apps, or where a group that a policy has is gone"
    both = {"tenant", "definitions"} <= set(changed)
    if then is None:
        if both:
            return f"the definitions have changed {_SINCE}, and so has what it depends on in the tenant"
        or_groups = ", or groups that they name are others now" if "definitions" in changed else ""
        return f"the {_side_of(changed)} changed {_SINCE}{or_groups}"
    others = _other_groups(then["definitions"], plan.details["definitions"])
    told = {
        "definitions": _changes_of_definitions(then["definitions"], plan.details["definitions"]),
        "tenant": _changes_of_tenant(then["tenant"], plan, "definitions" in changed) if "tenant" in changed else [],
    }
    told["tenant"] += others
    # What a plan depends on in the tenant follows from the definitions: a change of them alone is one of both. And a
    # group that another one took the name of is one of the tenant alone.
    moved = {*changed, "tenant"} if others else {*changed}
    both = both or bool(others)
    sides = [side for side in ("definitions", "tenant") if side in moved and (told[side] or not both)]
    parts = [f"the {_side_of([side])} changed {_SINCE}{_listed(told[side])}" for side in sides or ["definitions"]]
    return "; and ".join(parts)


def _side_of(changed: t.Sequence[str]) -> str:
    return "tenant has" if "tenant" in changed else "definitions have"


def _listed(moves: t.Sequence[str]) -> str:
    more = f"; and {len(moves) - _SHOWN} more" if len(moves) > _SHOWN else ""
    return f": {'; '.join(moves[:_SHOWN])}{more}" if moves else ""


def _changes_of_tenant(then: Details, plan: Plan, others_asked: bool) -> list[str]:
    """Return what changed of the live policies. With ``others_asked`` the plan is about others, too, which says nothing
    of the tenant.
    """
    before = {key_of(entry): entry for entry in _by_name(then["policies"])}
    named = {f"{id_key(policy.id)} ": policy.named() for policy in plan.live}
    moves = []
    for entry in _by_name(plan.details["tenant"]["policies"]):
        planned = before.pop(key_of(entry), None)
        name = named.get(key_of(entry), f"policy '{entry['display_name']}'")
        changed = [] if planned is None else _moved_aspects(planned["digests"], entry["digests"], others_asked)
        if planned is None and not others_asked:
            moves.append(f"{name} is new to the plan")
        elif changed:
            moves.append(f"{name} has another {' and '.join(changed)}")
    if not others_asked:
        moves += [f"{named[key]} is no longer part of it" for key in before if key in named]
    return moves + [f"policy '{entry['display_name']}' is gone" for key, entry in before.items() if key not in named]


def _moved_aspects(then: t.Mapping[str, str], now: t.Mapping[str, str], others_asked: bool) -> list[str]:
    """Return what changed of a live policy. One that another item means now, as after a rename, is looked at in other
    aspects, and those tell nothing where one that both plans looked at has changed.
    """
    return _other_aspects(then, now, shared_only=True) or _other_aspects(then, now, others_asked)


def _changes_of_definitions(then: Details, now: Details) -> list[str]:
    before = {key_of(entry): entry for entry in _by_name(then["policies"])}
    moves = []
    for entry in _by_name(now["policies"]):
        planned = before.pop(key_of(entry), None)
        if planned is None:
            moves.append(f"policy '{entry['display_name']}' is new in them")
        elif changed := [name for name in _item_aspects(planned, entry) if not _is_renamed(name, planned, entry)]:
            moves.append(f"policy '{entry['display_name']}' has another {' and '.join(changed)}")
    moves += [f"policy '{entry['display_name']}' is no longer in them" for entry in before.values()]
    shared = _other_groups_beside(then, now)
    settings = [name for name in _other_aspects(then["settings"], now["settings"]) if name not in shared]
    return moves + ([f"another {' and '.join(settings)}"] if settings else [])


def _other_groups(then: Details, now: Details) -> list[str]:
    """Return what changed because groups that are named as before are others in the tenant now."""
    before = {key_of(entry): entry for entry in then["policies"]}
    moves = [
        f"groups that policy '{entry['display_name']}' names are others now"
        for entry in _by_name(now["policies"])
        if (planned := before.get(key_of(entry)))
        and any(_is_renamed(name, planned, entry) for name in _item_aspects(planned, entry))
    ]
    return moves + [f"{name} are others now" for name in _other_groups_beside(then, now)]


def _other_groups_beside(then: Details, now: Details) -> list[str]:
    before, names = (side.get("named_groups") or {} for side in (then, now))
    changed = _other_aspects(then["settings"], now["settings"], shared_only=True)
    return [name for name in changed if name in names and before.get(name) == names[name]]


def _item_aspects(then: Details, now: Details) -> list[str]:
    return _other_aspects(then["digests"], now["digests"])


def _is_renamed(aspect: str, then: Details, now: Details) -> bool:
    """Tell whether the groups of a policy changed although they are named as before."""
    names = now.get("named_groups")
    return aspect in GROUP_OPTIONS.values() and names is not None and then.get("named_groups") == names


def _by_name(entries: t.Iterable[Details]) -> list[Details]:
    """Return entries as people look for them; a side has them by id."""
    return sorted(entries, key=lambda entry: str(entry["display_name"]))


def _other_aspects(then: t.Mapping[str, str], now: t.Mapping[str, str], shared_only: bool = False) -> list[str]:
    names = [name for name in then if name in now] if shared_only else dict.fromkeys((*then, *now))
    return [name for name in names if then.get(name) != now.get(name)]


def _next_step(then: t.Mapping[str, Details] | None) -> str:
    return "Plan again and look at what changed" + ("" if then is not None else f"; {_TOLD}")
