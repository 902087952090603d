# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A catalog of definitions as a value: by id, and by ADMX file and policy."""

from __future__ import annotations

import functools
import json
import re
import typing as t

from .definitions import Definition, DefinitionError, definition_from_graph
from .lines import check_header, definition_of, header, line_of

# What every line of the catalog that the collection brings begins with: enough to find lines without reading them.
_BEGINNING = re.compile(
    r'^\{"id":"(?P<id>[^"]+)","scope":"[^"]*","file":"(?P<file>[^"]*)","name":"(?P<name>[^"]+)",'
    r'"kind":"\w+"(?:,"type":"\w+")?(?P<element>,"(?:element|root)":)?.*$',
    re.MULTILINE,
)


class Catalog:
    """Definitions by id, in either case. It is never changed; ``with_definitions`` returns another."""

    def __init__(self, definitions: t.Iterable[Definition] = (), lines: str = "", below: Catalog | None = None) -> None:
        self._definitions = {definition.id.lower(): definition for definition in definitions}
        self._lines: dict[str, str] = {}
        self._names: dict[tuple[str, str], list[str]] = {}
        self._below = below
        for definition in self._definitions.values():
            if definition.is_setting:
                self._names.setdefault((definition.file, definition.name.lower()), []).append(definition.id.lower())
        for found in _BEGINNING.finditer(lines):
            self._lines[found["id"].lower()] = found[0]
            if not found["element"]:
                self._names.setdefault((found["file"], found["name"].lower()), []).append(found["id"].lower())

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
        """Return the elements of this name of an ADMX file, by id; this looks at every definition."""
        found = {key: each for key, each in self._definitions.items() if (each.file, each.name.lower()) == (file, name)}
        start = f'"file":"{file}","name":"{name}",'
        known = {key: self.get(key) for key, line in self._lines.items() if start in line.lower()}
        below = {each.id.lower(): each for each in self._below.elements_of_name(file, name)} if self._below else {}
        merged = {**below, **known, **found}
        return tuple(each for _key, each in sorted(merged.items()) if each and not each.is_setting)

    def names(self) -> t.Iterator[tuple[str, str]]:
        """Yield the ADMX file and the policy, in lower case, of every setting that has both."""
        yield from (name for name in self._names if name[0])
        if self._below is not None:
            yield from (name for name in self._below.names() if name not in self._names)

    def ids(self) -> list[str]:
        """Return the ids of all definitions, sorted, in lower case."""
        return sorted(self._all_ids())

    def with_definitions(self, definitions: t.Iterable[Definition]) -> Catalog:
        """Return this catalog with other definitions, which count where both know one."""
        return Catalog(definitions, below=self)

    def _ids_of_name(self, file: str, name: str) -> set[str]:
        below = self._below._ids_of_name(file, name) if self._below is not None else set()
        return below | set(self._names.get((file, name), ()))

    def _all_ids(self) -> set[str]:
        return {*self._definitions, *self._lines, *(self._below._all_ids() if self._below is not None else ())}


def load_catalogue(lines: t.Iterable[str | bytes], name: str, below: Catalog | None = None) -> Catalog:
    """Return the catalog of a file's lines over another one. Raises DefinitionError, which says file and line.

    The lines are those of a catalog file, or Graph's own documents without a header. ``name`` is what the user calls
    the file.
    """
    definitions: dict[str, Definition] = {}
    read = definition_of
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
            if number == 1 and '"@odata.type"' in text:
                read = _of_document
            elif number == 1:
                check_header(text)
                continue
            if text.strip():
                definition = read(text)
                if definition.id.lower() in definitions:
                    raise DefinitionError(f"it repeats the id {definition.id}")
                definitions[definition.id.lower()] = definition
        except UnicodeDecodeError:
            raise DefinitionError(f"{name} line {number}: it is not UTF-8 text") from None
        except DefinitionError as error:
            raise DefinitionError(f"{name} line {number}: {error}") from None
    if not number:
        raise DefinitionError(f"{name}: the file is empty")
    return Catalog(definitions.values(), below=below)


def _of_document(line: str | bytes) -> Definition:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"it is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise DefinitionError("it is not a JSON object")
    return definition_from_graph(document)


def catalog_lines(definitions: t.Iterable[Definition], made_from: str, titles: bool = False) -> t.Iterator[str]:
    """Yield the lines of a catalog file, the header first, without line ends."""
    yield header(made_from)
    for definition in sorted(definitions, key=lambda each: each.id):
        yield line_of(definition, titles)


@functools.cache
def built_in() -> Catalog:
    """Return the catalog that the collection brings; its lines are read as they are needed."""
    # It is large, and only tasks with settings need it.
    from .built_in_lines import LINES  # noqa: PLC0415

    return Catalog(lines=LINES)
