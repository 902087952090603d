# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of settings_catalog: there is no stronger policy. Where two that somebody gets set one setting to different
values, Intune applies neither; equal values are fine.

What cannot be known without a tenant (who is in two groups, which devices pass a filter) is said to be unknown.
"""

from __future__ import annotations

import difflib
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import OFFICE_FILES, is_office
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import SETTINGS, deprecation
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import with_masks
from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import name_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import read_entries
from ansible_collections.m365.apps.plugins.module_utils._catalog.merge import merged, parse_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import (
    SHOWN,
    Kind,
    Problem,
    SettingsError,
    listed,
    refusal,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import EMPTY, Setting, Settings, same
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import entry_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.texts import texts_of_label, words_of
from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.module_utils._policy.live_conflicts import alike, disagreements
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Meeting, Reach, Target

from .payloads import Payload
from .plain_values import plain_value
from .rules import Applying, Entry, Rules
from .strength import labels, named_groups

if t.TYPE_CHECKING:
    from .model import Policies, Policy

# So many keys of a set get the nearest ones beside them; the search takes long.
_MOST_SUGGESTED = 40
# Of a value that is shown in a sentence, and so many policies of one value.
_LONGEST, _MOST_NAMED = 60, 5
_RULE_OF = {
    Kind.UNKNOWN: "unknown_setting",
    Kind.TWICE: "same_setting",
    Kind.NAME: "unchecked_value",
    Kind.WRONG: "wrong_setting",
}
_UNKNOWN = "the catalog does not know it, so it was not looked into. Give a catalog_file that has it"
_NAME = (
    "but that may be the display name of one, which the catalog does not have, so it was not looked into. Give a "
    "catalog_file with display names"
)
_NEWER = ", or give a catalog_file of your tenant where that is newer"


def by_agreement(catalog: Catalog) -> Rules:
    """Return the rules with a catalog of definitions. They count suggestions, so they are for one set of policies."""
    surface = _Agreement(catalog)
    return Rules(
        content=(SETTINGS,),
        nobody="it has no groups, all_users or all_devices, so it reaches nobody. Assign it",
        read=surface.read,
        outcome=surface.outcome,
        conflicts=surface.conflicts,
        label=lambda setting: name_of(setting, catalog),
        shown=surface.shown,
        about=lambda label: texts_of_label(label, catalog),
        words=lambda entry: words_of(entry, catalog),
        notes=surface.notes,
    )


class Side(t.NamedTuple):
    """The policies that have one value of a setting."""

    shown: dict[str, t.Any]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Disagreement:
    """Policies that set one setting to different values and reach the same people: certainly, or maybe."""

    setting: str
    label: str
    sides: tuple[Side, ...]
    targets: frozenset[Target]
    certain: bool

    @property
    def rule(self) -> str:
        """The rule of lint that it breaks."""
        return "conflict" if self.certain else "possible_conflict"

    @property
    def titles(self) -> tuple[str, ...]:
        """The policies, sorted."""
        return tuple(sorted({entry.policy.title for side in self.sides for entry in side.entries}))

    def as_dict(self, read: Policies) -> dict[str, t.Any]:
        """Return it in the form that users see. Nobody wins."""
        return {
            "setting": self.label,
            "kind": "conflict",
            "winner": None,
            "loser": None,
            "policies": [
                _side(entry.policy, side.shown) for side in self.sides for entry in sorted(side.entries, key=_title)
            ],
            "groups": labels(self.targets, read),
            "certain": self.certain,
        }

    def sentence(self, read: Policies) -> str:
        """Return what lint says of it."""
        subject = f"{len(self.titles)} policies ({listed((repr(each) for each in self.titles), _MOST_NAMED)})"
        values = " and ".join(f"{_body(side.shown)} ({_titles(side)})" for side in self.sides)
        says = f"{subject}: they set {self.label} to {values}"
        groups = labels(self.targets, read)
        if self.certain:
            who = groups[0] if groups[0].startswith("all ") and len(groups) == 1 else named_groups(groups)
            step = "Give them one value, or exclude the groups of one from the other"
            return f"{says}: for {who} Intune applies none of them. {step}."
        doubt = (
            f"Who is in {listed((repr(each) for each in groups), _MOST_NAMED)}, and what filters let through, is not"
        )
        return f"{says}. {doubt} known here: anybody who gets two of these values gets none."


@dataclass
class _Agreement:
    """A surface with a catalog. ``left``: how many suggestions are left. ``met``: whom pairs of policies both reach."""

    catalog: Catalog
    left: int = _MOST_SUGGESTED
    met: dict[tuple[int, int], Meeting | None] = field(default_factory=dict)

    def read(self, document: t.Mapping[str, t.Any]) -> tuple[Payload, ...]:
        """Return the settings of a policy: of those that are wrong, what the module says."""
        if document.get(SETTINGS) is None:
            return (Payload(SETTINGS, enforced=True),)
        given = plain_value(document[SETTINGS])
        try:
            change = parse_settings(given, self.catalog, 0)
        except SettingsError as error:
            problems = self._with_nearest(given, error)
            found = read_entries(_entries(given), self.catalog, 0)[0]
        else:
            found = change.add if change.exact is None else change.exact
            problems = self._not_removed(change) if change.remove else ()
        return (Payload(SETTINGS, True, True, dict(found), problems=problems),)

    def _with_nearest(self, given: t.Any, error: SettingsError) -> tuple[Problem, ...]:
        """Return the problems, with the nearest keys as long as there are not too many."""
        unknown = sum(problem.kind is Kind.UNKNOWN for problem in error.problems)
        suggested = min(self.left, unknown, SHOWN)
        self.left -= suggested
        try:
            parse_settings(given, self.catalog, SHOWN if suggested else 0)
        except SettingsError as told:
            return told.problems
        return error.problems

    def _not_removed(self, change: t.Any) -> tuple[Problem, ...]:
        """Return the keys to remove that lead nowhere, unless the policy has them in a tenant."""
        try:
            merged(change, EMPTY, self.catalog)
        except SettingsError as error:
            return tuple(problem for problem in error.problems if problem.place.startswith("remove "))
        return ()

    def shown(self, setting: Setting) -> dict[str, t.Any]:
        """Return the entry of a setting as users write it, with a mask in the place of a secret."""
        return t.cast("dict[str, t.Any]", with_masks(entry_of(setting, self.catalog, explicit=True)))

    def outcome(self, applying: list[Applying]) -> dict[str, t.Any]:
        """Return what somebody gets of one setting: a value, none in a conflict, or what a filter decides."""
        sides = self._sides([each.entry for each in applying])
        sure = [each.entry for each in applying if each.reach is Reach.YES]
        applied = "applied" if sure and len(sides) == 1 else "unknown"
        outcome = "conflict" if len(alike_entries(sure)) > 1 else applied
        winner = sure[0] if outcome == "applied" else None
        return {
            "outcome": outcome,
            "value": None if winner is None else sides[0].shown,
            "policy": None if winner is None else winner.policy.title,
            "priority": None,
            "enforced": True,
            "lost": [
                {
                    "policy": entry.policy.title,
                    "priority": None,
                    "enforced": True,
                    "value": side.shown,
                    "same": winner is not None,
                }
                for side in sides
                for entry in side.entries
                if entry is not winner
            ],
        }

    def conflicts(self, _read: Policies, setting: str, entries: list[Entry]) -> t.Iterator[Disagreement]:
        """Yield the disagreements over one setting: each with all policies that hang together by it."""
        if len(alike_entries(entries)) < 2:
            return
        sides = self._sides(entries)
        label = name_of(setting, self.catalog)
        for found in disagreements(
            [side.entries for side in sides], lambda one, other: self._meeting(one.policy, other.policy)
        ):
            parts = tuple(Side(side.shown, own) for side, own in zip(sides, found.sides, strict=True) if own)
            yield Disagreement(setting, label, parts, found.targets, found.certain)

    def _meeting(self, one: Policy, other: Policy) -> Meeting | None:
        pair = (id(one), id(other))
        if pair not in self.met:
            self.met[pair] = one.targets.meeting(other.targets)
        return self.met[pair]

    def _sides(self, entries: list[Entry]) -> list[Side]:
        """Return the policies by the values that they have."""
        return [Side(self.shown(each[0].value), tuple(each)) for each in alike_entries(entries)]

    def notes(self, policy: Policy, subject: str) -> t.Iterator[tuple[str, str, str | None]]:
        """Yield what the module refuses of a policy's settings, and what is doubtful about them."""
        for payload in policy.payloads:
            for rule, problems in _by_place(payload.problems):
                yield rule, _said_of(rule, problems, subject), problems[0].key or None
            for setting in payload.settings.values():
                yield from self._notes_of(setting, subject)

    def _notes_of(self, setting: Setting, subject: str) -> t.Iterator[tuple[str, str, str | None]]:
        definition = self.catalog.get(setting.id)
        if definition is None:
            yield "unchecked_setting", f"{subject}: {setting.id}: {_UNKNOWN}.", setting.id
        elif definition.deprecated:
            name = name_of(setting.id, self.catalog)
            yield "deprecated_setting", f"{subject}: {deprecation([name])}", name


