# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query options: which ones an operation takes, and what they may say."""

from __future__ import annotations

from collections.abc import Set
from urllib.parse import unquote_plus

from ..errors import Refused

ODATA_OPTIONS = frozenset(
    {"$apply", "$compute", "$count", "$expand", "$filter", "$format", "$orderby", "$search", "$select", "$skip"}
    | {"$skiptoken", "$top", "$deltatoken"}
)
PARSING = "Parsing OData Select and Expand failed:"


def parse(query: str, allowed: Set[str]) -> dict[str, str]:
    """Query options by name with ``$`` (Graph takes them without it too).

    :raises Refused: 400 for an option that the operation does not take, and for one that is there twice.
    """
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        raw, _unused, value = part.partition("=")
        sent = unquote_plus(raw)
        name = sent if sent in allowed else f"${sent.removeprefix('$')}"
        if name not in allowed:
            kind = "is not supported on this resource" if name in ODATA_OPTIONS else "is not a known query option"
            hint = f"; it takes {', '.join(sorted(allowed))}" if allowed else "; it takes none"
            raise Refused(400, "BadRequest", f"The query option '{sent}' {kind}{hint}.")
        if name in options:
            raise Refused(400, "BadRequest", f"Query option '{name}' was specified more than once.")
        options[name] = unquote_plus(value)
    return options


def check_select(select: list[str], known: Set[str] | tuple[str, ...], type_name: str) -> None:
    """Refuse names that the type does not have."""
    for name in select:
        if name not in known and name != "*":
            text = f"Could not find a property named '{name}' on type '{type_name}'."
            raise Refused(400, "BadRequest", f"{PARSING} {text}")


def check_expand(value: str) -> None:
    """$expand takes the one navigation property there is (last generated SDK)."""
    if value.strip() != "assignments":
        text = f"'{value}' cannot be expanded; the only navigation property is 'assignments'."
        raise Refused(400, "BadRequest", f"{PARSING} {text}")
