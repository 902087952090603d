# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions that the catalog in hand lacks or states otherwise than the tenant: asked of Graph, each once."""

from __future__ import annotations

import typing as t
from functools import partial
from urllib.parse import quote

from .._graph.client import GraphClient
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .catalog import Catalog
from .definitions import Definition, is_office
from .explain import READ_PERMISSION, RULES
from .fetch import DEFINITIONS, DefinitionPage, definition_of_item, filtered, pages_of_part
from .problems import Ask

# Yields the pages of a part from a page link on, from its beginning for None.
PagesFrom = t.Callable[["str | None"], t.Iterator[DefinitionPage]]


class Teacher:
    """Reads definitions of one tenant; what was asked for once is not asked for again."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._asked: set[str] = set()

    def taught(self, catalog: Catalog, ask: Ask) -> Catalog:
        """Return a catalog with what Graph knows of these definitions and of all that belong to their settings.

        A definition that Graph does not know adds nothing. Raises UserError where Graph cannot be asked.
        """
        ids = sorted({each.lower() for each in ask.ids} - self._asked)
        names = sorted(name for name in ask.names if "/".join(name) not in self._asked)
        self._asked.update(ids, map("/".join, names))
        read = self._run([*map(_reading_one, ids), *(self._reading_named(*name) for name in names)])
        found = [each for each in read[: len(ids)] if each is not None]
        found += [each for group in read[len(ids) :] for each in group]
        roots = {each.root.lower() for each in found if each.all_children or not each.is_setting}
        learned = {each.id.lower(): each for each in [*found, *self._below(roots)]}
        self._asked.update(learned)
        return catalog.with_definitions(learned.values()) if learned else catalog

    def read_parts(self, parts: t.Sequence[str], work: t.Callable[[str, PagesFrom], None]) -> None:
        """Do work on parts of all definitions of Office (see ``fetch.PARTS``), on several at once where there are
        several connections, each in a thread of its own then.

        It gets a part, and what yields its pages, which raises UserError. Raises the first error in the order of parts.
        """
        for _done in self._client.read_lists(
            lambda part, reader: work(part, partial(pages_of_part, reader, part)), parts
        ):
            pass

    def those_of(self, ids: t.Sequence[str]) -> list[Definition]:
        """Return those of these definitions that Graph has. Raises UserError where Graph cannot be asked."""
        return [each for each in self._run(map(_reading_one, ids)) if each is not None]

    def missing(self, ids: t.Sequence[str]) -> frozenset[str]:
        """Return those of these definitions that Graph does not have, in lower case. Raises UserError."""
        found = self._run(map(_looking_for, ids))
        return frozenset(each.lower() for each, is_there in zip(ids, found, strict=True) if not is_there)

    def whole(self, catalog: Catalog, ids: t.Iterable[str]) -> Catalog:
        """Return a catalog with these settings and all that belongs to them as Graph has them, texts too.

        One that Graph does not know stays as it is. Raises UserError where Graph cannot be asked.
        """
        return catalog.with_definitions(self._below(ids))

    def titled(self, catalog: Catalog, words: t.Sequence[str]) -> Catalog:
        """Return a catalog with the definitions of Office that have one of these words in their display names.

        That is all that Graph is known to look for. Raises UserError where Graph cannot be asked.
        """
        read = self._run(map(self._reading_titled, words))
        return catalog.with_definitions({each.id.lower(): each for group in read for each in group}.values())

    def _below(self, roots: t.Iterable[str]) -> list[Definition]:
        read = self._run(map(self._reading_below, sorted(roots)))
        return [each for group in read for each in group]

    def _reading_named(self, file: str, name: str) -> Operation:
        """Return the read of the settings of this ADMX file and name; Graph finds them by a part of the id."""

        def read(answer: Answer) -> list[Definition]:
            found = [definition_of_item(item) for item in self._client.all_items(answer)]
            return [each for each in found if each.is_setting and (each.file, each.name.lower()) == (file, name)]

        return _reading(Call("GET", filtered("contains(id,{})", f"_{name}")), f"definition {file}/{name}", read)

    def _reading_titled(self, word: str) -> Operation:
        """Return the read of the definitions of Office with a word in the display name."""

        def read(answer: Answer) -> list[Definition]:
            # Those of other products may have any form.
            return [definition_of_item(item) for item in self._client.all_items(answer) if _is_of_office(item)]

        call = Call("GET", filtered("contains(displayName,{})", word))
        return _reading(call, f"definitions with '{word}' in their names", read)

    def _reading_below(self, root: str) -> Operation:
        """Return the read of a setting and of all that belongs to it."""

        def read(answer: Answer) -> list[Definition]:
            return [definition_of_item(item) for item in self._client.all_items(answer)]

        return _reading(Call("GET", filtered("rootDefinitionId eq {}", root)), f"definition {root}", read)

    def _run(self, operations: t.Iterable[Operation]) -> list[t.Any]:
        asked = list(operations)
        answers = self._client.many([operation.call for operation in asked])
        results = [operation.understood(answer) for operation, answer in zip(asked, list(answers), strict=True)]
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results


def _reading_one(definition_id: str) -> Operation:
    call = Call("GET", f"{DEFINITIONS}/{quote(definition_id, safe='')}")
    return _reading(call, f"definition {definition_id}", lambda answer: definition_of_item(answer.json()), lambda: None)


def _looking_for(definition_id: str) -> Operation:
    """Return the read that tells whether there is a definition: one of another product may have forms unknown here."""
    read = _reading_one(definition_id)

    def understand(answer: Answer) -> bool:
        item = answer.json()
        return isinstance(item, dict) or bool(definition_of_item(item))

    return _reading(read.call, f"definition {definition_id}", understand, lambda: False)


def _reading(
    call: Call,
    what: str,
    understand: t.Callable[[Answer], t.Any],
    absent: t.Callable[[], t.Any] | None = None,
) -> Operation:
    return Operation(call, f"the {what}", "read it", READ_PERMISSION, understand, absent, rules=RULES)


def _is_of_office(item: t.Any) -> bool:
    """Tell whether an item is a definition of Office, or no definition at all, which is not left out unseen."""
    return not isinstance(item, dict) or not isinstance(item.get("id"), str) or is_office(item["id"])
