# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that nobody expects: of wrong types, huge, deep, unprintable (Hypothesis strategies and plain lists)."""

from __future__ import annotations

import copy
import datetime
import math
import typing as t

from hypothesis import strategies as st


def nested(depth: int, kind: str = "list") -> t.Any:
    """Return lists in lists, or dicts in dicts, that many levels deep."""
    value: t.Any = [] if kind == "list" else {}
    for _level in range(depth):
        value = [value] if kind == "list" else {"a": value}
    return value


# As texts: controls, half characters, marks that turn the writing direction, joiners, what templates and shells read.
ODD_TEXTS = (
    "",
    " ",
    "\t\n",
    "\x00",
    "a\x00b",
    "\x1b[31mred\x1b[0m",
    "\ud800",
    "a\udfff",
    "\udc80",
    "\u202eevil",
    "שלום עולם",
    "العربية",
    "👩‍👩‍👧",
    "e\u0301",
    "\ufeff",
    "\u2028",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "$(id)",
    "'; DROP TABLE x; --",
    "O'Brien''s",
    "../../etc/passwd",
    "a/b?c=d#e",
    "%00%2e%2e",
    "null",
    "true",
    "yes",
    "1e999",
    "Infinity",
    "NaN",
    "-0",
    "0x10",
    "9" * 5000,
    "x" * 100_000,
    "[",
    "{",
    '{"a": 1, "a": 2}',
    "[" * 10_000,
    '{"a":' * 10_000,
    "[null]",
    '{"set": null}',
    '["All Staff", 5]',
    "(a+)+$",
    "*" * 5000,
    "[!" * 2000,
    "https://[::1",
    "https://evil.test",
)

ODD_NUMBERS: tuple[t.Any, ...] = (
    True,
    False,
    -1,
    -(2**31),
    2**31 - 1,
    2**31,
    2**63,
    10**400,
    -(10**400),
    0.5,
    -0.0,
    1e308,
    math.inf,
    -math.inf,
    math.nan,
)

ODD_OTHERS: tuple[t.Any, ...] = (
    None,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": ""},
    {"a": None},
    {"set": None},
    {"set": [["x"]]},
    {"set": [5]},
    {"add": {"x": 1}},
    {"add": ["All Staff"], "remove": ["All Staff"]},
    {"set": [], "add": []},
    {"SET": ["All Staff"]},
    ["All Staff", None],
    ["All Staff"] * 2000,
    [{"settingId": "a"}, {"settingId": "a"}],
    [{"settingId": None}],
    {"a" * 5000: "b"},
    {"\x00": "\ud800"},
    nested(90),
    nested(500),
    nested(500, "dict"),
    datetime.date(2024, 2, 29),
    datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC),
    {"x", "y"},
    b"bytes",
    b"\xff\xfe",
)

ODD = (*ODD_TEXTS, *ODD_NUMBERS, *ODD_OTHERS)

texts = st.one_of(st.sampled_from(ODD_TEXTS), st.text(st.characters(exclude_categories=()), max_size=40))
numbers = st.one_of(st.sampled_from(ODD_NUMBERS), st.integers(), st.floats())
scalars = st.one_of(st.none(), texts, numbers)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)
anything: st.SearchStrategy[t.Any] = st.one_of(st.sampled_from(ODD), json_values)


def places(document: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """Return the path of every value in a document."""
    yield path
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, member in members:
        yield from places(member, (*path, key))


def replaced(document: t.Any, path: tuple[t.Any, ...], value: t.Any) -> t.Any:
    """Return the document with another value at a path; it is left out where the value is ``...``."""
    if not path:
        return None if value is ... else value
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    if value is not ...:
        holder[path[-1]] = value
    else:
        del holder[path[-1]]
    return document


ODD_JSON: list[t.Any] = [
    None,
    ...,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**70,
    1e308,
    "",
    " ",
    "5",
    "\x00",
    "x" * 5000,
    [],
    {},
    [None],
]
ODD_JSON += [[[]], {"a": 1}, nested(50), nested(200), "שלום", "ONE", "\x1b[31m", "😀"]


def doubled(document: t.Any) -> t.Any:
    """Return the document with the first member of its list twice."""
    name = next((key for key in ("value", "responses") if isinstance(document, dict) and document.get(key)), None)
    return (
        {**document, name: [document[name][0], *document[name]]}
        if name and isinstance(document[name], list)
        else document
    )
