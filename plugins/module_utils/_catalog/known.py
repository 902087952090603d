# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definitions that are known of one tenant: the catalog in hand, and what Graph knows better."""

from __future__ import annotations

import typing as t

from .._graph.client import GraphClient
from .._policy.fields import Field
from .catalog import Catalog
from .fields import fields_of
from .learn import Teacher
from .merge import SettingsChange, parse_settings
from .names import Names
from .problems import SHOWN, Ask, SettingsError, first_of

# So many definitions are asked of Graph in a run. A tenant has few that a catalog lacks; a file in which every key is
# wrong would take minutes.
MOST_ASKED = 100
# So many keys get the nearest ones beside them in a run; the search takes long.
_MOST_SUGGESTED = 40


class KnownDefinitions:
    """Reads the option ``settings``. The catalog in hand is enough while it is right; Graph is asked where it is not.

    ``fields`` is the table of what policies have, whose settings are shown in the words of what is known, and whose
    filters and scope tags are called as ``names`` knows.
    """

    def __init__(self, client: GraphClient, catalog: Catalog, names: Names) -> None:
        self._teacher = Teacher(client)
        self.catalog = catalog
        self.fields: tuple[Field, ...] = fields_of(lambda: self.catalog, names.filter_names, names.tag_names)
        # Whether Graph has definitions that the catalog lacks, by their ids in lower case.
        self._on_graph: dict[str, bool] = {}

    def missing(self, ids: t.Sequence[str]) -> frozenset[str]:
        """Return those of the first of these definitions that Graph does not have, in lower case. Raises UserError."""
        return self._teacher.missing(ids[:MOST_ASKED])

    def lacking(self, ids: t.Iterable[str]) -> frozenset[str]:
        """Return those of these definitions that neither the catalog nor Graph has, in lower case. Raises UserError.

        Each is asked for once; of very many that the catalog lacks, the first ones. One with the place of a name in
        it, such as {rulename}, is left to Graph: no record shows that it can be read by its id.
        """
        keys = [key for key in dict.fromkeys(map(str.lower, ids)) if "{" not in key]
        unknown = [key for key in keys if self.catalog.get(key) is None]
        new = [key for key in unknown if key not in self._on_graph][: max(0, MOST_ASKED - len(self._on_graph))]
        missing = self._teacher.missing(new) if new else frozenset()
        self._on_graph |= {key: key not in missing for key in new}
        return frozenset(key for key in unknown if not self._on_graph.get(key, True))

    def changes(self, given: t.Sequence[t.Any]) -> list[SettingsChange | SettingsError]:
        """Return what each of these options asks for, or all that is wrong with it.

        What Graph may know better is asked of it at once, before anything is refused; of very many settings the first
        ones. Raises UserError.
        """
        tried = [_tried(each, self.catalog, 0) for each in given]
        refused = {place: result for place, result in enumerate(tried) if isinstance(result, SettingsError)}
        if not refused:
            return tried
        ask = first_of((problem.ask for error in refused.values() for problem in error.problems), MOST_ASKED)
        if ask:
            self.catalog = self._teacher.taught(self.catalog, ask)
        left = _MOST_SUGGESTED
        for place in refused:
            result = tried[place] = _tried(given[place], self.catalog, min(left, SHOWN))
            if isinstance(result, SettingsError):
                left = max(0, left - min(len(result.problems), SHOWN))
                tried[place] = _with_note(result, ask)
        return tried


def _tried(given: t.Any, catalog: Catalog, suggest: int) -> SettingsChange | SettingsError:
    try:
        return parse_settings(given, catalog, suggest)
    except SettingsError as error:
        return error


def _with_note(error: SettingsError, asked: Ask) -> SettingsError:
    """Return settings that are refused with a word on those of which Graph was not asked, if there are any."""
    more = len(error.ask - asked)
    if not more:
        return error
    note = (
        f"Graph was asked of the first {MOST_ASKED} settings of the task that the catalog does not know or allow, and "
        f"not of {more} of these: where they are right, give their definitions by catalog_file"
    )
    return SettingsError(error.problems, note)
