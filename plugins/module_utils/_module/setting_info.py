# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of office_setting_info: settings by key or by words, from a catalog or from Graph."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._catalog.catalog import Catalog
from .._catalog.describe import described
from .._catalog.keys import find, settings_of
from .._catalog.problems import listed
from .._catalog.search import Filters, Matches, search, settings_in, stems_of
from .._errors import UserError
from .arguments import SOURCES, SPECS
from .catalog_files import catalog_of
from .definition import NO_POLICIES, ModuleDefinition, Opening, Reply, Request
from .parse_values import refuse_blank, refuse_half_characters
from .tenant import Tenant

_AUTO, _IN_HAND, _GRAPH = SOURCES
_TASK = "the task"
# Characters of a text to look for: definition ids have up to 300, and a word goes into the URL of a call.
_LONGEST = 500
# So many words, the longest, are asked for in display names: each is a call, and short ones are in most names.
_MOST_ASKED, _SHORTEST_ASKED = 5, 3


@dataclass
class _Found:
    """What was found: all of it, how much of it is shown, and where it comes from."""

    matches: Matches
    catalog: Catalog
    source: str = _IN_HAND
    complete: bool = True


def setting_info(request: Request, opening: Opening) -> Reply:
    """office_setting_info: settings as they can be written, with an example each."""
    params = request.params
    _check(params)
    catalog = catalog_of(params["catalog_file"])
    filters = Filters(_file(params["app"], catalog), params["scope"], params["deprecated"])
    asking = _Asking(params, opening)
    if params["setting"] is not None:
        found = _by_key(params, catalog, filters, asking)
    elif params["search"] is not None:
        found = _by_words(params, catalog, filters, asking)
    else:
        found = _Found(Matches(tuple(settings_in(catalog, filters))), catalog)
    limit = params["limit"] or len(found.matches.settings)
    shown = found.matches.settings[:limit]
    if found.source == _GRAPH and params["search"] is not None:
        # What was found by its display name is known but for its elements.
        asked = [each.id for each in shown if each.all_children or not each.title]
        found.catalog = asking.tenant().definitions.whole(found.catalog, asked)
    known = [found.catalog.get(each.id) for each in shown]
    result = {
        "changed": False,
        "settings": [described(each, found.catalog) for each in known if each is not None],
        "count": len(found.matches.settings),
        "source": found.source,
        "complete": found.complete,
        "all_words": found.matches.all_words,
    }
    return Reply(result, _warnings(params, found))


class _Asking:
    """The tenant, opened where it is first needed."""

    def __init__(self, params: t.Mapping[str, t.Any], opening: Opening) -> None:
        self._opening = opening
        self._opened: Tenant | None = None
        self.allowed = params["source"] != _IN_HAND

    def tenant(self) -> Tenant:
        """Return the tenant. Raises UserError where there is no usable login."""
        if self._opened is None:
            self._opened = self._opening(**NO_POLICIES)
        return self._opened


def _check(params: t.Mapping[str, t.Any]) -> None:
    """Refuse options that cannot be meant. Raises UserError."""
    for name in ("setting", "search", "app"):
        refuse_blank(params[name], _TASK, name)
        refuse_half_characters(params[name], _TASK, name)
        if len(params[name] or "") > _LONGEST:
            raise UserError(_TASK, f"use {name}", f"it has more than {_LONGEST} characters", "Give fewer words")
    if params["limit"] < 0:
        raise UserError(_TASK, "use limit", f"{params['limit']} is below 0", "Give a number, or 0 for all")
    if params["source"] == _GRAPH and params["setting"] is None and params["search"] is None:
        cause = "Graph has the settings of all of Windows, and neither setting nor search says which ones are meant"
        raise UserError(_TASK, "use source: graph", cause, "Give one of them, or leave source out")


