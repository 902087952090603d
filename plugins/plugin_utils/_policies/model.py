# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies read from definitions or configs, strongest first, with one key for each group."""

from __future__ import annotations

import itertools
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Targets
from ansible_collections.m365.apps.plugins.module_utils._policy.values import typed

from .groups import Directory, Group, word_for
from .payloads import Payload
from .rules import Rules
from .strength import by_strength
from .targets import given_targets

# What policies are told apart and sorted by.
_SCALARS = {"id": {"type": "str"}, "display_name": {"type": "str"}, "priority": {"type": "int"}}


class PoliciesError(ValueError):
    """Policies that cannot be read; the text is one sentence."""


@dataclass(frozen=True)
class Policy:
    """One policy. ``targets`` are by the keys of a Directory.

    ``priority`` is None where it is not given. ``problems`` tell what of it cannot be read. ``document`` is the policy
    as it was given.
    """

    name: str
    id: str | None
    priority: int | None
    absent: bool
    targets: Targets
    payloads: tuple[Payload, ...]
    problems: tuple[str, ...]
    document: t.Mapping[str, t.Any] = field(compare=False, repr=False)

    @property
    def title(self) -> str:
        """What to call it: its name, else its id."""
        return self.name or self.id or "without a name"

    @property
    def groups(self) -> frozenset[str]:
        """The groups that it is assigned to, by their keys."""
        return self.targets.groups

    @property
    def exact(self) -> bool:
        """Whether it has no other targets than those that it names."""
        return self.targets.exact


@dataclass(frozen=True)
class Policies:
    """All policies, strongest first, the names of their groups, and the rules of their surface. Of those of equal
    strength the name decides.
    """

    all: tuple[Policy, ...]
    directory: Directory
    rules: Rules

    @property
    def present(self) -> tuple[Policy, ...]:
        """Those that are not to be deleted."""
        return tuple(policy for policy in self.all if not policy.absent)


def read_policies(
    policies: t.Any,
    rules: Rules | None = None,
    group_names: t.Mapping[str, str] | None = None,
    more_groups: t.Iterable[Group] = (),
) -> Policies:
    """Return definitions or configs as values. ``rules`` are those of their surface, by_strength when left out, and
    ``group_names`` maps ids of groups to names.

    ``more_groups`` are groups from elsewhere that may say which name belongs to which id. Raises PoliciesError when it
    is not a list of policies; what is wrong inside a policy is told in its ``problems``.
    """
    documents = documents_of(policies)
    rules = rules or by_strength()
    told = [given_targets(document) for document in documents]
    named = ((*given.groups.members, *given.excluded.members) for given, _problems in told)
    written = itertools.chain(more_groups, *named)
    directory = Directory(_names(group_names), written)
    read = [
        (_policy(document, given.with_keys(directory), problems, rules), document)
        for document, (given, problems) in zip(documents, told, strict=True)
    ]
    return Policies(tuple(_strongest_first(read)), directory, rules)


def readable(policies: Policies) -> Policies:
    """Return policies in which everything could be read. Raises PoliciesError."""
    for policy in policies.all:
        if policy.problems:
            raise PoliciesError(f"policy '{policy.title}': cannot use it: {policy.problems[0]}. Fix the policy.")
    return policies


def documents_of(policies: t.Any) -> list[t.Mapping[str, t.Any]]:
    """Return a list of dicts as it is. Raises PoliciesError for anything else."""
    if isinstance(policies, (str, t.Mapping)) or not isinstance(policies, t.Iterable):
        raise PoliciesError(
            f"the policies: cannot use them: {word_for(policies)} is not a list. Give a list of policies."
        )
    documents = list(policies)
    for place, document in enumerate(documents):
        if not isinstance(document, t.Mapping):
            raise PoliciesError(
                f"policies[{place}]: cannot use it: {word_for(document)} is not a policy. Give the options of one."
            )
    return documents


def _names(group_names: t.Any) -> t.Mapping[str, str]:
    names = group_names or {}
    if not isinstance(names, t.Mapping) or not all(isinstance(text, str) for pair in names.items() for text in pair):
        raise PoliciesError("group_names: cannot use it: it is not a map of group ids to names. Give a dict, or none.")
    return names


def _policy(
    document: t.Mapping[str, t.Any],
    targets: Targets,
    problems: tuple[str, ...],
    rules: Rules,
) -> Policy:
    given_scalars = {name: document[name] for name in _SCALARS if document.get(name) not in (None, "")}
    scalars, misfits = typed(given_scalars, _SCALARS)
    known = scalars.keys() - {misfit.path for misfit in misfits}
    return Policy(
        name=scalars["display_name"] if "display_name" in known else "",
        id=scalars["id"] if "id" in known else None,
        priority=int(scalars["priority"]) if "priority" in known else None,
        absent=document.get("state") == "absent",
        targets=targets,
        payloads=rules.read(document),
        problems=(*problems, *map(str, misfits)),
        document=document,
    )


def _strongest_first(read: list[tuple[Policy, t.Mapping[str, t.Any]]]) -> t.Iterator[Policy]:
    """Sort by priority; one that is not given is the weakest, as a new policy is. The order that was given is none."""

    def strength(pair: tuple[Policy, t.Any]) -> tuple[bool, int, str, str]:
        policy = pair[0]
        return policy.priority is None, policy.priority or 0, policy.name, policy.id or ""

    for _strength, same in itertools.groupby(sorted(read, key=strength), strength):
        alike = list(same)
        if len(alike) > 1:
            alike.sort(key=lambda pair: json.dumps(pair[1], sort_keys=True, default=str))
        yield from (policy for policy, _document in alike)
