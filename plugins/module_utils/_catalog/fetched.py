# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run has read so far of all definitions, so that the next one goes on where it stopped. Pure.

It is kept as JSON lines: a header that says what is read and when that began, and then a page a line, as it was read.
Its format is one that nothing else reads, so that it is never taken for a catalog.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from .definitions import Definition, DefinitionError
from .fetch import PARTS, DefinitionPage
from .lines import definition_of, line_of

FORMAT = "m365.apps/catalog-part"
VERSION = 1
# Seconds after which what was read is not gone on with: Microsoft may have changed it since, and page links end.
LONGEST = 24 * 3600


@dataclass
class Fetched:
    """The pages that were read, by part."""

    pages: dict[str, list[DefinitionPage]] = field(default_factory=dict)

    def add(self, part: str, page: DefinitionPage) -> None:
        """Add the next page of a part."""
        self.pages.setdefault(part, []).append(page)

    def restart(self, part: str) -> None:
        """Forget what was read of a part."""
        self.pages.pop(part, None)

    def is_done(self, part: str) -> bool:
        """Tell whether a part was read to its end."""
        read = self.pages.get(part)
        return read is not None and read[-1].link is None

    def link(self, part: str) -> str | None:
        """Return the link to the next page of a part that is not done, None where it was not begun."""
        read = self.pages.get(part)
        return read[-1].link if read else None

    @property
    def count(self) -> int:
        """How many pages were read."""
        return sum(map(len, self.pages.values()))

    def definitions(self) -> dict[str, Definition]:
        """Return all definitions that were read, by id in lower case; of one that came twice, what came last."""
        pages = (page for part in PARTS for page in self.pages.get(part, ()))
        return {each.id.lower(): each for page in pages for each in page.definitions}


def head_line(key: str, begun: float) -> str:
    """Return the first line. ``key`` says what is read and from where, ``begun`` when that began (Unix time)."""
    return _dumps({"format": FORMAT, "version": VERSION, "key": key, "begun": int(begun)})


def page_line(part: str, page: DefinitionPage) -> str:
    """Return the line of a page."""
    return _dumps({"part": part, "link": page.link, "lines": [line_of(each, titles=True) for each in page.definitions]})


def restart_line(part: str) -> str:
    """Return the line that says that a part is read from its beginning again."""
    return _dumps({"part": part, "restart": True})


def fetched_from(data: bytes, key: str, now: float) -> tuple[Fetched, int]:
    """Return what was read of the same definitions before, and how many bytes of the file say so.

    A last line that was not written to its end does not count, nor what follows a line that is damaged. What is of
    something else, too old or from the future counts as nothing.
    """
    fetched, size = Fetched(), 0
    for number, line in enumerate(data.splitlines(keepends=True)):
        try:
            if not line.endswith(b"\n"):
                break
            said = json.loads(line)
            if number == 0:
                _check_head(said, key, now)
            else:
                _take(fetched, said)
        except (ValueError, KeyError, TypeError, RecursionError, DefinitionError):
            break
        size += len(line)
    return fetched, size


def _check_head(said: t.Any, key: str, now: float) -> None:
    """Raise ValueError where a header is not that of what is to be read now."""
    if (said["format"], said["version"], said["key"]) != (FORMAT, VERSION, key):
        raise ValueError("another file")
    if not 0 <= now - said["begun"] <= LONGEST:
        raise ValueError("too old")


def _take(fetched: Fetched, said: t.Any) -> None:
    part = said["part"]
    if part not in PARTS or fetched.is_done(part):
        raise ValueError(part)
    if said.get("restart") is True:
        fetched.restart(part)
        return
    link = said["link"]
    if link is not None and not isinstance(link, str):
        raise ValueError("link")
    fetched.add(part, DefinitionPage(tuple(map(definition_of, said["lines"])), link))


def _dumps(values: t.Mapping[str, t.Any]) -> str:
    return json.dumps(values, separators=(",", ":"))
