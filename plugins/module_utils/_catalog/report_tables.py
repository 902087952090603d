# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of Intune's reports: a page by its schema, and which pages are still missing. Pure.

A page says by its schema what stands where, and how many rows there are in all pages (``TotalRowCount``). Graph sends
at most 50 rows a page, whatever is asked for, and may send fewer.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._graph.documents import broken
from .._graph.pages import MOST_ITEMS, MOST_PAGES

PAGE_SIZE = 50

Row = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Page:
    """One page: the rows, each with its values by the columns that were asked for, and the number of rows of all pages.

    ``columns`` are those of the columns asked for that the report has.
    """

    columns: frozenset[str]
    rows: tuple[Row, ...]
    total: int


def page_of(document: t.Any, wanted: t.Container[str]) -> Page:
    """Return a page with the values of these columns alone, wherever they stand. Raises NotGraphError."""
    if not isinstance(document, dict):
        raise broken(f"the report is {type(document).__name__}, not an object")
    names = _columns(document.get("Schema"))
    values, total = document.get("Values"), document.get("TotalRowCount")
    if not isinstance(values, list):
        raise broken("the report has no list 'Values'")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise broken("the report has no number of rows")
    if total > MOST_ITEMS:
        raise broken(f"the report has {total} rows, and more than {MOST_ITEMS} cannot be read")
    for row in values:
        if not isinstance(row, list) or len(row) != len(names):
            raise broken("a row of the report does not have the columns of its schema")
    known = [(place, name) for place, name in enumerate(names) if name in wanted]
    rows = tuple({name: row[place] for place, name in known} for row in values)
    return Page(frozenset(name for _place, name in known), rows, total)


def _columns(schema: t.Any) -> list[str]:
    """Return the names of columns in their order. Raises NotGraphError."""
    described = schema if isinstance(schema, list) else [schema]
    names = [each.get("Column") if isinstance(each, dict) else None for each in described]
    if not all(isinstance(name, str) for name in names):
        raise broken("the report has no schema that names its columns")
    if len(set(names)) != len(names):
        raise broken("two columns of the report have the same name")
    return t.cast("list[str]", names)


def missing_skips(pages: t.Mapping[int, Page]) -> list[int]:
    """Return from which rows on pages are still to be read, given the pages that were, by the row they begin with.

    All that can be known at once is returned at once, so that it travels together: the first page tells the number of
    rows, and the longest one how many a page has. None are left when all rows were read. Raises NotGraphError for a
    page without rows where there must be some: a part of a report is no report.
    """
    if not pages:
        return [0]
    total = max(page.total for page in pages.values())
    step = max(1, *(len(page.rows) for page in pages.values()))
    missing = []
    place = 0
    while place < total:
        page = pages.get(place)
        if page is not None and not page.rows:
            raise broken(f"the report counts {total} rows and holds none from row {place + 1} on")
        if page is None:
            missing.append(place)
        place += len(page.rows) if page is not None else step
    if len(pages) + len(missing) > MOST_PAGES:
        raise broken(f"the report has more than {MOST_PAGES} pages")
    return missing


def is_steady(pages: t.Mapping[int, Page]) -> bool:
    """Tell whether the pages are those of one moment: none has rows of another one, and all count the same rows.

    Where rows come and go between two pages, one may be in neither of them.
    """
    seen: set[tuple[t.Any, ...]] = set()
    for page in pages.values():
        rows = {tuple(repr(value) for _name, value in sorted(row.items())) for row in page.rows}
        if seen & rows:
            return False
        seen |= rows
    return len({page.total for page in pages.values()}) <= 1


def rows_of(pages: t.Mapping[int, Page]) -> list[Row]:
    """Return the rows of all pages in their order."""
    return [row for _place, page in sorted(pages.items()) for row in page.rows]
