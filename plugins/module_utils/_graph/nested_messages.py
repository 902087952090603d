# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Intune's services put into the message of an error: JSON text inside of JSON text, made one sentence."""

from __future__ import annotations

import re
import typing as t

from .._json import bounded_json

# Seen up to twice in public threads.
_MOST_LAYERS = 4
# What follows the words of a service: ids for Microsoft's support, and a URL of its own proxy.
_IDS = re.compile(
    r"\s*-\s*Operation ID(?: \(for customer support\))?:\s*(?P<operation>[\w-]+)"
    r"(?:\s*-?\s*Activity ID:\s*(?P<activity>[\w-]+))?.*",
    re.DOTALL,
)


def sentence_of(message: t.Any) -> str:
    """Return the readable text of a message: what a service says, and its ids behind it."""
    text = str(message or "").strip()
    for _layer in range(_MOST_LAYERS):
        inner = _inner(text)
        if inner is None:
            break
        text = inner
    return _IDS.sub(_told, text, count=1)


def _inner(text: str) -> str | None:
    """Return the message inside of a JSON text, None where it is not one that has any."""
    if not text.startswith("{"):
        return None
    try:
        nested = bounded_json(text.encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(nested, dict):
        return None
    message = next((value for key, value in nested.items() if key.lower() == "message"), None)
    return str(message).strip() if message else None


def _told(found: re.Match[str]) -> str:
    ids = [f"{name} id {found[name]}" for name in ("operation", "activity") if found[name]]
    return f" ({', '.join(ids)})"
