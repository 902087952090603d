# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a trace may not hold: everything that a tenant has a name, an id or a secret in."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import yaml

from ansible_collections.m365.apps.plugins.module_utils._module.trace_tables import TABLES
from ansible_collections.m365.apps.plugins.module_utils._trace.sentence_words import SENTENCE_WORDS

from . import tenant
from .canaries import Canaries
from .emulator import Emulator
from .processes import TARGETS

# What Microsoft has in every tenant, beside the words of the tables: types, permissions, media types. Short numbers are
# seconds as often as not.
_PUBLIC = re.compile(
    r"#?microsoft\..*|\w+AssignmentTarget|[A-Z]\w+\.Read(?:Write)?\.All|[\d.]{1,5}|true|false|application/json"
)
# Words that a line of a trace is made of, beside those that messages are made of.
_OWN = frozenset(("graph", "login", "kind", "run", "request", "answer", "seconds", "payload", "json", "bytes", "batch"))
_SHORTEST = 3


def trace_in(folder: Path) -> Path:
    """Return the path for a trace in a folder of its own."""
    private = folder / "trace"
    private.mkdir(mode=0o700)
    return private / "trace.jsonl"


def texts_of_target(name: str) -> set[str]:
    """Return all that the variables of a target name: policies, groups, ids, payloads and texts."""
    texts: set[str] = set()
    for path in (TARGETS / name / "vars").iterdir():
        texts |= set(_texts(yaml.load(path.read_text(), _Variables)))
    return texts


class _Variables(yaml.SafeLoader):
    """Reads variables of Ansible, whose tags (!unsafe) stand before texts."""


_Variables.add_constructor("!unsafe", lambda _loader, node: str(node.value))


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        yield from (text for member in value.values() for text in _texts(member))
    elif isinstance(value, list):
        yield from (text for member in value for text in _texts(member))
    elif isinstance(value, str) and "{{" not in value:
        yield value


def shown_in(trace: str, texts: t.Iterable[str]) -> list[str]:
    """Return those texts of a tenant that a trace shows as whole words, each with what stands around it."""
    shown = []
    for text in sorted(set(texts)):
        if len(text) < _SHORTEST or _is_public(text):
            continue
        found = re.search(rf"(?<![\w-]){re.escape(json.dumps(text)[1:-1])}(?![\w-])", trace)
        if found:
            shown.append(f"{text}: {trace[max(0, found.start() - 100) : found.end() + 50]}")
    return shown


def _is_public(text: str) -> bool:
    words = {word for known in TABLES.values.values() for word in known}
    ours = (
        text in _OWN
        or text.lower() in SENTENCE_WORDS
        or text in TABLES.members
        or text in TABLES.segments
        or TABLES.is_fact(text)
        or text.lower() in words
    )
    return ours or _PUBLIC.fullmatch(text) is not None


def assert_private(trace: Path, name: str, emulator: Emulator) -> None:
    """Raise AssertionError where the trace of a target shows a name, an id or a secret of its tenant."""
    raw = trace.read_text()
    ids = {tenant.TENANT, *(app for app, _roles in tenant.APPS.values()), emulator.ready.url.rpartition("/")[2]}
    held = json.dumps(emulator.tenant(tenant.TENANT).get("policies", []))
    shown = shown_in(raw, texts_of_target(name) | ids | set(_texts(json.loads(held))))
    assert shown == [], shown
    canaries = Canaries({"secret": tenant.SECRET, "wrong secret": tenant.WRONG_SECRET})
    canaries.add_tokens(emulator.tokens())
    assert canaries.seen_in(raw) == []