def _by_place(problems: t.Iterable[Problem]) -> list[tuple[str, list[Problem]]]:
    """Return the problems of each place and rule together, as the module tells them."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.place, _rule_of(problem)), []).append(problem)
    return [(rule, alike) for (_place, rule), alike in found.items()]


def _said_of(rule: str, problems: t.Sequence[Problem], subject: str) -> str:
    """Return the sentence for the problems of one place and rule."""
    if rule == "unchecked_setting":
        return f"{subject}: {plain(problems[0].place, 320)}: {_UNKNOWN}."
    if rule == "unchecked_value":
        return f"{subject}: {str(SettingsError(problems)).rstrip('.')}, {_NAME}."
    # What the modules would ask Graph about, a catalog that is newer may know.
    newer = any(each.ask for each in problems)
    return refusal(subject, SettingsError(problems), f"Correct it{_NEWER if newer else ''}")


def _rule_of(problem: Problem) -> str:
    if problem.kind is Kind.UNKNOWN and problem.place.startswith("remove "):
        return "unknown_removal"
    foreign = problem.kind is Kind.UNKNOWN and problem.ask and _is_foreign(problem.key)
    return "unchecked_setting" if foreign else _RULE_OF[problem.kind]


def _is_foreign(key: str) -> bool:
    """Tell whether a key is of a setting outside Office: a whole id, or one of an ADMX file unlike all of Office's."""
    file, mark, _name = key.lower().replace(";", "/").partition("/")
    if not mark:
        return "_vendor_msft_" in file and not is_office(file)
    return not difflib.get_close_matches(file.strip(), OFFICE_FILES)


