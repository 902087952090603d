# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which surface has which options, and what a user is told who gives one to a surface that has no such thing."""

from __future__ import annotations

import typing as t

from .._catalog import fields as catalog
from .._catalog.catalog import built_in
from .._errors import UserError
from .._office import fields as office

OFFICE, CATALOG = "office_configuration", "settings_catalog"
SURFACES = (OFFICE, CATALOG)

_TABLES = {OFFICE: office.FIELDS, CATALOG: catalog.fields_of(built_in)}
# All options about assignments, of whichever surface.
ASSIGNMENT_OPTIONS = catalog.ASSIGNMENTS.options
# What filters and scope tags are called where a definition comes from.
NAME_OPTIONS = (catalog.FILTER_NAMES, catalog.TAG_NAMES)
# The options of a policy, by the surfaces that have them, beside those that say which policy is meant.
OPTIONS: t.Mapping[str, frozenset[str]] = {
    name: frozenset(option for field in table for option in field.options)
    | (frozenset({"kind", *office.BYTES_OPTIONS.values()}) if name == OFFICE else frozenset(NAME_OPTIONS))
    for name, table in _TABLES.items()
}
_EVERY = frozenset().union(*OPTIONS.values())
# What a task says when it leaves an option as it is.
_SILENT: t.Mapping[str, t.Any] = {
    "payload_transport": "stream",
    "unlisted": "keep_after",
    "overwrite_unknown": False,
    "assume_full_view": False,
    "conflicts": False,
}
# Options of a task that one surface alone has.
_OF_TASKS: t.Mapping[str, tuple[str, ...]] = {
    OFFICE: ("payload_transport", "order", "unlisted"),
    CATALOG: (
        "catalog_file",
        "overwrite_unknown",
        "assume_full_view",
        "conflicts",
        "approval_reason",
        "approval_codes",
    ),
}
# What of prune_scope one surface alone has.
_SCOPE = {OFFICE: "kind", CATALOG: "parts_of"}
# What to gather that one surface alone has.
_GATHERED: t.Mapping[str, tuple[str, ...]] = {
    OFFICE: ("payloads", "checkins"),
    CATALOG: ("settings", "conflicts", "status"),
}
_ORDER = "order"
_PAYLOADS = frozenset({*office.BYTES_OPTIONS, *office.BYTES_OPTIONS.values()})


def foreign_options(given: t.Iterable[str], surface: str) -> list[str]:
    """Return the options of a policy that its surface does not have."""
    return sorted((set(given) & _EVERY) - OPTIONS[surface])


def refuse_foreign_task(params: t.Mapping[str, t.Any]) -> None:
    """Refuse options of a task that its surface does not have. Raises UserError that names all of them."""
    for error in foreign_in_task(params):
        raise error


def foreign_in_task(params: t.Mapping[str, t.Any], subject: str = "the task") -> list[UserError]:
    """Return the error for options of a task that its surface does not have, if there are any."""
    surface = params["surface"]
    if surface == CATALOG and only_office_has(params) == _ORDER:
        error = UserError(
            "the order",
            "apply it",
            f"policies have no priorities on surface {CATALOG}",
            f"Leave this task out, or give it surface: {OFFICE}",
        )
        return [error]
    names = foreign_of_task(params)
    return [foreign_error(names, surface, subject)] if names else []


def foreign_of_task(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return the options of a task that its surface does not have, and what stands in others, as messages name them."""
    surface = params["surface"]
    names = [name for name in _OF_TASKS[_other(surface)] if params.get(name) not in (None, [], _SILENT.get(name))]
    scope = _SCOPE[_other(surface)]
    if (params.get("prune_scope") or {}).get(scope):
        names.append(f"prune_scope.{scope}")
    if surface == CATALOG and "gather" in params and params.get("kind") is not None:
        names.append("kind")
    gathered = [name for name in params.get("gather") or () if name in _GATHERED[_other(surface)]]
    return [*names, *(f"{name} in gather" for name in gathered)]


def only_office_has(params: t.Mapping[str, t.Any]) -> str:
    """Return what a task is about that policies of the first surface alone have, "" for one that both have."""
    return _ORDER if "order" in params and "policies" not in params else ""


def missing_assignments(surface: str, subject: str) -> UserError:
    """Return the error for a task that says nothing of who gets a policy."""
    names = [name for name in ASSIGNMENT_OPTIONS if name in OPTIONS[surface]]
    if len(names) == 1:
        return UserError(subject, "assign it", f"missing required arguments: {names[0]}", f"Give {names[0]}")
    return UserError(subject, "assign it", f"one of these is required: {', '.join(names)}", "Give one of them")


def _other(surface: str) -> str:
    """Return the other surface."""
    return next(name for name in SURFACES if name != surface)


def foreign_error(names: t.Sequence[str], surface: str, subject: str) -> UserError:
    """Return the error for options that the surface does not have."""
    which = "no such option" if len(names) == 1 else "none of these options"
    leave = f"Leave {'it' if len(names) == 1 else 'them'} out"
    if surface == OFFICE:
        leave += f", or set surface: {CATALOG}"
    elif set(names) & _PAYLOADS:
        leave += ", and give settings"
    elif "priority" in names:
        leave += ", or set rollout_layers: true in the role, which compiles priorities to policies"
    return UserError(subject, f"use {', '.join(names)}", f"surface {surface} has {which}", leave)
