# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the facts of a failed call to the sentence a user can act on."""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import UserError
from .errors import GraphError, LoginError, NotGraphError

# What a surface knows better of an error: the cause and the next step, None where it does not.
Reading = t.Callable[[GraphError], "tuple[str, str] | None"]


def is_missing(error: GraphError) -> bool:
    """Tell whether Graph says that the object is not there; a proxy's 404 says nothing of it."""
    return error.status == 404 and not isinstance(error, NotGraphError)


def nothing_better(_error: GraphError) -> tuple[str, str] | None:
    """Know nothing better of an error."""
    return None


@contextlib.contextmanager
def explained(
    subject: str, action: str, permission: str, refused: str = "", reading: Reading = nothing_better
) -> t.Iterator[None]:
    """Turn a GraphError inside the block into a UserError that names the object, the action and what to do.

    ``refused`` is what to do after a 403 or 404 of Graph, if not the usual; ``reading`` is asked first.
    """
    try:
        yield
    except LoginError as error:
        raise UserError(
            "the login", "get a token", error.cause(), error.next_step, error.failure, error.in_doubt
        ) from error
    except GraphError as error:
        cause, next_step = reading(error) or (error.cause(), _next_step(error, permission, refused))
        raise UserError(subject, action, cause, next_step, error.failure, error.in_doubt) from error


def _next_step(error: GraphError, permission: str, refused: str) -> str:
    if refused and error.status in (403, 404) and not isinstance(error, NotGraphError):
        return refused
    if error.status == 403 and not isinstance(error, NotGraphError):
        return f"Grant the app the permission {permission} with admin consent; the tenant needs an Intune licence, too"
    return error.advice() or "Check the values against the answer"