def alike_entries(entries: t.Sequence[Entry]) -> list[list[Entry]]:
    """Return entries by their values."""
    return alike(entries, lambda one, other: _same(one.value, other.value))


def _same(one: Setting, other: Setting) -> bool:
    return one == other or same(Settings([one]), Settings([other]))


def _entries(given: t.Any) -> t.Any:
    """Return the entries of the option settings, whatever form it has."""
    if isinstance(given, t.Mapping):
        given = given.get("set", given.get("add"))
    return given if isinstance(given, list) else []


def _side(policy: Policy, shown: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"policy": policy.title, "id": policy.id, "priority": None, "enforced": True, "value": dict(shown)}


def _title(entry: Entry) -> tuple[str, str]:
    return entry.policy.title, entry.policy.id or ""


def _titles(side: Side) -> str:
    return listed((repr(entry.policy.title) for entry in sorted(side.entries, key=_title)), _MOST_NAMED)


def _body(shown: t.Mapping[str, t.Any]) -> str:
    """Return what an entry says beside its key, for a sentence."""
    body = {key: value for key, value in shown.items() if key not in ("setting", "scope")}
    if set(body) == {"value"}:
        text = json.dumps(body["value"], ensure_ascii=False, default=str)
    elif set(body) <= {"state"}:
        text = str(body.get("state", "enabled"))
    else:
        text = json.dumps(body, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