def _file(app: str | None, catalog: Catalog) -> str | None:
    """Return the ADMX file that is meant. Raises UserError where there is none of this name."""
    if app is None:
        return None
    file = app.strip().lower()
    known = {name for name, _policy in catalog.names()}
    if file not in known:
        cause = f"no setting is of an ADMX file of this name; there are {listed(sorted(known), 30)}"
        raise UserError(_TASK, f"use app: {app}", cause, "Give one of them, or leave app out")
    return file


def _by_key(params: t.Mapping[str, t.Any], catalog: Catalog, filters: Filters, asking: _Asking) -> _Found:
    """Return what a key leads to: what the catalog in hand knows is not asked of Graph. Raises UserError."""
    key = params["setting"]
    source = _GRAPH if params["source"] == _GRAPH else _IN_HAND
    named = settings_of(key, catalog)
    if named and source == _GRAPH:
        catalog = asking.tenant().definitions.whole(catalog, [each.id for each in named])
        named = settings_of(key, catalog)
    elif not named and asking.allowed:
        catalog, source = _taught(key, catalog, asking), _GRAPH
        named = settings_of(key, catalog)
    if not named:
        where = "; Graph does not know it either" if source == _GRAPH else ""
        raise _unknown(key, f"{find(key, None, catalog).wrong}{where}")
    return _Found(Matches(tuple(filter(filters.fits, named))), catalog, source)


def _taught(key: str, catalog: Catalog, asking: _Asking) -> Catalog:
    unknown = find(key, None, catalog)
    try:
        return asking.tenant().definitions.taught(catalog, unknown.ask)
    except UserError as error:
        cause = f"{unknown.wrong}, and Graph, which may know it, cannot be asked ({str(error).rstrip('.')})"
        raise _unknown(key, cause, error) from error


def _unknown(key: str, cause: str, error: UserError | None = None) -> UserError:
    step = "Check the spelling, or look for words with search"
    return UserError(f"the setting {key.strip()}", "find it", cause, step, error.details if error else None)


def _by_words(params: t.Mapping[str, t.Any], catalog: Catalog, filters: Filters, asking: _Asking) -> _Found:
    """Return what has the words: by the texts in hand where there are any, else by those that Graph has."""
    text = params["search"]
    has_texts = params["catalog_file"] is not None and catalog.has_texts
    if not asking.allowed or (params["source"] == _AUTO and has_texts):
        return _Found(search(text, settings_in(catalog, filters), catalog), catalog, complete=has_texts)
    try:
        tenant = asking.tenant()
    except UserError as error:
        cause = f"no texts are in hand, and Graph cannot be asked ({str(error).rstrip('.')})"
        step = "Log in, give a catalog_file with texts, or look among the names of policies alone with source: catalog"
        raise UserError(f"the search for '{text}'", "begin it", cause, step) from error
    catalog = tenant.definitions.titled(catalog, _asked(text))
    return _Found(search(text, settings_in(catalog, filters), catalog), catalog, _GRAPH, complete=False)


def _asked(text: str) -> list[str]:
    """Return the words that Graph is asked for."""
    stems = sorted(stems_of(text), key=len, reverse=True)
    return [stem for stem in stems if len(stem) >= _SHORTEST_ASKED][:_MOST_ASKED] or [text.strip()]


def _warnings(params: t.Mapping[str, t.Any], found: _Found) -> list[str]:
    if params["search"] is None:
        return []
    subject = f"The search for '{params['search']}'"
    warnings = []
    if not found.matches.all_words and found.matches.settings:
        warnings.append(f"{subject}: no setting has all of these words, so those with the most telling ones are shown.")
    if not found.complete and not found.matches.settings:
        where = "Graph looks in display names" if found.source == _GRAPH else "without texts there are policy names"
        warnings.append(
            f"{subject}: {where} alone, so there may be such a setting all the same. Try other words, or give a "
            "catalog_file with texts."
        )
    return warnings


OFFICE_SETTING_INFO = ModuleDefinition(
    SPECS["office_setting_info"], setting_info, {"mutually_exclusive": [("search", "setting")]}
)
