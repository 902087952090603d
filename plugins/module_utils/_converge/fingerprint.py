# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is bound to: one short text, and details that tell what has changed since. Pure.

A plan has three sides: the live policies that it depends on, the definitions that it was made from, and what its writes
leave. The details of a side hold a digest of all of it, and short ones by policy and aspect; the text holds a digest of
the details of each side. So the text binds everything, the details can be checked against it, and no text of a policy
can be read from either, but for its name and id in the details.
"""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from dataclasses import dataclass, field

from .._ids import id_key
from .._json import IN_ORDER
from .._policy.assignments import change_digests
from .._policy.desired import AssignmentChange, DesiredPolicy, State
from .._policy.fields import ByOption, Field
from .._policy.policy import Policy
from .._policy.surface import Capabilities
from .._policy.unset import UNSET
from .._policy.writes import TYPE
from .effects import Expected
from .guards import Guards, Prune
from .order import Order

SIDES = ("tenant", "definitions", "writes")
# Begins with a letter, so that no parser takes the text for a number; another form of the details is another version.
_VERSION = "m2"
# Bytes of the digest of a side, a multiple of 5: base32 needs no padding for it.
_SIDE_DIGEST = 15
_SIDE_LENGTH = _SIDE_DIGEST * 8 // 5
_FORM = re.compile(rf"{_VERSION}[a-z2-7]{{{_SIDE_LENGTH * len(SIDES)}}}")
# Characters of the digest of an aspect. It tells what changed; whether anything did tells the digest of the whole side.
_ASPECT_LENGTH = 10

Details = dict[str, t.Any]
# A policy of a side: its id, its name, and the digests of its aspects.
Entry = tuple["str | None", str, dict[str, str]]
# Returns the digests of what a field binds of a value, by option.
Bound = t.Callable[[t.Callable[[Field, t.Any], ByOption], Field, t.Any], dict[str, str]]


@dataclass(frozen=True)
class Definitions:
    """What a plan was made from: the items with their groups as ids, and by name all else that says what is done.

    ``named`` are the same items with their groups as they were named, and ``named_beside`` the groups of those settings
    that are ids of groups.
    """

    items: tuple[DesiredPolicy, ...] = ()
    settings: t.Mapping[str, t.Any] = field(default_factory=dict)
    named: tuple[DesiredPolicy, ...] = ()
    named_beside: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Beside:
    """Groups that are named beside those of policies: the words for the place, their names, and their ids."""

    place: str
    names: tuple[str, ...]
    ids: tuple[str, ...]


def _scope_digest(prune: Prune) -> list[list[str]]:
    """Return what counts of a scope; what was added later counts where it says something."""
    scope = [prune.kinds, prune.names, *([prune.parts_of] if prune.parts_of else [])]
    return [sorted(set(members)) for members in scope]


def definitions_of(
    items: t.Sequence[DesiredPolicy],
    named: t.Sequence[DesiredPolicy],
    order_and_guards: tuple[Order | None, Guards],
    context: t.Mapping[str, t.Any],
    beside: t.Sequence[Beside] = (),
) -> Definitions:
    """Return the definitions of a plan: the items resolved and as they were ``named``, ``context`` the caller's own.

    Limits are not among them: they let a plan pass or not, and change nothing in it.
    """
    order, guards = order_and_guards
    settings: dict[str, t.Any] = dict(context)
    settings |= {f"groups of {entry.place}": sorted(entry.ids) for entry in beside}
    if order is not None:
        settings |= {"order": list(order.names), "unlisted": order.unlisted.value}
    if guards.prune is not None:
        settings |= {
            "prune": True,
            "prune_scope": _scope_digest(guards.prune),
        }
    if guards.protect and (guards.prune is not None or any(item.state is State.ABSENT for item in items)):
        settings["protect"] = sorted(set(guards.protect))
    names = {f"groups of {entry.place}": entry.names for entry in beside}
    return Definitions(tuple(items), settings, tuple(named), names)


def details_of(
    touched: t.Iterable[Policy], definitions: Definitions, effects: t.Iterable[Expected], capabilities: Capabilities
) -> dict[str, Details]:
    """Return the details of each side; the order of policies means nothing."""
    fields, bound = capabilities.fields, _once()
    writes = _side(_effect_entry(expected, capabilities, bound) for expected in effects)
    named = {_identity_of(item): item.assignments for item in definitions.named if item.assignments is not UNSET}
    asked = _side((_item_entry(item, fields, bound) for item in definitions.items), definitions.settings)
    beside = {name: _digest(sorted(groups)) for name, groups in definitions.named_beside.items()}
    names = {"policies": [_with_names(entry, named) for entry in asked["policies"]], "named_groups": _cut(beside)}
    return {
        "tenant": _side(_live_entry(policy, fields, bound) for policy in touched),
        "definitions": {**asked, **names},
        # They follow from the other two: what changed in them is told by those.
        "writes": {**writes, "policies": []},
    }


def text_of(details: t.Mapping[str, Details]) -> str:
    """Return the fingerprint: lower-case letters and digits, always as many."""
    return _VERSION + "".join(_short([side, *_counted(details[side])]) for side in SIDES)


def split(text: str) -> dict[str, str] | None:
    """Return the digest of each side in a fingerprint, None where the text is not one of this version."""
    if not _FORM.fullmatch(text):
        return None
    digests = text.removeprefix(_VERSION)
    return {side: digests[_SIDE_LENGTH * place :][:_SIDE_LENGTH] for place, side in enumerate(SIDES)}


def key_of(entry: Details) -> str:
    """Return what makes two entries of one side the same policy."""
    return f"{entry['id']} {entry['digests'].get('identity', '')}"


def _side(entries: t.Iterable[Entry], settings: t.Mapping[str, t.Any] | None = None) -> Details:
    whole: list[t.Any] = []
    policies: list[Details] = []
    for policy_id, name, digests in sorted(entries, key=lambda entry: (str(entry[0]), entry[1])):
        whole.append([policy_id, digests])
        policies.append({"id": policy_id, "display_name": name, "digests": _cut(digests)})
    common = {name: _digest(value) for name, value in (settings or {}).items()}
    return {"whole": _digest([whole, common]), "policies": policies, "settings": _cut(common)}


def _with_names(entry: Details, named: t.Mapping[tuple[t.Any, str], AssignmentChange]) -> Details:
    """Return an entry with a digest of its groups as they are named: whether the same names stand for others now."""
    change = named.get((entry["id"], entry["display_name"]))
    if change is None:
        return entry
    asked = change_digests(change)
    names = next(iter(asked.values())) if len(asked) == 1 else asked
    return {**entry, "named_groups": _digest(names)[:_ASPECT_LENGTH]}


def _counted(side: Details) -> list[t.Any]:
    """Return what the digest of a side is made of: all but names and digests of names, which only tell of a change."""
    policies = [[entry["id"], entry["digests"]] for entry in side["policies"]]
    return [side["whole"], policies, side["settings"]]


def _once() -> Bound:
    """Return a function that digests each value once: most live values are the objects that are asked for."""
    known: dict[tuple[t.Any, ...], tuple[t.Any, dict[str, str]]] = {}

    def bound(function: t.Callable[[Field, t.Any], ByOption], field: Field, value: t.Any) -> dict[str, str]:
        key = function, field, id(value)
        if key not in known:
            # The value is kept beside its digests, so that no other one gets its id.
            known[key] = value, {option: _digest(each) for option, each in function(field, value).items()}
        return known[key][1]

    return bound


def _live_entry(policy: Policy, fields: t.Iterable[Field], bound: Bound) -> Entry:
    digests = {"kind": _digest(policy.type.name), **_digested(policy.values, fields, bound)}
    return id_key(str(policy.id)), policy.display_name, digests


def _identity_of(item: DesiredPolicy) -> tuple[str | None, str]:
    return None if item.id is None else id_key(item.id), item.display_name or str(item.id)


def _item_entry(item: DesiredPolicy, fields: t.Iterable[Field], bound: Bound) -> Entry:
    """Return what an item asks for. Beside its identity an absent one asks for nothing else."""
    policy_id, name = _identity_of(item)
    digests = {
        "identity": _digest(item.display_name if policy_id is None else None),
        "state": _digest(item.state.value),
    }
    if item.state is not State.ABSENT:
        digests |= {} if item.kind is None else {"kind": _digest(item.kind)}
        for each in fields:
            asked = each.asked(item)
            if asked is not UNSET and (policy_id is not None or each.name != "display_name"):
                digests |= bound(each.asked_digest, each, asked)
    return policy_id, name, digests


def _effect_entry(expected: Expected, capabilities: Capabilities, bound: Bound) -> Entry:
    policy_id = None if expected.policy.id is None else id_key(expected.policy.id)
    digests = {"identity": _digest(expected.policy.display_name if policy_id is None else None)}
    if expected.fields is None:
        digests["state"] = _digest(State.ABSENT.value)
    else:
        digests |= _digested(expected.fields, capabilities.fields, bound)
        if TYPE in expected.fields:
            digests[capabilities.type_name] = _digest(expected.fields[TYPE])
    return policy_id, expected.policy.display_name, digests


def _digested(values: t.Mapping[str, t.Any], fields: t.Iterable[Field], bound: Bound) -> dict[str, str]:
    """Return the digests of the values of fields, by the names that users know."""
    digests: dict[str, str] = {}
    for each in fields:
        if each.name in values:
            digests |= bound(each.digest, each, values[each.name])
    return digests


def _cut(digests: t.Mapping[str, str]) -> dict[str, str]:
    return {name: digest[:_ASPECT_LENGTH] for name, digest in digests.items()}


def _digest(value: t.Any) -> str:
    return _hashed(value).hexdigest()


def _short(value: t.Any) -> str:
    data = _hashed(value).digest()
    return base64.b32encode(data[:_SIDE_DIGEST]).decode("ascii").lower()


def _hashed(value: t.Any) -> hashlib._Hash:
    return hashlib.sha256(IN_ORDER.encode(value).encode("ascii"))
