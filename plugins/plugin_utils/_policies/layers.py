# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Priorities for a surface that has none: policies compiled to parts that exclude the groups of stronger policies.

What a compile makes of a policy is a function of it and of those that are stronger, whatever the order they come in.
"""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import LONGEST_DESCRIPTION, SETTINGS
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import read_entries
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError, refusal
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GROUP_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import OBJECT_KEYS, parts_of
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Everyone
from ansible_collections.m365.apps.plugins.module_utils._policy.part_names import description_of_part, name_of_part
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import PayloadError
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import length_on_graph, value_of_text

from .agreement import by_agreement
from .exclusions import Exclusions, Problem, exclusions_of
from .groups import given_groups
from .identity import identity
from .layer_names import Keys, groups_in_names
from .model import Policies, PoliciesError, Policy, documents_of, read_policies
from .plain_values import plain_value
from .targets import ALL_OPTIONS

Dict = dict[str, t.Any]

PRIORITY = "priority"
_GROUPS, _EXCLUDED = GROUP_OPTIONS.values()


@dataclass(frozen=True)
class Part:
    """A policy that a definition is compiled to. ``without`` are the groups, as they are called, that it leaves to
    stronger policies, ``settings`` the keys of what it holds. ``document`` is None where it would reach nobody.
    """

    document: Dict | None
    without: tuple[str, ...]
    settings: tuple[str, ...]
    stronger: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A policy with a priority, and its parts."""

    policy: Policy
    parts: tuple[Part, ...]

    @property
    def made(self) -> list[Dict]:
        """The policies that it is compiled to."""
        return [part.document for part in self.parts if part.document is not None]

    def as_dict(self) -> Dict:
        """Return it in the form that users see."""
        kept = [part for part in self.parts if part.document is not None]
        return {
            "definition": self.policy.title,
            "priority": self.policy.priority,
            "policies": [
                {
                    "display_name": (part.document or {}).get("display_name"),
                    "without": list(part.without),
                    "settings": list(part.settings),
                }
                for part in kept
            ],
            "left_out": [
                {"without": list(part.without), "settings": list(part.settings)}
                for part in self.parts
                if part.document is None
            ],
        }


@dataclass(frozen=True)
class Layers:
    """What a compile makes of policies. ``policies`` are all, sorted by name, ``layers`` those with a priority, the
    strongest first, ``absent`` the names of those that are to be deleted, ``problems`` why it cannot be done, in which
    case the rest does not count. ``unread`` are those about settings that cannot be read.
    """

    policies: tuple[Dict, ...]
    layers: tuple[Layer, ...]
    absent: tuple[str, ...]
    problems: tuple[Problem, ...]
    unread: tuple[Problem, ...]


def layered_policies(policies: t.Any, catalog: Catalog, group_names: t.Mapping[str, str] | None = None) -> list[Dict]:
    """Return the policies that a set of policies is compiled to, sorted by name. Raises PoliciesError with all that
    keeps it from being done.
    """
    return list(whole(compile_layers(policies, catalog, group_names)).policies)


def whole(layers: Layers) -> Layers:
    """Return layers that could be made. Raises PoliciesError."""
    problems = [*layers.unread, *layers.problems]
    if problems:
        raise PoliciesError(" ".join(problem.message for problem in problems))
    return layers


def compile_layers(policies: t.Any, catalog: Catalog, group_names: t.Mapping[str, str] | None = None) -> Layers:
    """Return what policies are compiled to, or why that cannot be. Raises PoliciesError for what is not a list of them.

    Policies without a priority stay as they are.
    """
    documents = [plain_value(document) for document in documents_of(policies)]
    read = read_policies(documents, by_agreement(catalog), group_names)
    unread = tuple(problem for policy in read.present for problem in _unread(policy))
    ranked = [policy for policy in read.present if policy.priority is not None]
    unfit = [problem for policy in ranked for problem in _unfit(policy)]
    wrong = {title for problem in (*unread, *unfit) for title in problem.titles}
    usable = [policy for policy in read.present if policy.title not in wrong]
    exclusions = exclusions_of(read, usable)
    compiler = _Compiler(read, catalog, exclusions, _spellings(read))
    layers = tuple(compiler.layer(policy) for policy in usable if policy.priority is not None)
    ranks = {id(layer.policy) for layer in layers}
    others = [without_priority(policy.document) for policy in read.all if id(policy) not in ranks]
    made = sorted([*others, *(each for layer in layers for each in layer.made)], key=_order)
    problems = (
        *unfit,
        *_shared_priorities(ranked),
        *exclusions.problems,
        *_too_long(layers),
        *_lost_ids(layers),
        *_shared_names(layers, made),
    )
    absent = tuple(policy.name for policy in read.all if policy.absent and policy.name)
    return Layers(tuple(made), layers, absent, problems, unread)


