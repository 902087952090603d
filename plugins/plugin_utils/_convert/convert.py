# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions of Cloud Policy as definitions of the settings catalog: each item converted, or told why not.

An ADMX policy that stays open is left out whole: none of its values is written as if it were done.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import shown
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import DECIDED, decide
from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import ENDING, AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._admx.model import USER, AdmxError, Policy
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import Admx

from .carried import carried
from .entries import Entry, NoEntry, definition_of, entry_for
from .items import Item, grouped, payload_of
from .located import NotLocated, located

CONVERTED, OPEN, NEEDS_ADMX, NOT_HERE = "converted", "open", "needs_admx", "not_on_this_surface"
ENFORCED, PREFERENCES = "policy_payload", "user_preference_payload"
_PREFERENCE = "users can override it, and the settings catalog has no settings of that kind"


@dataclass(frozen=True)
class Source:
    """One definition file of Cloud Policy: its name and the policies in it."""

    name: str
    policies: tuple[t.Mapping[str, t.Any], ...]


@dataclass(frozen=True)
class Outcome:
    """What became of an ADMX policy or of one item: the status, why, and what it may be instead."""

    status: str
    reason: str = ""
    readings: tuple[str, ...] = ()
    entry: Entry | None = None
    needs: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of what was converted."""
        return self.entry.notes if self.entry else ()


@dataclass(frozen=True)
class Row:
    """One item of one payload, and what became of it."""

    payload: str
    item: Item
    outcome: Outcome


@dataclass(frozen=True)
class Converted:
    """One policy: its definition for the settings catalog, None where there is none, and what became of its parts.

    ``not_carried`` are options, and why the new definition does not have them as they were.
    """

    display_name: str
    definition: dict[str, t.Any] | None
    rows: tuple[Row, ...]
    not_carried: tuple[tuple[str, str], ...] = ()

    def count(self, status: str) -> int:
        """Return how many items have a status."""
        return sum(row.outcome.status == status for row in self.rows)

    @property
    def complete(self) -> bool:
        """Whether every enforced setting was converted."""
        return self.definition is not None and not any(
            row.outcome.status != CONVERTED for row in self.rows if row.payload == ENFORCED
        )


@dataclass
class Converter:
    """What conversions go by: the user's ADMX files, None where none are given, and the catalog of definitions."""

    admx: AdmxFolder | None
    catalog: Catalog
    _known: dict[tuple[str, str], Policy | Outcome] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(default_factory=dict)

    def converted(self, source: Source) -> list[Converted]:
        """Return what becomes of each policy of a file."""
        return [self._policy(policy) for policy in source.policies]

    def _policy(self, policy: t.Mapping[str, t.Any]) -> Converted:
        items, wrong = payload_of(policy, ENFORCED)
        outcomes = _without_twins({key: self.outcome(members) for key, members in grouped(items).items()})
        made, not_carried = carried(policy)
        if made is None:
            outcomes = _not_written(outcomes, *not_carried[-1])
        rows = [Row(ENFORCED, item, _of_item(item, outcomes)) for item in items]
        preferences, wrong_preferences = payload_of(policy, PREFERENCES)
        rows += [Row(PREFERENCES, item, Outcome(NOT_HERE, _PREFERENCE)) for item in preferences]
        for option, cause in ((ENFORCED, wrong), (PREFERENCES, wrong_preferences)):
            not_carried += [(option, cause)] if cause else []
        entries = [outcome.entry for outcome in outcomes.values() if outcome.entry is not None]
        if made is not None:
            made = {**made, "settings": self._checked(entries)} if entries else None
        return Converted(
            str(policy.get("display_name") or policy.get("id") or ""), made, tuple(rows), tuple(not_carried)
        )

    def outcome(self, items: t.Sequence[Item]) -> Outcome:
        """Return what becomes of the items of one ADMX policy."""
        file, _name = items[0].key
        policy = self._admx_policy(items[0])
        if isinstance(policy, Outcome):
            return policy
        try:
            decision = decide(policy, located(policy, items))
            if decision.outcome != DECIDED or decision.reading is None:
                return Outcome(OPEN, decision.reason, tuple(map(str, decision.readings)))
            definition = definition_of(self._prefixes[file], policy.name, USER, self.catalog)
            entry = entry_for(definition, decision.reading, self.catalog)
        except NotLocated as error:
            return Outcome(OPEN, str(error), error.readings)
        except NoEntry as error:
            told = str(decision.reading)
            return Outcome(OPEN, f"the ADMX policy is {told}; {error}", error.readings or (told,))
        return Outcome(CONVERTED, entry=entry)

    def _admx_policy(self, item: Item) -> Policy | Outcome:
        if item.key not in self._known:
            self._known[item.key] = self._looked_up(item.key[0], item.policy)
        return self._known[item.key]

    def _looked_up(self, file: str, name: str) -> Policy | Outcome:
        """Return an ADMX policy, or what becomes of its items without it."""
        needed = f"{file}{ENDING}"
        if self.admx is None:
            return Outcome(NEEDS_ADMX, f"{needed} tells which state these values are: give its folder", needs=needed)
        try:
            found: Admx | None = self.admx.get(file)
            policy = found.get(name) if found else None
        except AdmxError as error:
            return Outcome(OPEN, f"{needed} cannot be used: {error}")
        if found is None:
            return Outcome(NEEDS_ADMX, f"{needed} is not in the folder of ADMX files", needs=needed)
        if policy is None:
            return Outcome(OPEN, f"{needed} has no policy {name}: the id is wrong, or the file is of another version")
        if USER not in policy.scopes:
            reason = (
                f"{needed} has it for computers alone, and Cloud Policy is for users: write it yourself for devices"
            )
            known = [each for each in self.catalog.of_name(found.prefix, name) if not each.deprecated]
            return Outcome(OPEN, reason, tuple(shown(each, self.catalog) for each in known))
        self._prefixes[file] = found.prefix
        return policy

    def _checked(self, entries: t.Sequence[Entry]) -> list[dict[str, t.Any]]:
        """Return the entries of a policy, which compile together to what each of them means. Raises UserError."""
        settings = Settings(entry.setting for entry in entries)
        written = shorten(settings, self.catalog, explicit=True)
        try:
            cause = "" if compile_settings(written, self.catalog) == settings else "they do not mean what they say"
        except SettingsError as error:
            cause = str(error)
        if cause:
            step = "This is a defect of the collection: please report it with this sentence"
            raise UserError("the converted settings", "write them", cause, step)
        return written


def _without_twins(outcomes: t.Mapping[tuple[str, str], Outcome]) -> dict[tuple[str, str], Outcome]:
    """Return outcomes in which no setting is there twice: two spellings of an ADMX file may lead to one."""
    ids = Counter(each.entry.setting.id.lower() for each in outcomes.values() if each.entry)
    twin = (
        "another item of this payload leads to the same setting by another spelling of the ADMX file: keep one of them"
    )
    return {
        key: Outcome(OPEN, twin) if each.entry and ids[each.entry.setting.id.lower()] > 1 else each
        for key, each in outcomes.items()
    }


def _not_written(
    outcomes: t.Mapping[tuple[str, str], Outcome], option: str, cause: str
) -> dict[tuple[str, str], Outcome]:
    """Return the outcomes of a policy that gets no new definition, by the option that is the cause."""
    reason = f"its policy gets no new definition: {option}: {cause}"
    return {key: Outcome(OPEN, reason) if each.entry else each for key, each in outcomes.items()}


def _of_item(item: Item, outcomes: t.Mapping[tuple[str, str], Outcome]) -> Outcome:
    """Return what became of one item."""
    if item.wrong:
        return Outcome(OPEN, item.wrong)
    return outcomes[item.key]
