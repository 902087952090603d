# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two sides as lines for people: one for each value, with its display name behind it."""

from __future__ import annotations

import json
import typing as t

from .._errors import printable

_Side = t.Mapping[str, t.Any]


def lines_of_diff(before: _Side, after: _Side, names: t.Mapping[str, _Side]) -> list[str]:
    """Return a line for each value that is only or otherwise in one of two sides; each ends with a line break.

    It begins with the sign of its side, and ends with the name that ``names`` has for its key and that side.
    """
    lines: list[str] = []
    left, right = names.get("before") or {}, names.get("after") or {}
    for key, value in before.items():
        if key not in after:
            lines.append(_line("-", key, _text(value), left))
        elif not _same(after[key], value):
            old, new = _distinct(value, after[key])
            lines += [_line("-", key, old, left), _line("+", key, new, right)]
    lines += [_line("+", key, _text(value), right) for key, value in after.items() if key not in before]
    return lines


def legible(diff: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a diff of Ansible's with the lines that its callbacks show badly in ``prepared``, which they show behind
    the two sides: those with a display name, and those with characters beyond ASCII, of which JSON shows numbers.
    """
    names = diff.get("names") or {}
    lines: list[str] = []
    for before, after in _levels(diff["before"], diff["after"]):
        lines += [line for line in lines_of_diff(before, after, names) if "  # " in line or not line.isascii()]
    return {**diff, "prepared": "".join([*lines, "\n"])} if lines else diff


def _levels(before: _Side, after: _Side) -> t.Iterator[tuple[_Side, _Side]]:
    """Yield the values of two sides: those of policies themselves, then those inside each of their fields."""
    both = {**after, **before}
    inside = [field for field in both if all(isinstance(side.get(field, {}), dict) for side in (before, after))]
    own = [{field: value for field, value in side.items() if field not in inside} for side in (before, after)]
    yield own[0], own[1]
    for field in inside:
        yield before.get(field, {}), after.get(field, {})


def _same(one: t.Any, other: t.Any) -> bool:
    """Tell whether two values are the same; true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _distinct(one: t.Any, other: t.Any) -> tuple[str, str]:
    """Return two values as texts that differ, as the values do: "0" is not 0."""
    texts = _text(one), _text(other)
    return texts if texts[0] != texts[1] else (_json(one), _json(other))


def _line(sign: str, key: str, text: str, names: _Side) -> str:
    name = names.get(key)
    return f"{sign} {_text(key)}: {text}{f'  # {printable(name)}' if name else ''}\n"


def _text(value: t.Any) -> str:
    """Return a value on one line."""
    if value is None:
        return "\u2013"
    return printable(value) if isinstance(value, str) else _json(value)


def _json(value: t.Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))
