# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links to further pages: where the token may go. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from .messages import host_of

_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
# What the HTTP library resolves before it sends a path.
_DOTS = frozenset({".", ".."})


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
