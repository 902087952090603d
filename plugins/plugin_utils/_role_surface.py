# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface that the tasks of the role would work on, which has to be the one that the role knows."""

from __future__ import annotations

import typing as t

KNOWN = "office_configuration"
VARIABLE = "M365_SURFACE"
# Entry points that work on no policies of a tenant, and so whatever the surface is.
OF_NO_SURFACE = frozenset({"catalog", "convert", "import"})
# Where users set it for all tasks of the role, the weakest first: as a group, and for the module that writes.
_DEFAULTS = ("group/m365.apps.all", "m365.apps.office_client_configs")


def surface_problem(
    module_defaults: t.Iterable[t.Mapping[str, t.Any]],
    environments: t.Iterable[t.Mapping[str, t.Any]],
    resolve: t.Callable[[t.Any], t.Any],
) -> str | None:
    """Return the sentence that refuses another surface than the role knows, None where it is that one.

    ``module_defaults`` and ``environments`` are those of the task, the outermost first, and ``resolve`` returns the
    value of what may be a template in them, nothing for one that is omitted: nothing else of them is looked at.
    """
    places = [(f"the environment variable {VARIABLE}", each.get(VARIABLE)) for each in environments]
    listed = list(module_defaults)
    places += [("module_defaults", (each.get(name) or {}).get("surface")) for name in _DEFAULTS for each in listed]
    found = [(origin, given) for origin, value in places if value and (given := resolve(value))]
    origin, surface = found[-1] if found else ("", KNOWN)
    if surface == KNOWN:
        return None
    return (
        f"surface is {surface} by {origin}, and the role works on {KNOWN} alone. Use the modules on {surface}, or set "
        f"surface: {KNOWN} in module_defaults for the role."
    )
