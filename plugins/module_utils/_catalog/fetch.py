# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All definitions of Office that Graph has, those of the security guide included, read in parts, each page by page.

Graph lists the definitions of all platforms at once, which is 73 MB, and is known to filter them by a part of the id.
No ``$top`` is sent: a tenant may take it for the most that is wanted, and the server's pages are as good.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlencode

from .._errors import Failure
from .._graph.errors import NotGraphError
from .._graph.explain import explained
from .._graph.pages import PageReader
from .definitions import (
    LOST_BEGINNING,
    OFFICE_FILES,
    SECURITY_GUIDE,
    Definition,
    DefinitionError,
    definition_from_graph,
    is_collected,
)
from .explain import READ_PERMISSION, RULES
from .lines import definition_of, line_of

DEFINITIONS = "/deviceManagement/configurationSettings"
# What the ids of a part have in common. Together they are all that ``is_collected`` lets through.
PARTS = (
    *(f"_vendor_msft_policy_config_{file}" for file in sorted(OFFICE_FILES)),
    LOST_BEGINNING,
    SECURITY_GUIDE,
)


class DefinitionPage(t.NamedTuple):
    """A page of a part: its definitions of Office, and the link to the next page, None on the last one."""

    definitions: tuple[Definition, ...]
    link: str | None


def path_of_part(part: str) -> str:
    """Return the path that lists the definitions whose ids hold a text."""
    return filtered("contains(id,{})", part)


def filtered(form: str, text: str) -> str:
    """Return the path of the definitions that a filter lets pass; ``form`` has the place of a text."""
    quoted = text.replace("'", "''")
    query = urlencode({"$filter": form.format(f"'{quoted}'")}, quote_via=quote, safe="$")
    return f"{DEFINITIONS}?{query}"


def pages_of_part(reader: PageReader, part: str, link: str | None = None) -> t.Iterator[DefinitionPage]:
    """Yield the pages of a part, from a page link of it on, if one is given. Raises UserError.

    A definition in it that cannot be read is an error, those of other products are left out.
    """
    pages = reader.each_page(path_of_part(part), link)
    while True:
        with explained("the definitions of Office", "read them", READ_PERMISSION, rules=RULES):
            page = next(pages, None)
            if page is None:
                return
            found = tuple(_as_kept(definition_of_item(item)) for item in page.items if _may_be_office(item))
        yield DefinitionPage(found, page.link)


def definition_of_item(item: t.Any) -> Definition:
    """Return a definition of an answer. Raises NotGraphError when it is not one."""
    if not isinstance(item, dict):
        raise NotGraphError(
            Failure(f"a definition in the answer is {type(item).__name__}, not an object", method="GET")
        )
    try:
        return definition_from_graph(item)
    except DefinitionError as error:
        raise NotGraphError(Failure(f"a definition in the answer cannot be read ({error})", method="GET")) from error


def _as_kept(definition: Definition) -> Definition:
    """Return a definition as a catalog file gives it back. Raises NotGraphError for one that none can hold."""
    try:
        return definition_of(line_of(definition, titles=True))
    except DefinitionError as error:
        cause = f"the definition {definition.id} in the answer cannot be kept ({error})"
        raise NotGraphError(Failure(cause, method="GET")) from error


def _may_be_office(item: t.Any) -> bool:
    """Tell whether an item is a definition of Office, or no definition at all, which is not left out unseen."""
    return not isinstance(item, dict) or not isinstance(item.get("id"), str) or is_collected(item["id"])
