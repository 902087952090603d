# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the facts of a failed call to the sentence a user can act on."""

from __future__ import annotations

import contextlib
import typing as t

from .._graph.errors import GraphError, LoginError, NotGraphError, UserError

READ_PERMISSION = "DeviceManagementConfiguration.Read.All"
WRITE_PERMISSION = "DeviceManagementConfiguration.ReadWrite.All"

_SEGMENT = "resource not found for the segment 'officeconfiguration'"


def is_withdrawn(error: GraphError) -> bool:
    """Tell whether this tenant's Graph has no officeConfiguration (our reading of how withdrawn segments answer)."""
    return error.status in (400, 404) and _SEGMENT in error.failure.message.lower()


def is_absent(error: GraphError) -> bool:
    """Tell whether Graph says that the object is not there; a proxy's 404 and a withdrawn segment say nothing of it."""
    return error.status == 404 and not isinstance(error, NotGraphError) and not is_withdrawn(error)


@contextlib.contextmanager
def explained(subject: str, action: str, permission: str, refused: str = "") -> t.Iterator[None]:
    """Turn a GraphError inside the block into a UserError that names the object, the action and what to do; ``refused``
    is what to do after a 403 or 404 of Graph, if not the usual.
    """
    try:
        yield
    except LoginError as error:
        raise UserError("the login", "get a token", error.cause(), error.next_step, error.failure) from error
    except GraphError as error:
        next_step = _next_step(error, permission, refused)
        raise UserError(subject, action, _cause(error), next_step, error.failure) from error


def _cause(error: GraphError) -> str:
    if is_withdrawn(error):
        return f"this tenant's Graph does not serve officeConfiguration ({error.cause().rstrip('. ')})"
    return error.cause()


def _next_step(error: GraphError, permission: str, refused: str) -> str:
    if is_withdrawn(error):
        return "Nothing is known about its policies, so nothing was changed; check api_version"
    if refused and error.status in (403, 404) and not isinstance(error, NotGraphError):
        return refused
    if error.status == 403 and not isinstance(error, NotGraphError):
        return f"Grant the app the permission {permission} with admin consent; the tenant needs an Intune licence, too"
    return error.advice() or "Check the values against the answer"
