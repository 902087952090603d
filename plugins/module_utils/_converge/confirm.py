# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what was written until it agrees: Graph does not promise that a read shows the write before it."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, replace

from .._errors import UserError
from .._ids import id_key
from .._policy.fields import Field
from .._policy.policy import Policy
from .._policy.reads import Entity, Part, Readable
from .._policy.surface import Capabilities, Surface
from .._policy.unset import UNSET
from .._policy.writes import TYPE, Values
from .apply import Outcome
from .effects import Expected, expectations
from .plan import Plan, requests_for
from .twins import namesake_warnings

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 5.0


@dataclass(frozen=True)
class Wait:
    """How long to read: ``timeout`` seconds. ``clock`` (monotonic seconds) and ``sleep`` can be replaced in tests."""

    timeout: float
    clock: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Reads:
    """What confirms writes: ``parts`` to read, and whether the whole list comes cheaper than policies one by one."""

    parts: tuple[Readable, ...]
    lists: bool

    def requests(self, batch_size: int) -> int:
        """Return the smallest number of requests that can carry the parts; the pages of the list come on top."""
        return requests_for(len(self.parts), batch_size)


def confirm(outcome: Outcome, surface: Surface, wait: Wait) -> Outcome:
    """Read what the run wrote until it agrees; return the outcome, with an error where it does not in time.

    The list that shows what was created also shows whether somebody else created the same: that is a warning.
    """
    written = pending = expectations(outcome.actions, outcome.items, outcome.plan.live)
    deadline = wait.clock() + wait.timeout
    delay = _FIRST_DELAY
    while pending:
        try:
            wrong, listed = _disagreeing(pending, surface, outcome.plan.total)
        except UserError as error:
            return replace(outcome, error=error)
        if listed:
            outcome = replace(outcome, warnings=tuple(namesake_warnings(_created(written), listed)))
        pending = [entry for entry, _shown in wrong]
        left = deadline - wait.clock()
        if pending and left <= 0:
            return replace(outcome, error=_unconfirmed(wrong, wait.timeout))
        if pending:
            wait.sleep(min(delay, left))
            delay = min(_LONGEST_DELAY, 2 * delay)
    return outcome


def reads_of_plan(plan: Plan) -> Reads:
    """Return the fewest reads that confirm all writes of a plan."""
    expected = expectations(plan.actions, plan.items, plan.live)
    return reads_of(expected, plan.capabilities, plan.total)


def reads_of(expected: t.Sequence[Expected], capabilities: Capabilities, total: int) -> Reads:
    """Return the fewest reads that confirm these. ``total`` is how many policies the tenant has.

    For policies that were created it is the list, in which others of their names would be.
    """
    entities = [Entity(entry.policy) for entry in expected if _needs_entity(entry, capabilities)]
    parts: list[Readable] = [
        Part(entry.policy, field, entry.fields[field.name])
        for entry in expected
        if entry.fields is not None
        for field in capabilities.fields
        if not field.listed and field.name in entry.fields
    ]
    pages = max(1, requests_for(total, capabilities.page_size))
    cheaper = requests_for(len(entities), capabilities.batch_size) > pages
    lists = cheaper or bool(_created(expected))
    return Reads(tuple(parts if lists else [*entities, *parts]), lists)


def _created(expected: t.Iterable[Expected]) -> list[Policy]:
    """Return the policies that were created: nothing else leaves them a kind."""
    return [entry.policy for entry in expected if TYPE in (entry.fields or {})]


def _needs_entity(entry: Expected, capabilities: Capabilities) -> bool:
    return entry.fields is None or bool(
        set(entry.fields) - {field.name for field in capabilities.fields if not field.listed}
    )


def _disagreeing(
    expected: t.Sequence[Expected], surface: Surface, total: int
) -> tuple[list[tuple[Expected, str]], tuple[Policy, ...]]:
    """Return those that the tenant does not show yet, each with what it shows, and the list where it was read. Raises
    UserError when it cannot be read.
    """
    capabilities = surface.capabilities
    reads = reads_of(expected, capabilities, total)
    seen: dict[str, dict[str, t.Any]] = {}
    entities: dict[str, Policy | None] = {}
    listed: tuple[Policy, ...] = ()
    if reads.lists:
        # Which parts these are is known before the list.
        surface.begin(reads.parts)
        listed = surface.list_policies()
        by_id = {id_key(policy.id): policy for policy in listed}
        entities = {str(entry.policy.id): by_id.get(id_key(entry.policy.id)) for entry in expected}
    for part, value in zip(reads.parts, surface.look(reads.parts), strict=True):
        key = str(part.policy.id)
        if isinstance(value, UserError):
            if not value.absent:
                raise value
            continue  # A policy that is new may not be there yet for each of its parts.
        if isinstance(part, Entity):
            entities[key] = value
        else:
            seen.setdefault(key, {})[part.field.name] = value
    shown = [(entry, _wrong(entry, entities, seen.get(str(entry.policy.id), {}), capabilities)) for entry in expected]
    return [(entry, words) for entry, words in shown if words], listed


def _wrong(entry: Expected, entities: t.Mapping[str, Policy | None], parts: Values, capabilities: Capabilities) -> str:
    """Return what is not as written, in words; nothing where all of it is."""
    entity = entities.get(str(entry.policy.id))
    if entry.fields is None:
        return "" if entity is None else "it is still there"
    fields = {field.name: field for field in capabilities.fields}
    names = [
        capabilities.type_name if name == TYPE else name
        for name, wanted in entry.fields.items()
        if not _same(fields.get(name), wanted, parts[name] if name in parts else _shown(entity, name))
    ]
    return f"its {', '.join(names)} not yet as written" if names else ""


def _shown(entity: Policy | None, name: str) -> t.Any:
    if entity is None:
        return UNSET
    return entity.type.name if name == TYPE else entity.value(name)


def _same(field: Field | None, wanted: t.Any, seen: t.Any) -> bool:
    if seen is UNSET:
        return False
    return bool(wanted == seen) if field is None else (field.is_shown or field.same)(wanted, seen)


def _unconfirmed(wrong: t.Sequence[tuple[Expected, str]], timeout: float) -> UserError:
    (first, shown), *more = wrong
    others = f" (and {len(more)} more)" if more else ""
    return UserError(
        f"{first.policy.named()}{others}",
        "confirm what was written",
        f"Graph accepted the writes, but after {timeout:g} s of reading it shows {shown}",
        "Reads may lag behind writes: run it again later, raise wait_timeout, or turn wait off",
    )
