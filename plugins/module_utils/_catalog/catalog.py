# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A catalog of definitions as a value: by id, and by ADMX file and policy."""

from __future__ import annotations

import functools
import json
import re
import typing as t

from .definitions import Definition, DefinitionError, definition_from_graph
from .lines import definition_of, header, line_of, read_header, values_of

# A line that is read when it is needed, and what it is found by: id, ADMX file, name, and whether it is a setting.
Unread = tuple[str, str, str, bool, str]
# What every line of the catalog that the collection brings begins with: enough to find lines without reading them.
_BEGINNING = re.compile(
    r'^\{"id":"(?P<id>[^"]+)","scope":"[^"]*","file":"(?P<file>[^"]*)","name":"(?P<name>[^"]+)",'
    r'"kind":"\w+"(?:,"type":"\w+")?(?P<element>,"(?:element|root)":)?.*$',
    re.MULTILINE,
)


class Catalog:
    """Definitions by id, in either case. It is never changed; ``with_definitions`` returns another."""

    def __init__(
        self,
        definitions: t.Iterable[Definition] = (),
        unread: t.Iterable[Unread] = (),
        below: Catalog | None = None,
    ) -> None:
        self._definitions: dict[str, Definition] = {}
        self._lines: dict[str, str] = {}
        # Ids by ADMX file and name, of settings and of elements.
        self._names: dict[tuple[str, str], list[str]] = {}
        self._elements: dict[tuple[str, str], list[str]] = {}
        self._below = below
        for definition in definitions:
            key = definition.id.lower()
            self._definitions[key] = definition
            names = self._names if definition.is_setting else self._elements
            names.setdefault((definition.file, definition.name.lower()), []).append(key)
        for definition_id, file, name, is_setting, line in unread:
            key = definition_id.lower()
            self._lines[key] = line
            names = self._names if is_setting else self._elements
            names.setdefault((file, name.lower()), []).append(key)

    def get(self, definition_id: str) -> Definition | None:
        """Return the definition of an id, None where the catalog does not know it."""
        key = definition_id.lower()
        found = self._definitions.get(key)
        if found is None and key in self._lines:
            found = self._definitions[key] = definition_of(self._lines[key])
        if found is None and self._below is not None:
            return self._below.get(key)
        return found

    def of_name(self, file: str, name: str) -> tuple[Definition, ...]:
        """Return the settings that are this policy of this ADMX file, those of users first; case does not matter."""
        ids = sorted(self._ids_of_name(file.lower(), name.lower()), reverse=True)
        found = (self.get(each) for each in ids)
        return tuple(each for each in found if each and each.is_setting and each.name.lower() == name.lower())

    def elements_of_name(self, file: str, name: str) -> tuple[Definition, ...]:
        """Return the elements of this name of an ADMX file, by id."""
        below = {each.id.lower(): each for each in self._below.elements_of_name(file, name)} if self._below else {}
        known = {key: self.get(key) for key in self._elements.get((file, name), ())}
        return tuple(each for _key, each in sorted({**below, **known}.items()) if each and not each.is_setting)

    def names(self) -> t.Iterator[tuple[str, str]]:
        """Yield the ADMX file and the policy, in lower case, of every setting that has both."""
        yield from (name for name in self._names if name[0])
        if self._below is not None:
            yield from (name for name in self._below.names() if name not in self._names)

    def settings(self) -> t.Iterator[Definition]:
        """Yield all settings, by id."""
        found = (self.get(each) for each in sorted(self._setting_ids()))
        return (each for each in found if each and each.is_setting)

    @property
    def has_texts(self) -> bool:
        """Whether the definitions of the uppermost layer, such as a user's file, have Microsoft's texts."""
        own = (self.get(each) for ids in self._names.values() for each in ids)
        return any(each.title for each in own if each)

    def ids(self) -> list[str]:
        """Return the ids of all definitions, sorted, in lower case."""
        return sorted(self._all_ids())

    def with_definitions(self, definitions: t.Iterable[Definition]) -> Catalog:
        """Return this catalog with other definitions, which count where both know one."""
        return Catalog(definitions, below=self)

    def _ids_of_name(self, file: str, name: str) -> set[str]:
        below = self._below._ids_of_name(file, name) if self._below is not None else set()
        return below | set(self._names.get((file, name), ()))

    def _setting_ids(self) -> set[str]:
        below = self._below._setting_ids() if self._below is not None else set()
        return below.union(*self._names.values())

    def _all_ids(self) -> set[str]:
        return {*self._definitions, *self._lines, *(self._below._all_ids() if self._below is not None else ())}


def load_catalogue(lines: t.Iterable[str | bytes], name: str, below: Catalog | None = None) -> Catalog:
    """Return the catalog of a file's lines over another one. Raises DefinitionError, which says file and line.

    The lines are those of a catalog file, or Graph's own documents without a header. ``name`` is what the user calls
    the file.
    """
    found: dict[str, t.Any] = {}
    of_graph = False
    count: int | None = None
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8") if isinstance(line, bytes) else line
            if number == 1:
                of_graph = '"@odata.type"' in text
            if number == 1 and not of_graph:
                count = read_header(text)
            elif text.strip():
                definition_id, one = _of_document(text) if of_graph else _of_line(text)
                if definition_id.lower() in found:
                    raise DefinitionError(f"it repeats the id {definition_id}")
                found[definition_id.lower()] = one
        except UnicodeDecodeError:
            raise DefinitionError(f"{name} line {number}: it is not UTF-8 text") from None
        except DefinitionError as error:
            raise DefinitionError(f"{name} line {number}: {error}") from None
    if not number:
        raise DefinitionError(f"{name}: the file is empty")
    if count not in (None, len(found)):
        said = f"its header says that it has {count} definitions, and it has {len(found)}"
        raise DefinitionError(f"{name}: {said}, so it was cut or changed")
    return Catalog(found.values() if of_graph else (), () if of_graph else found.values(), below)


def _of_line(line: str) -> tuple[str, Unread]:
    """Return a line with its id, once it is checked: definitions of all lines would take several times as long."""
    values = values_of(line)
    own = values["id"]
    is_setting = "element" not in values and values.get("root", own) == own
    return own, (own, values["file"], values["name"], is_setting, line)


def _of_document(line: str) -> tuple[str, Definition]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"it is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise DefinitionError("it is not a JSON object")
    definition = definition_from_graph(document)
    return definition.id, definition


def catalog_lines(definitions: t.Iterable[Definition], made_from: str, titles: bool = False) -> t.Iterator[str]:
    """Yield the lines of a catalog file, the header first, without line ends."""
    ordered = sorted(definitions, key=lambda each: each.id)
    yield header(made_from, len(ordered))
    for definition in ordered:
        yield line_of(definition, titles)


@functools.cache
def built_in() -> Catalog:
    """Return the catalog that the collection brings; its lines are read as they are needed."""
    # It is large, and only tasks with settings need it.
    from .built_in_lines import LINES  # noqa: PLC0415

    found = (each.group("id", "file", "name", "element", 0) for each in _BEGINNING.finditer(LINES))
    return Catalog(unread=((own, file, name, not element, line) for own, file, name, element, line in found))
