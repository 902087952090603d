# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which live policy each desired one means, and what must be refused before anything is written. Pure."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field

from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy, State
from .._policy.policy import Policy
from .._policy.surface import View
from .._policy.unset import UNSET, Unset


@dataclass(frozen=True)
class Match:
    """A desired policy and the live one it means; None when there is none.

    ``target`` is what ``plan.target_of`` makes of the two, where that was asked for already.
    """

    desired: DesiredPolicy
    live: Policy | None
    target: Policy | Unset | None = field(default=UNSET, compare=False, repr=False)


# The place of an item, and why it is refused.
Refused = tuple[int, UserError]


def match(
    desired: t.Sequence[DesiredPolicy], live: t.Sequence[Policy], same_names: bool = False, view: View | None = None
) -> tuple[tuple[Match, ...], list[Refused]]:
    """Pair every desired policy with its live one: by id, else by display name compared exactly across kinds.

    With ``same_names`` policies may share a name: one that is named by its id here, or is of another kind, is not meant
    by a name. Beside the pairs stands what is refused, by the place of the item: an unknown id, several live policies
    with the name, another kind, a name that is or would be taken, and two desired items that mean one policy. Errors
    about what is missing tell also where the ``view`` may be why.
    """
    by_id = {id_key(policy.id): policy for policy in live}
    by_name: dict[str, list[Policy]] = defaultdict(list)
    named_by_id = {id_key(item.id) for item in desired if item.id is not None} if same_names else set()
    for policy in live:
        if id_key(policy.id) not in named_by_id:
            by_name[policy.display_name].append(policy)
    doubt = "" if view is None or view.is_full else f", or this login does not see it ({view.reason})"
    matches: list[Match] = []
    refused: list[Refused] = []
    for place, item in enumerate(desired):
        try:
            matches.append(Match(item, _find(item, by_id, _of_kind(by_name, item, same_names), doubt)))
        except UserError as error:
            matches.append(Match(item, None))
            refused.append((place, error))
    # What is not found means nothing to the others, and who has which name in the end is not known either.
    lost = {place for place, _error in refused}
    found = {place: pair for place, pair in enumerate(matches) if place not in lost}
    double = dict(_double(found, same_names))
    alone = {place: pair for place, pair in found.items() if place not in double}
    refused += [*double.items(), *_of_other_kind(found), *_named_both_ways(alone)]
    if not same_names and not refused:
        refused += _with_taken_names(found, live)
    return tuple(matches), refused


def _of_kind(
    by_name: t.Mapping[str, t.Sequence[Policy]], item: DesiredPolicy, same_names: bool
) -> t.Mapping[str, t.Sequence[Policy]]:
    """Return the policies by name among which an item is looked for."""
    if not same_names or item.kind is None or item.display_name is None:
        return by_name
    return {item.display_name: [one for one in by_name.get(item.display_name, ()) if one.kind == item.kind]}


def _find(
    item: DesiredPolicy, by_id: t.Mapping[str, Policy], by_name: t.Mapping[str, t.Sequence[Policy]], doubt: str
) -> Policy | None:
    policy = _find_by_id(item, by_id, doubt) if item.id is not None else _find_by_name(item, by_name)
    if policy is None and item.state is State.EXISTING:
        raise UserError(
            item.named(),
            "change it",
            f"the tenant has no such policy{doubt}",
            "Create it first (in check mode nothing was created), or use office_client_configs, which does both",
        )
    return policy


def _find_by_id(item: DesiredPolicy, by_id: t.Mapping[str, Policy], doubt: str) -> Policy | None:
    policy = by_id.get(id_key(item.id))
    if policy is None:
        if item.state is State.ABSENT:
            return None
        raise UserError(
            item.named(),
            f"find it by id {item.id}",
            f"the tenant has no policy with this id{doubt}",
            "Check the id, or leave id out to create a policy by its display_name",
        )
    if item.state is not State.PRESENT and item.display_name not in (None, policy.display_name):
        raise UserError(
            item.named(),
            "delete it" if item.state is State.ABSENT else "change it",
            f"id {item.id} is {policy.named()}, which has another name",
            "Give id or display_name alone, or the matching pair",
        )
    return policy


