# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has read so far, as the next one finds it."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import load_catalogue
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import DefinitionError
from ansible_collections.m365.apps.plugins.module_utils._catalog.fetch import PARTS, DefinitionPage
from ansible_collections.m365.apps.plugins.module_utils._catalog.fetched import (
    LONGEST,
    Fetched,
    fetched_from,
    head_line,
    page_line,
    restart_line,
)
from ansible_collections.m365.apps.tests.unit import own_settings as own

KEY, NOW = "of this tenant", 1_700_000_000.0
LINK = "https://graph.test/beta/next"


def written(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (head_line(KEY, NOW), *lines)).encode()


FIRST = page_line(PARTS[0], DefinitionPage((own.MACROS, own.LEVEL), LINK))
SECOND = page_line(PARTS[0], DefinitionPage((own.NAMES,), None))
THIRD = page_line(PARTS[1], DefinitionPage((), LINK))
WHOLE = written(FIRST, SECOND, THIRD)


def test_what_was_read_is_there_again() -> None:
    fetched, size = fetched_from(WHOLE, KEY, NOW + LONGEST)
    assert size == len(WHOLE)
    assert list(fetched.definitions().values()) == [own.MACROS, own.LEVEL, own.NAMES]
    assert [fetched.is_done(part) for part in PARTS[:3]] == [True, False, False]
    assert [fetched.link(part) for part in PARTS[:3]] == [None, LINK, None]
    assert fetched.count == 3


@given(st.integers(0, len(WHOLE)), st.binary(max_size=3))
def test_a_file_that_was_cut_anywhere_says_what_its_whole_lines_say(place: int, rest: bytes) -> None:
    """Whatever a killed run left behind its last whole line."""
    cut = WHOLE[:place]
    whole = cut[: cut.rfind(b"\n") + 1]
    rest = rest.replace(b"\n", b"")
    fetched, size = fetched_from(whole + cut[len(whole) :] + rest if place < len(WHOLE) else cut, KEY, NOW)
    assert size == len(whole)
    assert fetched == fetched_from(whole, KEY, NOW)[0]
    assert fetched.count == max(0, whole.count(b"\n") - 1)


@pytest.mark.parametrize(
    ("key", "now"), [("of another", NOW), (KEY, NOW + LONGEST + 1), (KEY, NOW - 1)], ids=["other", "old", "future"]
)
def test_what_is_of_another_tenant_or_another_day_counts_as_nothing(key: str, now: float) -> None:
    assert fetched_from(WHOLE, key, now) == (Fetched(), 0)


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "{}",
        '{"part": "other", "link": null, "lines": []}',
        json.dumps({"part": PARTS[0], "link": 3, "lines": []}),
        json.dumps({"part": PARTS[0], "link": None, "lines": ["{}"]}),
        json.dumps({"part": PARTS[0], "link": None, "lines": [3]}),
        json.dumps({"part": PARTS[0], "link": None}),
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_damaged_line_ends_what_counts(line: str) -> None:
    data = written(FIRST) + line.encode("utf-8", "surrogateescape") + b"\n" + f"{SECOND}\n".encode()
    fetched, size = fetched_from(data, KEY, NOW)
    assert (fetched.count, size) == (1, len(written(FIRST)))


def test_pages_behind_the_last_one_of_a_part_are_damage() -> None:
    assert fetched_from(written(FIRST, SECOND, FIRST), KEY, NOW)[0].count == 2


def test_a_part_may_be_read_from_its_beginning_again() -> None:
    fetched, size = fetched_from(written(FIRST, restart_line(PARTS[0]), SECOND), KEY, NOW)
    assert size == len(written(FIRST, restart_line(PARTS[0]), SECOND))
    assert list(fetched.definitions().values()) == [own.NAMES]


@pytest.mark.parametrize("data", [WHOLE, written(), b""])
def test_it_is_never_taken_for_a_catalog(data: bytes) -> None:
    with pytest.raises(DefinitionError):
        load_catalogue(data.splitlines(), "o.jsonl.part")


def test_of_a_definition_that_comes_twice_the_last_one_counts() -> None:
    fetched: t.Final = Fetched()
    fetched.add(PARTS[0], DefinitionPage((own.MACROS,), LINK))
    fetched.add(PARTS[0], DefinitionPage((own.MACROS,), None))
    assert list(fetched.definitions().values()) == [own.MACROS]
