# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the facts of a failed call to the sentence a user can act on."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .errors import ApprovalError, GraphError, LoginError, NotGraphError
from .forbidden import of_directory


def is_missing(error: GraphError) -> bool:
    """Tell whether Graph says that the object is not there; a proxy's 404 says nothing of it."""
    return error.status == 404 and not isinstance(error, NotGraphError)


def nothing_better(_error: GraphError) -> tuple[str, str] | None:
    """Know nothing better of an error."""
    return None


@dataclass(frozen=True)
class ErrorRules:
    """What errors mean, which differs between surfaces.

    ``is_absent`` tells whether Graph says that the object is not there, ``reading`` returns the cause and the next step
    of what the surface knows better, None for all other errors; ``forbidden`` returns them for a 403 that is not one of
    these, from the error and the permission that the call needs.
    """

    is_absent: t.Callable[[GraphError], bool] = is_missing
    reading: t.Callable[[GraphError], tuple[str, str] | None] = nothing_better
    forbidden: t.Callable[[GraphError, str], tuple[str, str]] = of_directory

    def says_absent(self, error: GraphError) -> bool:
        """Tell whether an error says that the object is not there; one about approval says nothing of it."""
        return not isinstance(error, ApprovalError) and self.is_absent(error)


GRAPH = ErrorRules()


@contextlib.contextmanager
def explained(
    subject: str, action: str, permission: str, refused: str = "", rules: ErrorRules = GRAPH
) -> t.Iterator[None]:
    """Turn a GraphError inside the block into a UserError that names the object, the action and what to do.

    ``refused`` is what to do after a 403 or 404 of Graph, if not the usual; ``rules`` are those of the surface.
    """
    try:
        yield
    except LoginError as error:
        raise UserError(
            "the login", "get a token", error.cause(), error.next_step, error.failure, error.in_doubt
        ) from error
    except ApprovalError as error:
        told = UserError(subject, action, error.cause(), error.advice() or "", error.failure, error.in_doubt)
        raise told.with_facts(approval=error.approval) from error
    except GraphError as error:
        cause, next_step = cause_and_step(error, permission, refused, rules)
        absent = rules.says_absent(error)
        raise UserError(subject, action, cause, next_step, error.failure, error.in_doubt, absent) from error


def cause_and_step(error: GraphError, permission: str, refused: str, rules: ErrorRules) -> tuple[str, str]:
    """Return why a read failed and what to do (see ``explained``), as the surface knows it best."""
    return rules.reading(error) or _read(error, permission, refused, rules)


def _read(error: GraphError, permission: str, refused: str, rules: ErrorRules) -> tuple[str, str]:
    """Return the cause and the next step of an error that no surface knows better."""
    if refused and error.status in (403, 404) and not isinstance(error, NotGraphError):
        return error.cause(), refused
    if error.status == 403 and not isinstance(error, NotGraphError):
        return rules.forbidden(error, permission)
    return error.cause(), error.advice() or "Check the values against the answer"