def without_priority(document: t.Mapping[str, t.Any]) -> Dict:
    """Return a policy as surfaces without priorities take it; what is no priority is left to those who check it."""
    ranked = document.get(PRIORITY) not in (None, "")
    return {key: value for key, value in document.items() if not (ranked and key == PRIORITY)}


# What cannot be used


def _unread(policy: Policy) -> t.Iterator[Problem]:
    """Yield why it is not known what a policy sets, or for whom."""
    subject = f"policy '{policy.title}'"
    if policy.problems:
        cause = "; ".join(policy.problems)
        yield Problem((policy.title,), f"{subject}: cannot layer it: {cause}. Correct it.")
    found = [
        problem
        for payload in policy.payloads
        for problem in payload.problems
        if not problem.place.startswith("remove ")
    ]
    if found:
        step = "Correct them, or give a catalog_file that knows them"
        yield Problem((policy.title,), refusal(f"{subject}: cannot layer it", SettingsError(found), step))


def _unfit(policy: Policy) -> t.Iterator[Problem]:
    """Yield what a policy with a priority must say and does not."""
    checks = (
        (not policy.name, "it has no display_name, of which its parts are named. Give one"),
        (
            not policy.problems and not _exact_entries(policy.document),
            "it does not say all of its settings. Give settings as a list, or as set",
        ),
        (
            not policy.problems and not policy.exact,
            "it does not say all of its targets. Give groups and exclude_groups as lists, all_users or all_devices",
        ),
    )
    for holds, said in checks:
        if holds:
            yield Problem((policy.title,), f"policy '{policy.title}': cannot layer it: {said}.")


