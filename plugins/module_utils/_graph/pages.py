# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads collections page by page: each page names the next one, so the pages of one collection come one at a time.

A link to a further page is followed only where the token may go.
"""

from __future__ import annotations

import re
import typing as t
from functools import partial
from urllib.parse import unquote, urlsplit

from .._errors import Failure
from .._json import MOST_VALUES, count_values
from .errors import NotGraphError
from .messages import Answer, failure_of, host_of
from .sender import Channel, Sender, go_on

_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
# What the HTTP library resolves before it sends a path.
_DOTS = frozenset({".", ".."})
# What one list may have: far more than Graph has policies, groups of one name, or assignments for.
MOST_PAGES = 10_000
MOST_ITEMS = 100_000
MOST_BYTES_OF_PAGES = 128 * 1024 * 1024
# Hears the items of a page while more pages come.
PageHeard = t.Callable[[list[t.Any]], None]


class Page(t.NamedTuple):
    """One page of a collection: its items, and the link to the next page, None on the last one."""

    items: list[t.Any]
    link: str | None


class PageReader:
    """Reads pages for one thread, by its ``sender``; ``came`` is called after each page that was of use."""

    def __init__(self, channel: Channel, sender: Sender, came: t.Callable[[], None] = go_on) -> None:
        self._channel = channel
        self._sender = sender
        self._came = came

    def all_items(
        self,
        path: str,
        version: str | None = None,
        params: t.Mapping[str, str] | None = None,
        heard: PageHeard | None = None,
    ) -> list[t.Any]:
        """GET a collection to its end and return all its items; each page but the last one is ``heard`` as it comes.

        nextLinks are followed as they are, but only on the configured host and never twice (Graph page "paging").
        Raises GraphError; what could not be read completely is never returned in part.
        """
        url = self._channel.url(path, version)
        return _collected(self._from(self._get(url, params), url), heard)

    def rest_of(self, first: Answer, heard: PageHeard | None = None) -> list[t.Any]:
        """Return all items of a collection whose first page was read already (see all_items)."""
        return _collected(self._from(first), heard)

    def each_page(self, path: str, link: str | None = None) -> t.Iterator[Page]:
        """GET a collection and yield its pages, each before the next one is asked for; from a page link of it on, if
        one is given.

        Links are followed as all_items() does. Raises GraphError.
        """
        url = self._channel.url(path)
        if link is not None:
            self._refuse_foreign(link, urlsplit(url).path)
            url = link
        yield from self._from(self._get(url), url)

    def _get(self, url: str, params: t.Mapping[str, str] | None = None) -> Answer:
        return self._sender.retry.run(partial(self._sender.send_once, "GET", url, params=params))

    def _from(self, answer: Answer, *urls: str) -> t.Iterator[Page]:
        """Yield this page and those behind it; ``urls`` are those that were read already."""
        seen = set(urls)
        count = size = values = 0
        while True:
            document = answer.json()
            if not isinstance(document, dict) or not isinstance(document.get("value"), list):
                raise NotGraphError(failure_of(answer, "the answer has no list 'value'"))
            url = document.get("@odata.nextLink")
            count += len(document["value"])
            # A page alone has the bounds of any answer.
            if url is not None or size:
                size += len(answer.body)
                values += count_values(answer.body)
            if count > MOST_ITEMS or size > MOST_BYTES_OF_PAGES or values > MOST_VALUES:
                most = f"{MOST_ITEMS} entries, {MOST_VALUES} values or {MOST_BYTES_OF_PAGES // 2**20} MiB"
                raise NotGraphError(failure_of(answer, f"the list has more than {most}"))
            if url is not None:
                if not isinstance(url, str):
                    raise NotGraphError(failure_of(answer, "the answer's page link is not text"))
                self._refuse_foreign(url, answer.path)
                _refuse_endless(url, seen)
                seen.add(url)
            yield Page(document["value"], url)
            self._came()
            if url is None:
                return
            answer = self._get(url)

    def _refuse_foreign(self, link: str, path: str) -> None:
        """Refuse a page link that leads out of what the page with this path is in. Raises NotGraphError."""
        if (fault := fault_of_link(link, self._channel.connection.graph_url, path)) is not None:
            raise NotGraphError(Failure(f"{fault}; the token was not sent there", method="GET"))


def _collected(pages: t.Iterable[Page], heard: PageHeard | None) -> list[t.Any]:
    """Return the items of all pages; each but the last one is heard before the next one is asked for."""
    items: list[t.Any] = []
    for page in pages:
        items += page.items
        if heard is not None and page.link is not None:
            heard(page.items)
    return items


def _refuse_endless(url: str, seen: t.Collection[str]) -> None:
    """Refuse the link to a page that was read already, or to one page too many."""
    if url in seen or len(seen) >= MOST_PAGES:
        cause = "the page links run in a circle" if url in seen else f"the list has more than {MOST_PAGES} pages"
        raise NotGraphError(Failure(cause, method="GET", path=urlsplit(url).path))


def fault_of_link(url: str, graph_url: str, path: str) -> str | None:
    """Return why a page link is not followed, None where it is below the version of Graph that the page came from.

    ``graph_url`` is the configured root, ``path`` the path of the page, with the path of that root and its query.
    """
    if host_of(url) is None or _UNFIT.search(url):
        return "a page link is not a URL"
    here, there = urlsplit(graph_url), urlsplit(url)
    if (here.scheme, here.netloc.lower()) != (there.scheme, there.netloc.lower()):
        return f"a page link leads to another host ({there.netloc})"
    version = path.removeprefix(here.path).split("/")[1]
    root = f"{here.path}/{version}/"
    is_below = there.path.lower().startswith(root.lower())
    if not is_below or _DOTS & set(unquote(there.path).split("/")):
        return f"a page link leads out of {root} of Graph (to {there.path})"
    return None
