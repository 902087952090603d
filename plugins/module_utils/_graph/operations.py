# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations: calls with what messages say of them, and with what their answers mean."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .errors import GraphError, NotGraphError, UnforeseenError
from .explain import GRAPH, ErrorRules, cause_and_step, explained
from .messages import Answer, Call, failure_of


@dataclass(frozen=True)
class Operation:
    """One call, how messages name it, and what its answer means.

    ``absent`` returns what it means that the object is not there, if not an error. ``refused`` is the next step after a
    403 or 404 where more than a permission may be missing. ``rules`` are those of the surface for errors.
    """

    call: Call
    subject: str
    action: str
    permission: str
    understand: t.Callable[[Answer], t.Any]
    absent: t.Callable[[], t.Any] | None = None
    refused: str = ""
    rules: ErrorRules = GRAPH

    def read(self, answer: Answer) -> t.Any:
        """Return what a 2xx answer means. Raises GraphError, with the answer's facts where it has none of its own."""
        try:
            return self.understand(answer)
        except NotGraphError as error:
            if error.status is not None:
                raise
            raise NotGraphError(failure_of(answer, error.failure.message)) from error
        except Exception as error:
            if isinstance(error, (GraphError, UserError)):
                raise
            raise UnforeseenError(error) from error

    def explained(self) -> contextlib.AbstractContextManager[None]:
        """Turn a GraphError inside the block into a UserError about this operation."""
        return explained(self.subject, self.action, self.permission, self.refused, self.rules)

    def told(self, error: GraphError) -> tuple[str, str]:
        """Return the cause and the next step of an error of this operation."""
        return cause_and_step(error, self.permission, self.refused, self.rules)

    def understood(self, answer: Answer | GraphError) -> t.Any:
        """Return what an answer means, or the UserError that tells why there is none."""
        try:
            with self.explained():
                if isinstance(answer, Answer):
                    return self.read(answer)
                if self.absent is not None and self.rules.says_absent(answer):
                    return self.absent()
                raise answer
        except UserError as error:
            # A read changes nothing, whatever became of it.
            return error.with_facts(in_doubt=False) if error.in_doubt and self.call.is_read else error