def _exact_entries(document: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a policy says all of its settings. What cannot be read is told elsewhere."""
    given = _settings(document)
    return isinstance(given, list) or (isinstance(given, dict) and "add" not in given and "remove" not in given)


def _settings(document: t.Mapping[str, t.Any]) -> t.Any:
    """Return what a policy says of its settings, the text of a list or a dict as that."""
    return _of_text(document.get(SETTINGS))


def _given_entries(document: t.Mapping[str, t.Any]) -> t.Any:
    """Return the entries of all settings of a policy, as they were given; the list in ``set`` may be a text, too."""
    given = _settings(document)
    return _of_text(given.get("set", [])) if isinstance(given, dict) else given


def _of_text(given: t.Any) -> t.Any:
    try:
        return value_of_text(given) if isinstance(given, str) else given
    except PayloadError:
        return []


def _shared_priorities(ranked: t.Sequence[Policy]) -> list[Problem]:
    by_priority: dict[int, list[str]] = {}
    for policy in ranked:
        by_priority.setdefault(t.cast(int, policy.priority), []).append(policy.title)
    return [
        Problem(
            tuple(titles),
            f"{len(titles)} policies ({_quoted(titles)}): cannot layer them: they share priority {priority}, so that "
            "none is the stronger one. Give each a number of its own.",
        )
        for priority, titles in by_priority.items()
        if len(titles) > 1
    ]


def _too_long(layers: t.Iterable[Layer]) -> list[Problem]:
    return [
        Problem(
            (layer.policy.title,),
            f"policy '{layer.policy.title}': cannot layer it: its description leaves no room for what it is a part of: "
            f"{length_on_graph(document['description'])} characters, more than {LONGEST_DESCRIPTION}. Shorten it.",
        )
        for layer in layers
        for document in layer.made
        if document["display_name"] != layer.policy.name
        and length_on_graph(document["description"]) > LONGEST_DESCRIPTION
    ][:1]


def _lost_ids(layers: t.Iterable[Layer]) -> list[Problem]:
    return [
        Problem(
            (layer.policy.title,),
            f"policy '{layer.policy.title}': cannot layer it: it has an id, and there is no setting that the policy "
            "with this id keeps for all its groups. Leave id out.",
        )
        for layer in layers
        if layer.policy.id and all(document.get("id") is None for document in layer.made)
    ]


def _shared_names(layers: t.Iterable[Layer], made: t.Iterable[Dict]) -> list[Problem]:
    """Return what would be called as a part is: names are what parts are known by."""
    counts = Counter(str(document.get("display_name")) for document in made)
    parts = {document["display_name"] for layer in layers for document in layer.made}
    return [
        Problem(
            (name,), f"{counts[name]} policies: cannot layer them: all would be called '{name}'. Rename all but one."
        )
        for name in sorted(parts)
        if counts[name] > 1
    ]


# Parts


@dataclass(frozen=True)
class _Compiler:
    """Policies to compile. ``spellings`` are the groups by their keys, as they are to be written."""

    read: Policies
    catalog: Catalog
    exclusions: Exclusions
    spellings: t.Mapping[str, t.Any]

    def layer(self, policy: Policy) -> Layer:
        """Return a policy with its parts: first that without exclusions, then by the groups that they exclude."""
        entries: dict[Keys, list[tuple[str, t.Any]]] = {}
        for setting, entry in self._entries(policy):
            entries.setdefault(self.exclusions.groups(policy, setting), []).append((setting, entry))
        # Without settings it is left to those who check it.
        entries = entries or {frozenset(): []}
        names = groups_in_names({keys: self._labels(keys) for keys in entries})
        parts = [self._part(policy, keys, own, names[keys]) for keys, own in entries.items()]
        return Layer(
            policy, tuple(sorted(parts, key=lambda part: (len(part.without) > 0, part.without, part.settings)))
        )

    def _entries(self, policy: Policy) -> t.Iterator[tuple[str, t.Any]]:
        """Yield the entries of a policy, as they were given, with the ids of their settings."""
        for entry in _given_entries(policy.document):
            yield from ((setting, entry) for setting in read_entries([entry], self.catalog, 0)[0])

    def _labels(self, keys: Keys) -> tuple[str, ...]:
        return tuple(sorted(self.read.directory.label(key) for key in keys))

    def _part(self, policy: Policy, keys: Keys, entries: list[tuple[str, t.Any]], groups: str) -> Part:
        settings = tuple(sorted(self.read.rules.label(setting) for setting, _entry in entries))
        above = [each for setting, _entry in entries for each in self.exclusions.above.get((id(policy), setting), [])]
        stronger = tuple(dict.fromkeys(each.title for each in above))
        part = Part(self._document(policy, keys, [entry for _setting, entry in entries]), self._labels(keys), settings)
        if part.document is None or not keys:
            return Part(part.document, part.without, settings, stronger)
        own = str(policy.document.get("description") or "")
        document = {key: value for key, value in part.document.items() if key != "id"} | {
            "display_name": name_of_part(policy.name, groups),
            "description": description_of_part(policy.name, groups, own),
        }
        return Part(document, part.without, settings, stronger)

    def _document(self, policy: Policy, keys: Keys, entries: list[t.Any]) -> Dict | None:
        """Return a policy with these settings alone, for all but these groups; None where that is nobody."""
        groups = [member for key, member in self._members(policy, _GROUPS) if key not in keys]
        everyone = any(isinstance(target, Everyone) for target in policy.targets.included)
        if keys and not groups and not everyone:
            return None
        excluded = [member for _key, member in self._members(policy, _EXCLUDED)]
        added = sorted(keys, key=lambda key: (self.read.directory.label(key), key))
        # All that a part is not for is said: what a policy of its name has beside would make it meet others.
        return {
            **dict.fromkeys(ALL_OPTIONS, False),
            **without_priority(policy.document),
            SETTINGS: entries,
            _GROUPS: groups,
            _EXCLUDED: [*excluded, *(self.spellings[key] for key in added)],
        }

    def _members(self, policy: Policy, option: str) -> list[tuple[str, t.Any]]:
        """Return the groups of an option as they were given, with their keys."""
        return [(self.read.directory.key(group), member) for group, member in _given(policy.document, option)]


def _given(document: t.Mapping[str, t.Any], option: str) -> list[tuple[t.Any, t.Any]]:
    """Return the groups of an option, each as a Group and as it was given."""
    value = document.get(option)
    if value is None:
        return []
    parts = parts_of(value, option)
    return list(zip(given_groups(value, option).members, parts.get("set", parts.get("add", [])), strict=True))


def _spellings(read: Policies) -> dict[str, t.Any]:
    """Return each group that policies are for, as others write it who exclude it: as it tells most of itself."""
    found: dict[str, list[t.Any]] = {}
    for policy in read.present:
        for group, member in [] if policy.problems else _given(policy.document, _GROUPS):
            plain = {key: member[key] for key in OBJECT_KEYS if key in member} if isinstance(member, dict) else member
            found.setdefault(read.directory.key(group), []).append(plain)
    return {key: min(members, key=_telling) for key, members in found.items()}


def _telling(member: t.Any) -> tuple[int, str]:
    return -len(member) if isinstance(member, dict) else -1, json.dumps(member, sort_keys=True)


def _quoted(titles: t.Iterable[str]) -> str:
    return ", ".join(f"'{title}'" for title in sorted(titles))


def _order(document: Dict) -> tuple[t.Any, ...]:
    """Sort by name, so that the same policies come in the same order, from whatever they were compiled."""
    known = identity(document)
    return str(document.get("display_name") or ""), known or ("", ""), json.dumps(document, sort_keys=True, default=str)
