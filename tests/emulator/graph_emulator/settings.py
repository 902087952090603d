# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the emulated tenant behaves: one table of settings with defaults and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

HISTORY_SECONDS = 600
ACTION_SPELLINGS = ("plain", "microsoft.graph", "microsoft.management.services.api")


class SettingError(ValueError):
    """A setting is unknown or has a wrong value; the text names it."""


Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a setting accepts: the test and how to say it."""

    accepts: Check
    text: str


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _limits(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    keys = {"writes", "requests", "seconds"}
    return isinstance(value, dict) and set(value) <= keys and all(_number(v) and v > 0 for v in value.values())


def one_of(*choices: Any) -> Rule:
    """A setting with a closed list of values."""
    return Rule(
        lambda value: any(value is c or (value == c and type(value) is type(c)) for c in choices),
        "one of " + ", ".join(map(str, choices)),
    )


FLAG = Rule(lambda value: isinstance(value, bool), "true or false")
COUNT = Rule(lambda value: _whole(value) and value >= 1, "a whole number of at least 1")
LAG = Rule(lambda value: _number(value) and 0 <= value <= HISTORY_SECONDS, f"seconds from 0 to {HISTORY_SECONDS}")
LIMITS = Rule(_limits, "true, false, or an object of writes, requests and seconds")
SPELLINGS = Rule(
    lambda value: isinstance(value, list) and bool(value) and all(item in ACTION_SPELLINGS for item in value),
    "a list of " + ", ".join(ACTION_SPELLINGS),
)


def _setting(default: Any, rule: Rule) -> Any:
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata={"rule": rule})
    return field(default=default, metadata={"rule": rule})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; the README says what each one does."""

    page_size: int = _setting(100, COUNT)
    empty_first_page: bool = _setting(False, FLAG)
    stale_seconds: float = _setting(0, LAG)
    payload_transport: str = _setting("stream", one_of("stream", "inline", "both"))
    empty_payload: str = _setting("no_content", one_of("no_content", "not_found", "empty"))
    last_modified: bool = _setting(True, FLAG)
    wrap_get: bool = _setting(False, FLAG)
    expand_empty: bool = _setting(False, FLAG)
    patch_status: int = _setting(200, one_of(200, 204))
    patch_requires_type: bool = _setting(False, FLAG)
    refuse_abstract_create: bool = _setting(False, FLAG)
    deep_insert: str = _setting("refuse", one_of("refuse", "ignore", "accept"))
    one_group_per_policy: bool = _setting(False, FLAG)
    action_spellings: list[str] = _setting(list(ACTION_SPELLINGS), SPELLINGS)
    batch_enabled: bool = _setting(True, FLAG)
    batch_order: str = _setting("reversed", one_of("reversed", "as_sent"))
    batch_binary: str = _setting("base64url", one_of("base64url", "base64"))
    nested_errors: bool = _setting(False, FLAG)
    segment_withdrawn: bool = _setting(False, FLAG)
    refuse_writes: bool = _setting(False, FLAG)
    intune_limits: bool | dict[str, float] = _setting(False, LIMITS)
    token_seconds: int = _setting(3599, COUNT)

    def merged(self, changes: object) -> Settings:
        """A copy with ``changes`` (a JSON object) applied.

        :raises SettingError: unknown key or wrong value, named in the text.
        """
        if not isinstance(changes, Mapping):
            raise SettingError("settings: a JSON object is needed")
        rules: dict[str, Rule] = {item.name: item.metadata["rule"] for item in fields(self)}
        for name, value in changes.items():
            if name not in rules:
                raise SettingError(f"settings.{name}: unknown setting; known are {', '.join(sorted(rules))}")
            if not rules[name].accepts(value):
                raise SettingError(f"settings.{name}: must be {rules[name].text}")
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """All settings as a JSON object."""
        return asdict(self)
