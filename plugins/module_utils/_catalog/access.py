# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the login of a run sees, and what it may write, as far as Graph tells."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._graph.client import GraphClient
from .._graph.errors import GraphError
from .._graph.messages import Answer
from .._policy.policy import Policy
from .._policy.surface import View
from .._policy.writes import Write
from .names import Names
from .permissions import QUESTION, allowed_actions, refused_writes
from .view import administrator, called, shared_tag, view_of


class Access:
    """The view of one login, and its permissions, which are asked for once and only where a role may lack some."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        # The scope tag that all policies have that were seen.
        self._shared_tag: str | None = None

    def saw(self, policies: t.Sequence[Policy]) -> None:
        """Hear of all policies that the list shows."""
        self._shared_tag = shared_tag(policies)

    def view(self, names: Names) -> View:
        """Return what the login sees, as far as that is known now."""
        tag = self._shared_tag
        shown = None if tag is None else called(tag, names.tag_names([tag]).get(tag.lower()))
        return view_of(self._client.claims, shown, names.tags_refused)

    def forbidden(self, writes: t.Sequence[Write]) -> UserError | None:
        """Return why the login may not send all of these writes, None where it may, or where Graph does not say."""
        claims = self._client.claims
        if not writes or not claims.is_user or administrator(claims) is not None:
            return None
        allowed = _allowed(self._client.ask(QUESTION))
        return None if allowed is None else refused_writes(writes, allowed)


def _allowed(answer: Answer | GraphError) -> frozenset[str] | None:
    """Return the actions that an answer allows, None where there is none: the question needs a right of its own."""
    if isinstance(answer, GraphError):
        return None
    try:
        return allowed_actions(answer.json())
    except GraphError:
        return None