def _find_by_name(item: DesiredPolicy, by_name: t.Mapping[str, t.Sequence[Policy]]) -> Policy | None:
    found = by_name.get(item.display_name or "", ())
    if len(found) > 1:
        ids = ", ".join(sorted(str(policy.id) for policy in found))
        raise UserError(
            item.named(), "tell which one is meant", f"{len(found)} policies have this name (ids {ids})", "Give its id"
        )
    return found[0] if found else None


def _double(matches: t.Mapping[int, Match], same_names: bool) -> t.Iterator[Refused]:
    """Refuse two items for one live policy, or (unless names may be the same) two items that would create one name."""
    first: dict[tuple[str, str], Match] = {}
    for place, found in matches.items():
        if same_names and found.live is None and found.desired.id is None:
            continue
        key = ("id", str(found.live.id)) if found.live else _missing_key(found.desired)
        other = first.setdefault(key, found)
        if other is not found:
            which = found.live.named() if found.live else f"the policy to be named by {key[0]} '{key[1]}'"
            yield (
                place,
                UserError(
                    f"{other.desired.named()} and {found.desired.named()}",
                    "apply both",
                    f"they mean the same policy, {which}",
                    "Keep one of them",
                ),
            )


def _missing_key(item: DesiredPolicy) -> tuple[str, str]:
    return ("id", id_key(item.id)) if item.id is not None else ("name", str(item.display_name))


def _of_other_kind(matches: t.Mapping[int, Match]) -> t.Iterator[Refused]:
    for place, found in matches.items():
        asked, live = found.desired.kind, found.live
        if live is None or asked is None or live.kind == asked:
            continue
        yield (
            place,
            UserError(
                found.desired.named(),
                "change its kind" if found.desired.state is not State.ABSENT else "delete it",
                f"{live.named()} is of kind {live.kind or live.type.name}, not {asked}, and a kind cannot change",
                f"Leave kind out or give {live.kind}, or delete that policy first" if live.kind else "Leave kind out",
            ),
        )


def _with_taken_names(matches: t.Mapping[int, Match], live: t.Sequence[Policy]) -> t.Iterator[Refused]:
    """Refuse a create or a rename that would give two policies one name, since neither could be found by it again."""
    holders: dict[str, list[str]] = defaultdict(list)
    managed = {found.live.id for found in matches.values() if found.live}
    for policy in live:
        if policy.id not in managed:
            holders[policy.display_name].append(policy.named())
    for found in matches.values():
        if found.desired.state is not State.ABSENT:
            name, who = _future_name(found)
            holders[name].append(who)
    for place, found in matches.items():
        name, who = _future_name(found)
        renamed = found.live is None or found.live.display_name != name
        if found.desired.state is State.ABSENT or not renamed or len(holders[name]) < 2:
            continue
        yield (
            place,
            UserError(
                found.desired.named(),
                f"name it '{name}'" if found.live is None else f"rename {found.live.named()} to '{name}'",
                f"the name is taken by {next((other for other in holders[name] if other != who), who)}",
                "Choose another name, or rename or delete the other policy",
            ),
        )


def _future_name(found: Match) -> tuple[str, str]:
    """Return the name that a policy is to have, and how messages name the policy."""
    if found.live is None:
        return str(found.desired.display_name), found.desired.named()
    return found.desired.display_name or found.live.display_name, f"{found.desired.label} {found.live.named()}".strip()


def _named_both_ways(matches: t.Mapping[int, Match]) -> t.Iterator[Refused]:
    """Refuse to delete by a name that another item gives away: the next run would mean the other policy by it."""
    absent = {
        str(found.desired.display_name): found.desired
        for found in matches.values()
        if found.desired.state is State.ABSENT and found.desired.id is None
    }
    for place, found in matches.items():
        other = absent.get(str(found.desired.display_name))
        if other is not None and found.desired is not other and found.desired.state is not State.ABSENT:
            yield (
                place,
                UserError(
                    f"{other.named()} and {found.desired.named()}",
                    "apply both",
                    "one wants no policy with this name and the other wants one",
                    "Delete the old policy by its id, or choose another name",
                ),
            )
