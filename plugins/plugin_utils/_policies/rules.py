# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters on policies know of a surface: how settings are read, and what becomes of those that are shared."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Reach, Target

from .payloads import Payload

if t.TYPE_CHECKING:
    from .model import Policies, Policy

Document = t.Mapping[str, t.Any]


class Entry(t.NamedTuple):
    """One setting in one payload of a policy."""

    policy: Policy
    payload: Payload
    value: t.Any


class Applying(t.NamedTuple):
    """An entry of a policy that somebody gets, or may get."""

    entry: Entry
    reach: Reach


class Conflict(t.Protocol):
    """A setting over which policies meet."""

    @property
    def setting(self) -> str:
        """The id of the setting."""

    @property
    def rule(self) -> str:
        """The rule of lint that it breaks."""

    @property
    def targets(self) -> frozenset[Target]:
        """Whom it concerns."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The policies that it is about."""

    def as_dict(self, read: Policies) -> dict[str, t.Any]:
        """Return it in the form that users see."""

    def sentence(self, read: Policies) -> str:
        """Return what lint says of it."""


@dataclass(frozen=True)
class Rules:
    """The rules of one surface.

    ``content``: the options with settings. ``read`` takes them apart. ``outcome`` tells what somebody gets of one
    setting, from all entries of it, the strongest first. ``conflicts`` finds those of one setting. ``label`` is what a
    setting is called, ``shown`` how a value is shown. ``about`` tells the ``title`` and ``category`` of the setting
    with a label, as far as they are known, ``words`` what people call a value that is shown. ``notes`` are a policy's
    own findings, as rule, sentence and setting.
    """

    content: tuple[str, ...]
    nobody: str
    read: t.Callable[[Document], tuple[Payload, ...]]
    outcome: t.Callable[[list[Applying]], dict[str, t.Any]]
    conflicts: t.Callable[[Policies, str, list[Entry]], t.Iterator[Conflict]]
    label: t.Callable[[str], str]
    shown: t.Callable[[t.Any], t.Any]
    about: t.Callable[[str], dict[str, str]]
    words: t.Callable[[t.Any], str]
    notes: t.Callable[[Policy, str], t.Iterator[tuple[str, str, str | None]]]


def entries_by_setting(policies: t.Sequence[Policy]) -> dict[str, list[Entry]]:
    """Return the entries of each setting, the winning one first. ``policies`` come strongest first."""
    found: dict[str, list[Entry]] = {}
    for enforced in (True, False):
        for policy in policies:
            for payload in policy.payloads:
                if payload.enforced is enforced:
                    for setting, value in payload.settings.items():
                        found.setdefault(setting, []).append(Entry(policy, payload, value))
    return found
