# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the emulated tenant behaves: one table of settings with defaults and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

HISTORY_SECONDS = 600
INT32_MAX = 2**31 - 1
# Who tokens stand for.
SIGNED_IN = ("app", "user", "intune_administrator")
RENAME_KEYS = ("policy", "name")
LIMIT_KEYS = ("writes", "requests", "seconds")
ACTION_SPELLINGS = ("plain", "microsoft.graph", "microsoft.management.services.api")


class SettingError(ValueError):
    """A setting is unknown or has a wrong value; the text names it."""


Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a setting accepts: the test, how to say it, and the same as JSON Schema."""

    accepts: Check
    text: str
    schema: Mapping[str, Any]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _limits(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    return (
        isinstance(value, dict) and set(value) <= set(LIMIT_KEYS) and all(_number(v) and v > 0 for v in value.values())
    )


def _rename(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(RENAME_KEYS)
        and all(isinstance(text, str) and text for text in value.values())
    )


def one_of(*choices: Any) -> Rule:
    """A setting with a closed list of values."""
    return Rule(
        lambda value: any(value is c or (value == c and type(value) is type(c)) for c in choices),
        "one of " + ", ".join(map(str, choices)),
        {"enum": list(choices)},
    )


FLAG = Rule(lambda value: isinstance(value, bool), "true or false", {"type": "boolean"})
COUNT = Rule(
    lambda value: _whole(value) and 1 <= value <= INT32_MAX,
    f"a whole number from 1 to {INT32_MAX}",
    {"type": "integer", "minimum": 1, "maximum": INT32_MAX},
)
NATURAL = Rule(
    lambda value: _whole(value) and 0 <= value <= INT32_MAX,
    f"a whole number from 0 to {INT32_MAX}",
    {"type": "integer", "minimum": 0, "maximum": INT32_MAX},
)
LAG = Rule(
    lambda value: _number(value) and 0 <= value <= HISTORY_SECONDS,
    f"seconds from 0 to {HISTORY_SECONDS}",
    {"type": "number", "minimum": 0, "maximum": HISTORY_SECONDS},
)
LIMITS = Rule(
    _limits,
    "true, false, or an object of writes, requests and seconds",
    {
        "anyOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "properties": {name: {"type": "number", "exclusiveMinimum": 0} for name in LIMIT_KEYS},
                "additionalProperties": False,
            },
        ]
    },
)
SPELLINGS = Rule(
    lambda value: isinstance(value, list) and bool(value) and all(item in ACTION_SPELLINGS for item in value),
    "a list of " + ", ".join(ACTION_SPELLINGS),
    {"type": "array", "items": {"enum": list(ACTION_SPELLINGS)}, "minItems": 1},
)


RENAME = Rule(
    lambda value: value is None or _rename(value),
    "an object of policy (id or name) and name (the new one), or null",
    {
        "anyOf": [
            {
                "type": "object",
                "properties": {name: {"type": "string", "minLength": 1} for name in RENAME_KEYS},
                "required": list(RENAME_KEYS),
                "additionalProperties": False,
            },
            {"type": "null"},
        ]
    },
)


def _texts_or_null(text: str) -> Rule:
    return Rule(
        lambda value: value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value)),
        f"a list of {text}, or null",
        {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
    )


TAGS = _texts_or_null("ids of scope tags")
POLICIES = _texts_or_null("ids or names of policies")
GROUPS = _texts_or_null("ids of groups")
ACTIONS = _texts_or_null("actions such as Microsoft.Intune_DeviceConfigurations_Read")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; the README says what each one does."""

    page_size: int = field(default=100, metadata={"rule": COUNT})
    empty_first_page: bool = field(default=False, metadata={"rule": FLAG})
    stale_seconds: float = field(default=0, metadata={"rule": LAG})
    payload_transport: str = field(default="stream", metadata={"rule": one_of("stream", "inline", "both")})
    empty_payload: str = field(default="no_content", metadata={"rule": one_of("no_content", "not_found", "empty")})
    last_modified: bool = field(default=True, metadata={"rule": FLAG})
    wrap_get: bool = field(default=False, metadata={"rule": FLAG})
    expand_empty: bool = field(default=False, metadata={"rule": FLAG})
    patch_status: int = field(default=200, metadata={"rule": one_of(200, 204)})
    patch_requires_type: bool = field(default=False, metadata={"rule": FLAG})
    refuse_abstract_create: bool = field(default=False, metadata={"rule": FLAG})
    deep_insert: str = field(default="refuse", metadata={"rule": one_of("refuse", "ignore", "accept")})
    one_group_per_policy: bool = field(default=False, metadata={"rule": FLAG})
    action_spellings: list[str] = field(default_factory=lambda: list(ACTION_SPELLINGS), metadata={"rule": SPELLINGS})
    batch_enabled: bool = field(default=True, metadata={"rule": FLAG})
    batch_order: str = field(default="reversed", metadata={"rule": one_of("reversed", "as_sent")})
    batch_binary: str = field(default="base64url", metadata={"rule": one_of("base64url", "base64")})
    nested_errors: bool = field(default=False, metadata={"rule": FLAG})
    segment_withdrawn: bool = field(default=False, metadata={"rule": FLAG})
    refuse_writes: bool = field(default=False, metadata={"rule": FLAG})
    intune_limits: bool | dict[str, float] = field(default=False, metadata={"rule": LIMITS})
    retry_after_sent: bool = field(default=True, metadata={"rule": FLAG})
    unknown_groups: str = field(default="accept", metadata={"rule": one_of("accept", "refuse")})
    assign_status: int = field(default=204, metadata={"rule": one_of(204, 200)})
    catalog_page_size: int = field(default=25, metadata={"rule": COUNT})
    catalog_definitions_page_size: int = field(default=0, metadata={"rule": NATURAL})
    catalog_list_lag_seconds: float = field(default=0, metadata={"rule": LAG})
    catalog_filter_empty_page: bool = field(default=False, metadata={"rule": FLAG})
    catalog_filter_per_page: bool = field(default=False, metadata={"rule": FLAG})
    catalog_empty_pages: int = field(default=0, metadata={"rule": NATURAL})
    catalog_overlapping_pages: bool = field(default=False, metadata={"rule": FLAG})
    catalog_rename_between_pages: dict[str, str] | None = field(default=None, metadata={"rule": RENAME})
    catalog_unreadable: list[str] | None = field(default=None, metadata={"rule": POLICIES})
    catalog_unknown_definitions: str = field(default="refuse", metadata={"rule": one_of("refuse", "accept")})
    catalog_put_refused: bool = field(default=False, metadata={"rule": FLAG})
    catalog_wrong_is_assigned: bool = field(default=False, metadata={"rule": FLAG})
    catalog_extra_fields: bool = field(default=False, metadata={"rule": FLAG})
    no_intune_licence: bool = field(default=False, metadata={"rule": FLAG})
    scope_tags_forbidden: bool = field(default=False, metadata={"rule": FLAG})
    signed_in: str = field(default="app", metadata={"rule": one_of(*SIGNED_IN)})
    visible_scope_tags: list[str] | None = field(default=None, metadata={"rule": TAGS})
    writable_scope_tags: list[str] | None = field(default=None, metadata={"rule": TAGS})
    untagged_policies: str = field(default="creator", metadata={"rule": one_of("creator", "default")})
    role_actions: list[str] | None = field(default=None, metadata={"rule": ACTIONS})
    assignable_groups: list[str] | None = field(default=None, metadata={"rule": GROUPS})
    allowed_scope_tags: list[str] | None = field(default=None, metadata={"rule": TAGS})
    export_job_polls: int = field(default=1, metadata={"rule": NATURAL})
    export_job_missing_polls: int = field(default=0, metadata={"rule": NATURAL})
    export_job_empty_urls: int = field(default=0, metadata={"rule": NATURAL})
    approval_required: bool = field(default=False, metadata={"rule": FLAG})
    approval_status: int = field(default=403, metadata={"rule": one_of(403, 412)})
    token_seconds: int = field(default=3599, metadata={"rule": COUNT})

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
