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
from .problems import Ask, SettingsError


class KnownDefinitions:
    """Reads the option ``settings``. The catalog in hand is enough while it is right; Graph is asked where it is not.

    ``fields`` is the table of what policies have, whose settings are shown in the words of what is known.
    """

    def __init__(self, client: GraphClient, catalog: Catalog) -> None:
        self._teacher = Teacher(client)
        self.catalog = catalog
        self.fields: tuple[Field, ...] = fields_of(lambda: self.catalog)

    def changes(self, given: t.Sequence[t.Any]) -> list[SettingsChange | SettingsError]:
        """Return what each of these options asks for, or all that is wrong with it.

        What Graph may know better is asked of it at once, before anything is refused. Raises UserError.
        """
        tried = [_tried(each, self.catalog) for each in given]
        ask = Ask()
        for result in tried:
            ask |= result.ask if isinstance(result, SettingsError) else Ask()
        if not ask:
            return tried
        self.catalog = self._teacher.taught(self.catalog, ask)
        return [
            _tried(each, self.catalog) if isinstance(result, SettingsError) else result
            for each, result in zip(given, tried, strict=True)
        ]


def _tried(given: t.Any, catalog: Catalog) -> SettingsChange | SettingsError:
    try:
        return parse_settings(given, catalog)
    except SettingsError as error:
        return error
