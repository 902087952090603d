# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface that the role works on: what says which one it is, and what the role refuses on it.

What a surface has is told by the tables of the modules; here is only what the role does beside them.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, printable
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import (
    CATALOG,
    OFFICE,
    SURFACES,
    foreign_of_task,
)
from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import role_input, specs

VARIABLE = "M365_SURFACE"
ROLE_VARIABLE = "rollout_surface"
# Where users set it for all tasks of the role, the weakest first: as a group, and for the module that writes.
_DEFAULTS = ("group/m365.apps.all", "m365.apps.office_client_configs")
# Variables of the role that are options of the module that writes, under the name of the option behind "rollout_".
_OF_TASKS = (
    "order",
    "unlisted",
    "prune_scope",
    "catalog_file",
    "overwrite_unknown",
    "assume_full_view",
    "approval_reason",
    "approval_codes",
)
# Surfaces on which policies that disagree cancel each other out, and whose modules tell where they do.
_WITH_CONFLICTS = frozenset({CATALOG})
# Surfaces on which it costs requests for each policy to read how it went on devices.
_REPORTS_BY_POLICY = frozenset({CATALOG})
# What the list of all policies must be read with to know which of them are Office's, by surface.
_TO_TELL_OFFICE: t.Mapping[str, t.Sequence[str]] = {OFFICE: (), CATALOG: ("content",)}

# What follows the name of a tenant in the records of its exports; those of the first surface are as they ever were.
_OF_ANOTHER_SURFACE: t.Mapping[str, str] = {CATALOG: f"-{CATALOG}"}


class Chosen(t.NamedTuple):
    """A surface, and what chose it; nothing chose the default."""

    surface: str
    origin: str


def chosen_surface(
    given: t.Any,
    module_defaults: t.Iterable[t.Mapping[str, t.Any]],
    environments: t.Iterable[t.Mapping[str, t.Any]],
    resolve: t.Callable[[t.Any], t.Any],
) -> Chosen:
    """Return the surface that the tasks of the role work on.

    ``given`` is the role's own variable, which counts before all others. ``module_defaults`` and ``environments`` are
    those of the task, the outermost first, and ``resolve`` returns the value of what may be a template in them, nothing
    for one that is omitted: nothing else of them is looked at.
    """
    places = [(f"the environment variable {VARIABLE}", each.get(VARIABLE)) for each in environments]
    listed = list(module_defaults)
    places += [("module_defaults", (each.get(name) or {}).get("surface")) for name in _DEFAULTS for each in listed]
    found = [(origin, value) for origin, raw in places if raw and (value := resolve(raw))]
    found += [(ROLE_VARIABLE, given)] if given else []
    origin, surface = found[-1] if found else ("", OFFICE)
    return Chosen(str(surface), origin)


def surface_problems(chosen: Chosen, given: t.Mapping[str, t.Any]) -> list[str]:
    """Return a sentence for each variable that the surface has no use for; ``given`` are the variables as given."""
    surface, origin = chosen
    if surface not in SURFACES:
        # The variable of the role is held against its choices with all others.
        said = f"surface is '{printable(surface[:60])}' by {origin}. Give one of {', '.join(SURFACES)}."
        return [] if origin == ROLE_VARIABLE else [said]
    options = {name: _value(given, f"rollout_{name}") for name in _OF_TASKS}
    foreign = foreign_of_task({"surface": surface, **options})
    told = [f"rollout_{name}: surface {surface} has no such option. Leave it out." for name in foreign]
    if surface == OFFICE and _value(given, "rollout_layers"):
        told.append(
            f"rollout_layers: surface {surface} has priorities of its own. Leave it out, or give "
            f"{ROLE_VARIABLE}: {CATALOG}."
        )
    asks = given.get("rollout_approval_reason") and "approval_reason" not in foreign
    if asks and not any(given.get(name) for name in _KEEPS_REQUESTS):
        told.append(
            "rollout_approval_reason: a request whose code is not kept can never be used. Give rollout_state_folder or "
            "rollout_approval_codes, too."
        )
    return told


def approval_codes(given: str, state_folder: str, tenant: str, files: bool, surface: str) -> str:
    """Return the file that keeps the requests for approval of a tenant, empty where none is kept.

    ``given`` is the one that the user names, else it is in the folder of the state, under the name of the tenant. It is
    used where it is there, and where the run ``files`` requests; only some surfaces have approval.
    """
    if given or not state_folder or foreign_of_task({"surface": surface, "approval_codes": state_folder}):
        return given
    path = os.path.join(state_folder, f"{tenant}.approvals.json")
    return path if files or os.path.lexists(path) else ""


def gathered_to_tell_office(surface: str) -> list[str]:
    """Return what the list of all policies is read with to know which of them are Office's."""
    return list(_TO_TELL_OFFICE.get(surface, ()))


def export_source(tenant: str, surface: str) -> str:
    """Return what the files of an export are of, so that one of another surface takes none of them for its own."""
    return f"{tenant}{_OF_ANOTHER_SURFACE.get(surface, '')}"


def has_conflicts(surface: str) -> bool:
    """Tell whether policies that disagree cancel each other out, so that they are to be compared."""
    return surface in _WITH_CONFLICTS


def reported_policies(names: t.Sequence[str], surface: str) -> list[str] | None:
    """Return the policies of which a report reads how they went on devices, None for all of the tenant; ``names`` are
    those that the rollout describes.
    """
    return list(names) if surface in _REPORTS_BY_POLICY else None


_KEEPS_REQUESTS = ("rollout_state_folder", "rollout_approval_codes")


def _value(given: t.Mapping[str, t.Any], name: str) -> t.Any:
    """Return the value of a variable, None where it says nothing, or what the check of all variables refuses."""
    value = given.get(name)
    if value in (None, "") or name not in specs():
        return value or None
    try:
        return role_input(value, name)
    except UserError:
        return None
