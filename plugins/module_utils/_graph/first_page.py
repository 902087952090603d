# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads of the first page of a list alone: enough to see whether it can be read, and roughly how long it is."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .documents import Document, broken, document_of, json_object
from .explain import GRAPH, ErrorRules
from .messages import Answer, Call
from .operations import Operation


@dataclass(frozen=True)
class Listed:
    """The first page of a list: how many entries it has, and whether there are more pages."""

    count: int
    more: bool = False


def counted(documents: list[Document], more: bool) -> Listed:
    """Return how many entries a page has."""
    return Listed(len(documents), more)


def first_page_of(
    call: Call,
    subject: str,
    permission: str,
    understand: t.Callable[[list[Document], bool], t.Any] = counted,
    rules: ErrorRules = GRAPH,
) -> Operation:
    """Return the read of the first page of a list; ``understand`` hears also whether there are more."""

    def read(answer: Answer) -> t.Any:
        document = document_of(answer)
        items = document.get("value")
        if not isinstance(items, list):
            raise broken("the answer has no list 'value'")
        return understand([json_object(item) for item in items], document.get("@odata.nextLink") is not None)

    return Operation(call, subject, "read it", permission, read, rules=rules)
