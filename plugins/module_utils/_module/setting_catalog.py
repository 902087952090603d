# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of office_setting_catalog: a catalog file with all definitions of Office that a tenant has."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass
from functools import partial

from .._catalog.catalog import Catalog, built_in, catalog_lines
from .._catalog.catalog_changes import CatalogChanges, catalog_changes, changes_result
from .._catalog.definitions import Definition, is_collected
from .._catalog.fetch import DEFINITIONS, PARTS, DefinitionPage
from .._catalog.learn import PagesFrom, Teacher
from .._catalog.lines import line_of
from .._catalog.problems import listed
from .._catalog.touched import touched
from .._errors import UserError, printable
from .._policy.limits import Limit, limit_of
from .arguments import MAX_REMOVALS, SPECS
from .catalog_target import CatalogTarget, catalog_target
from .definition import NO_POLICIES, ModuleDefinition, Opening, Reply, Request
from .part_files import PartFile, Progress

FILE, COLLECTION = "file", "collection"

_SUBJECT = "the definitions of Office"
# So many definitions that the list lacks are asked for one by one: more are gone where the user has said so.
_MOST_CONFIRMED = 250
# A page link that Graph does not know any more.
_ENDED = (400, 404, 410)

Definitions = dict[str, Definition]


@dataclass(frozen=True)
class _Known:
    """What is compared with: the definitions of the file or of the collection, and the catalog that tasks would use."""

    definitions: Definitions
    catalog: Catalog
    name: str


def setting_catalog(request: Request, opening: Opening) -> Reply:
    """office_setting_catalog: read all definitions, say what changed, and write them. Raises UserError."""
    params = request.params
    target = catalog_target(params["path"])
    limit = t.cast(Limit, limit_of("max_removals", params["max_removals"] or MAX_REMOVALS))
    known = _known(target)
    teacher = opening(**NO_POLICIES).definitions
    progress = Progress() if request.check_mode else PartFile(target.path, _key(params))
    with progress:
        found = _found(teacher, progress, known, limit)
        made_from = f"Microsoft Graph {params['api_version']}, {DEFINITIONS.lstrip('/')}"
        data = "".join(f"{line}\n" for line in catalog_lines(found.values(), made_from, titles=True)).encode()
        # First of all, so that the next run does not take what it reads for new.
        progress.discard()
        if data != target.data and not request.check_mode:
            target.write(data)
    changes = catalog_changes(known.definitions, found)
    result = {
        "changed": data != target.data,
        "file": str(target.path),
        "status": "unchanged" if data == target.data else "created" if target.data is None else "updated",
        "sha256": hashlib.sha256(data).hexdigest(),
        "settings": sum(each.is_setting for each in found.values()),
        "definitions": len(found),
        "resumed_pages": progress.resumed,
        "compared_with": known.name,
        **_told(changes, known, Catalog(found.values()), params["policies"]),
    }
    if request.diff_mode and changes:
        result["diff"] = _diff(target, changes, known.definitions, found)
    return Reply(result)


def _known(target: CatalogTarget) -> _Known:
    """Return what is known before anything is read: the file, or where there is none what the collection brings."""
    if target.catalog is None:
        return _Known(_all_of(built_in()), built_in(), COLLECTION)
    definitions = _all_of(target.catalog)
    return _Known(definitions, built_in().with_definitions(definitions.values()), FILE)


def _all_of(catalog: Catalog) -> Definitions:
    return {key: t.cast(Definition, catalog.get(key)) for key in catalog.ids()}


def _key(params: t.Mapping[str, t.Any]) -> str:
    """Return what says which definitions are read, and from where, without telling it."""
    where = [params.get(name) for name in ("cloud", "graph_url", "api_version", "tenant_id", "client_id")]
    return hashlib.sha256(json.dumps([where, PARTS]).encode()).hexdigest()


def _read(progress: Progress, part: str, pages: PagesFrom) -> None:
    """Read what an earlier run did not read of a part. Raises UserError."""
    link = progress.fetched.link(part)
    try:
        _read_from(progress, part, pages(link))
    except UserError as error:
        if link is None or error.details is None or error.details.status not in _ENDED:
            raise
        progress.restart(part)
        _read_from(progress, part, pages(None))


def _read_from(progress: Progress, part: str, pages: t.Iterable[DefinitionPage]) -> None:
    for page in pages:
        progress.add(part, page)


def _found(teacher: Teacher, progress: Progress, known: _Known, limit: Limit) -> Definitions:
    """Return all definitions that the catalog is to have, by id in lower case. Raises UserError."""
    # Parts that have come before another one fails are kept, so that nothing is read twice.
    teacher.read_parts([part for part in PARTS if not progress.fetched.is_done(part)], partial(_read, progress))
    found = progress.fetched.definitions()
    lacking = [each.id for key, each in known.definitions.items() if is_collected(each.id) and key not in found]
    refusal = _refusal(found, known, lacking, limit)
    if refusal is not None:
        # It is to be read again, not gone on with.
        progress.discard()
        raise refusal
    if len(lacking) <= _MOST_CONFIRMED:
        found.update({each.id.lower(): each for each in teacher.those_of(lacking)})
    if known.name == FILE:
        found.update({key: each for key, each in known.definitions.items() if not is_collected(each.id)})
    return found


def _refusal(found: Definitions, known: _Known, lacking: t.Sequence[str], limit: Limit) -> UserError | None:
    """Return the error for an answer that no tenant gives, and for one that lacks more than is allowed."""
    if not found:
        cause = "Graph returns none, which is not what a tenant with Intune has"
        return UserError(_SUBJECT, "use them", cause, "Nothing was written; check the licence, cloud and api_version")
    if limit.allows(len(lacking), len(known.definitions)):
        return None
    where = "the file has" if known.name == FILE else "the collection brings"
    cause = (
        f"Graph lacks {len(lacking)} of the {len(known.definitions)} that {where}, and max_removals allows "
        f"{limit}; it lacks {listed(sorted(lacking), most=3)}"
    )
    return UserError(_SUBJECT, "use them", cause, "Nothing was written; run it again, or raise max_removals")


def _told(
    changes: CatalogChanges, known: _Known, after: Catalog, policies: t.Sequence[t.Mapping[str, t.Any]]
) -> dict[str, t.Any]:
    """Return what the result says of changes."""
    return {
        "counts": changes.counts,
        "changes": changes_result(changes, known.catalog, after),
        "touched": touched(policies, changes, known.catalog, after),
    }


def _diff(target: CatalogTarget, changes: CatalogChanges, before: Definitions, after: Definitions) -> dict[str, str]:
    """Return the lines of the file that differ, but for them nothing that a terminal obeys."""
    ids = sorted({*(each.definition.id.lower() for each in changes.listed), *(each.lower() for each in changes.texts)})
    lines = ["".join(f"{line_of(side[key], titles=True)}\n" for key in ids if key in side) for side in (before, after)]
    header = printable(str(target.path))
    return {
        "before_header": header,
        "after_header": header,
        "before": printable(lines[0], keep="\n"),
        "after": printable(lines[1], keep="\n"),
    }


OFFICE_SETTING_CATALOG = ModuleDefinition(SPECS["office_setting_catalog"], setting_catalog)
