# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads taken apart into settings.

No sample of a payload was ever published. The reading of the whole collection is a list of objects, each with an id
(``settingId``), whose other members are the value. What is in another form is left out, with the reason.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._policy import compare
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import PayloadError, parse_given
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import meant

SETTING_KEY = compare.SETTING_KEY
# What objects of a payload have beside the id of their setting; any other key is fine, unless it is like one of these.
_USUAL_KEYS = ("value", "valueName", "app", "platform", "type")


@dataclass(frozen=True)
class Payload:
    """One payload of a policy. ``settings`` maps ids to their objects; the first one of an id counts.

    ``given``: the policy says something of this payload. ``twice``: ids that are listed twice. ``skipped``: why
    something is not among the settings. ``problems``: what the module refuses of it. ``misspelled``: keys of its
    objects that are probably meant otherwise.
    """

    name: str
    enforced: bool
    given: bool = False
    settings: t.Mapping[str, t.Any] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    problems: tuple[t.Any, ...] = ()
    misspelled: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it is given, and holds nothing at all."""
        return self.given and not self.settings and not self.left_out

    @property
    def left_out(self) -> tuple[str, ...]:
        """Why something of it does not count."""
        return (
            *self.skipped,
            *map(str, self.problems),
            *(f"{setting} is listed more than once, only the first one counts" for setting in self.twice),
        )


def read_payload(value: t.Any, name: str, enforced: bool, setting_key: str) -> Payload:
    """Return a payload taken apart. ``value`` is a list, a dict or the JSON text of one; None means not given."""
    if isinstance(value, str):
        try:
            value = parse_given(value)
        except PayloadError as error:
            return Payload(name, enforced, given=True, skipped=(str(error),))
    if value is None:
        return Payload(name, enforced)
    if not value:
        return Payload(name, enforced, given=True)
    if not isinstance(value, list):
        return Payload(name, enforced, given=True, skipped=(f"it is not a list of objects with {setting_key}",))
    return _take_apart(value, name, enforced, setting_key)


def _take_apart(members: list[t.Any], name: str, enforced: bool, setting_key: str) -> Payload:
    steps = setting_key.split(".")
    settings: dict[str, t.Any] = {}
    twice: set[str] = set()
    unnamed = 0
    for member in members:
        setting = _setting_id(member, setting_key, steps)
        if not setting:
            unnamed += 1
        elif setting in settings:
            twice.add(setting)
        else:
            settings[setting] = member
    skipped = (f"{unnamed} of its {len(members)} members have no {setting_key}",) if unnamed else ()
    misspelled = tuple(_misspelled(members, (steps[0], *_USUAL_KEYS)))
    return Payload(name, enforced, True, settings, tuple(sorted(twice)), skipped, misspelled=misspelled)


def _misspelled(members: list[t.Any], usual: tuple[str, ...]) -> t.Iterator[str]:
    """Yield the keys of objects that are like one which the object lacks and others of the payload have."""
    counts = Counter(key for member in members if isinstance(member, dict) for key in member)
    for number, member in enumerate(members, 1):
        for key in member if isinstance(member, dict) else ():
            if key in usual or not isinstance(key, str):
                continue
            other = meant(key, [each for each in usual if each not in member])
            # What most objects have is a key of its own, unless it differs in case alone.
            is_own = counts[key] * 2 > len(members) > 1 and key.casefold() != other.casefold()
            if other and not is_own:
                yield f"item {number} of {len(members)} has the key {key}. Did you mean {other}?"


def _setting_id(member: t.Any, setting_key: str, steps: list[str]) -> str | None:
    """Return the id below a dotted path, or below a key with that very name. None where there is no text."""
    if isinstance(member, dict) and setting_key in member:
        value = member[setting_key]
    else:
        value = member
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
