# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong, doubtful or worth a look in a set of policies, found without any tenant."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._ids import id_key
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import look_of, with_escapes

from .conflicts import find_conflicts
from .model import Policies, Policy, read_policies
from .rules import Conflict, Rules
from .strength import labels

# Tells the rule and the sentence for each reason to refuse a policy on its own.
Refusals = t.Callable[[t.Mapping[str, t.Any]], t.Iterable[tuple[str, str]]]

# Error: office_client_configs refuses it, or the server does. Warning: unlikely to be meant. Note: good to know.
LEVELS = ("error", "warning", "note")
RULES = {
    "unreadable_file": "error",
    "no_identity": "error",
    "unreadable": "error",
    "unknown_key": "error",
    "duplicate_id": "error",
    "duplicate_name": "error",
    "duplicate_priority": "error",
    "foreign_option": "error",
    "unknown_setting": "error",
    "wrong_setting": "error",
    "same_setting": "error",
    "no_settings": "error",
    "not_layered": "error",
    "encrypted_file": "warning",
    "ambiguous_name": "warning",
    "similar_name": "warning",
    "unassigned": "warning",
    "empty_payload": "warning",
    "duplicate_setting": "warning",
    "misspelled_key": "warning",
    "deprecated_setting": "warning",
    "unknown_removal": "warning",
    "conflict": "warning",
    "shadowed": "warning",
    "groups_not_given": "note",
    "payload_not_given": "note",
    "skipped_payload": "note",
    "redundant": "note",
    "possible_conflict": "note",
    "unchecked_setting": "note",
    "unchecked_value": "note",
}


@dataclass(frozen=True)
class Finding:
    """One finding. ``policies`` and ``groups`` are names, ``setting`` is an id or None."""

    rule: str
    message: str
    policies: tuple[str, ...]
    groups: tuple[str, ...] = ()
    setting: str | None = None

    @property
    def sort_key(self) -> tuple[t.Any, ...]:
        """Errors first; the order of the policies that were given means nothing."""
        level = LEVELS.index(RULES[self.rule])
        return level, self.rule, self.setting or "", self.policies, self.groups, self.message

    def as_dict(self) -> dict[str, t.Any]:
        """Return it in the form that users see."""
        return {
            "level": RULES[self.rule],
            "rule": self.rule,
            "message": self.message,
            "policies": list(self.policies),
            "groups": list(self.groups),
            "setting": self.setting,
        }


def policy_findings(
    policies: t.Any,
    refusals: Refusals,
    rules: Rules | None = None,
    group_names: t.Mapping[str, str] | None = None,
) -> list[dict[str, t.Any]]:
    """Return all findings, sorted. ``refusals`` tells what the module refuses of one policy. Raises PoliciesError."""
    read = read_policies(policies, rules, group_names)
    return as_dicts([*own_findings(read, refusals), *(_meeting(conflict, read) for conflict in find_conflicts(read))])


def own_findings(read: Policies, refusals: Refusals) -> list[Finding]:
    """Return the findings but for those on policies that set the same for the same people."""
    return [
        *(
            Finding(rule, message, (policy.title,))
            for policy in read.all
            for rule, message in refusals(policy.document)
        ),
        *(finding for policy in read.present for finding in _of_present(policy, read.rules)),
        *_duplicates(read),
    ]


def as_dicts(found: t.Iterable[Finding]) -> list[dict[str, t.Any]]:
    """Return findings in the form that users see, sorted."""
    return [finding.as_dict() for finding in sorted(found, key=lambda finding: finding.sort_key)]


def _of_present(policy: Policy, rules: Rules) -> t.Iterator[Finding]:
    """Yield what is doubtful about a policy that is to be there."""
    title, subject = (policy.title,), f"policy '{policy.title}'"
    if policy.exact and not policy.targets.included:
        yield Finding("unassigned", f"{subject}: {rules.nobody}.", title)
    elif not policy.exact and not policy.targets.included and not policy.problems:
        cause = "it does not say its groups, which are left alone; a new policy has none"
        yield Finding("groups_not_given", f"{subject}: {cause}.", title)
    given = [payload for payload in policy.payloads if payload.given]
    if not given:
        names = " or ".join(rules.content)
        yield Finding("payload_not_given", f"{subject}: it has no {names}, so its settings are left alone.", title)
    for rule, message, setting in rules.notes(policy, subject):
        yield Finding(rule, message, title, setting=setting)


def _duplicates(read: Policies) -> t.Iterator[Finding]:
    """Yield what two policies may not share."""
    for key, alike in _shared(read.all, lambda policy: policy.id and id_key(policy.id)):
        yield _several("duplicate_id", alike, f"both mean the policy with id {key}. Keep one of them")
    for key, alike in _shared(read.all, lambda policy: policy.name):
        if all(policy.id for policy in alike):
            yield _several("ambiguous_name", alike, f"share the name '{key}', so each can be meant by its id only")
        else:
            yield _several("duplicate_name", alike, f"share the name '{key}'. Rename them, or keep one of them")
    for _key, alike in _shared(read.present, lambda policy: look_of(policy.name)):
        if len({policy.name for policy in alike}) > 1:
            yield _similar(alike)
    for key, alike in _shared(read.present, lambda policy: policy.priority):
        yield _several("duplicate_priority", alike, f"share priority {key}, which is unique. Give each a number")


def _shared(
    policies: t.Iterable[Policy], key_of: t.Callable[[Policy], str | int | None]
) -> t.Iterator[tuple[str | int, list[Policy]]]:
    """Yield each key that several policies have, with these policies."""
    by_key: dict[str | int, list[Policy]] = {}
    for policy in policies:
        key = key_of(policy)
        if key is not None and key != "":
            by_key.setdefault(key, []).append(policy)
    yield from ((key, alike) for key, alike in by_key.items() if len(alike) > 1)


def _several(rule: str, alike: list[Policy], cause: str) -> Finding:
    titles = sorted({policy.title for policy in alike})
    named = ", ".join(f"'{title}'" for title in titles)
    return Finding(rule, f"{len(alike)} policies ({named}): they {cause}.", tuple(titles))


def _similar(alike: list[Policy]) -> Finding:
    names = sorted({policy.name for policy in alike})
    shown = ", ".join(f"'{with_escapes(name)}'" for name in names)
    cause = "their names differ only in case, blanks or Unicode form"
    step = "Write one name the same everywhere, or choose names that nobody takes for each other"
    return Finding("similar_name", f"{len(names)} policies ({shown}): {cause}. {step}.", tuple(names))


def _meeting(conflict: Conflict, read: Policies) -> Finding:
    return Finding(
        conflict.rule,
        conflict.sentence(read),
        conflict.titles,
        tuple(labels(conflict.targets, read)),
        read.rules.label(conflict.setting),
    )
