# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reads of a preflight: one of each kind that a run may need, each once, and of each list the first page alone.

They take ten requests at most, those of a login included, also where the tenant takes no ``$batch`` and each read goes
alone. That is why nothing is tried again.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._catalog import explain as catalog_explain
from .._catalog import first_look
from .._catalog.access import administrator
from .._graph.client import GraphClient
from .._graph.errors import GraphError, LoginError, NoAnswerError, NotGraphError, UnwantedError
from .._graph.forbidden import says_nothing
from .._graph.groups import A_GROUP
from .._graph.messages import Answer
from .._graph.operations import Operation
from .._office import explain as office_explain
from .._office.operations import reading_first_policies
from .preflight_facts import AGAIN, Refusal

_UNAUTHORIZED = 401
_BATCH = "/$batch"
# What a line is too short for: the ids of a request, which are for Microsoft's support, and how long to wait for a try
# that is not made.
_ASIDES = re.compile(r"\s*\((?:operation id|the server asks to wait) [^()]*\)")


class Reads(t.NamedTuple):
    """What each read brought (see ``Facts``), and whether the tenant takes ``$batch``."""

    brought: t.Mapping[str, t.Any]
    batch: bool | None


def read_all(client: GraphClient) -> Reads:
    """Return what the tenant shows. Raises UserError where it cannot be reached, or refuses the login."""
    answer = client.ask(first_look.POLICIES.call)
    if isinstance(answer, GraphError) and _ends_it(answer):
        with first_look.POLICIES.explained():
            raise answer
    others = dict(_OTHERS)
    # An app has no role, and an administrator may do everything.
    if not client.claims.is_user or administrator(client.claims) is not None:
        del others["allowed"]
    answers = list(client.many([each.call for each in others.values()]))
    brought = {name: _brought(each, read) for (name, each), read in zip(others.items(), answers, strict=True)}
    policies = _brought(first_look.POLICIES, answer)
    if isinstance(policies, first_look.ListedPolicies) and isinstance(brought["tags"], dict):
        policies = policies.with_names(brought["tags"])
    return Reads({"allowed": None, **brought, "policies": policies}, _takes_batches(client, answers))


def _ends_it(error: GraphError) -> bool:
    """Tell whether an error means that nothing else will be answered: nobody is there, or the login is refused."""
    return error.status == _UNAUTHORIZED or isinstance(error, (LoginError, NoAnswerError, NotGraphError, UnwantedError))


def _takes_batches(client: GraphClient, answers: t.Sequence[Answer | GraphError]) -> bool | None:
    if not client.batching:
        return False
    paths = [answer.path if isinstance(answer, Answer) else answer.failure.path for answer in answers]
    # Each call in a batch is answered under its own path, the whole of one that failed under that of $batch.
    return True if any(path is not None and not path.endswith(_BATCH) for path in paths[:_TOGETHER]) else None


def _brought(operation: Operation, answer: Answer | GraphError) -> t.Any:
    """Return what an answer means, or the Refusal that tells why it brought nothing."""
    try:
        if isinstance(answer, GraphError):
            raise answer
        return operation.read(answer)
    except GraphError as error:
        cause, step = operation.told(error)
        withdrawn = catalog_explain.is_withdrawn(error) or office_explain.is_withdrawn(error)
        status = None if isinstance(error, NotGraphError) else error.status
        refusal = Refusal(_ASIDES.sub("", cause), step, status, withdrawn, says_nothing(error))
        return replace(refusal, next_step=AGAIN) if status is not None and refusal.passes else refusal


# The reads beside that of the policies by the names of facts. Those of one version travel together.
_OTHERS: t.Mapping[str, Operation] = {
    "office": reading_first_policies(),
    "definitions": first_look.DEFINITIONS,
    "tags": first_look.SCOPE_TAGS,
    "access_policies": first_look.ACCESS_POLICIES,
    "waiting": first_look.WAITING,
    "allowed": first_look.ALLOWED,
    "groups": A_GROUP,
}
# How many of them surely do.
_TOGETHER = 3
