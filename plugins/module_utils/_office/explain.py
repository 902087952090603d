# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What errors of Graph mean for officeConfiguration, which Microsoft withdrew from some tenants."""

from __future__ import annotations

from .._graph.errors import GraphError
from .._graph.explain import ErrorRules, is_missing
from .._graph.forbidden import of_intune

READ_PERMISSION = "DeviceManagementConfiguration.Read.All"
WRITE_PERMISSION = "DeviceManagementConfiguration.ReadWrite.All"

_OTHER_SURFACE = (
    "Write surface: settings_catalog in the task, or set M365_SURFACE=settings_catalog: Microsoft withdrew this API, "
    "and tenants of today have such policies in the settings catalog. Nothing is known about those here, and nothing "
    "was changed"
)
_SEGMENT = "resource not found for the segment 'officeconfiguration'"


def is_withdrawn(error: GraphError) -> bool:
    """Tell whether this tenant's Graph has no officeConfiguration (our reading of how withdrawn segments answer)."""
    return error.status in (400, 404) and _SEGMENT in error.failure.message.lower()


def is_absent(error: GraphError) -> bool:
    """Tell whether Graph says that the object is not there; a withdrawn segment says nothing of it."""
    return is_missing(error) and not is_withdrawn(error)


def _rules(step: str) -> ErrorRules:
    """Return the rules; ``step`` is what to do where the segment was withdrawn."""

    def reading(error: GraphError) -> tuple[str, str] | None:
        if not is_withdrawn(error):
            return None
        return f"this tenant's Graph does not serve officeConfiguration ({error.cause().rstrip('. ')})", step

    return ErrorRules(is_absent, reading, of_intune)


def rules_without(thing: str) -> ErrorRules:
    """Return the rules for a task about a thing (such as the order) that the other surface does not have."""
    return _rules(
        f"Leave this task out: Microsoft withdrew this API, and policies of the settings catalog, which tenants of "
        f"today have instead, have no {thing}. Nothing was changed"
    )


RULES = _rules(_OTHER_SURFACE)
