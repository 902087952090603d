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
from .._catalog.approvals import PERMISSION as APPROVAL_PERMISSION
from .._catalog.approved_writes import REQUESTS
from .._catalog.codec import OWN_TYPE
from .._catalog.fetch import path_of_part
from .._catalog.names import TAGS, TAGS_PERMISSION
from .._catalog.operations import LIST, read_policy
from .._catalog.permissions import QUESTION, allowed_actions
from .._catalog.view import administrator, shared_tag
from .._graph.client import GraphClient
from .._graph.documents import Document, broken, document_of, json_object
from .._graph.errors import GraphError, LoginError, NoAnswerError, NotGraphError, UnwantedError
from .._graph.explain import GRAPH, ErrorRules
from .._graph.forbidden import says_nothing
from .._graph.groups import PERMISSION as GROUP_PERMISSION
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._office import explain as office_explain
from .._office.operations import COLLECTION
from .preflight_facts import Listed, Read, Refusal

# Of the settings of one app, as many as one page has: the list of all is 73 MB.
APP = "word16"
_DEFINITIONS = path_of_part(f"_vendor_msft_policy_config_{APP}")
_ACCESS_POLICIES = "/deviceManagement/operationApprovalPolicies"
_GROUPS = "/groups?$top=1&$select=id,displayName"
_WAITS = "needsapproval"
_UNAUTHORIZED = 401
_BATCH = "/$batch"
_IDS = re.compile(r"\s*\(operation id [^()]*\)")


class Reads(t.NamedTuple):
    """What each read brought (see ``Facts``), and whether the tenant takes ``$batch``."""

    brought: t.Mapping[str, Read]
    batch: bool | None


def read_all(client: GraphClient) -> Reads:
    """Return what the tenant shows. Raises UserError where it cannot be reached, or refuses the login."""
    first = _reading(LIST, "the tenant", "ask it anything", catalog_explain.READ_PERMISSION, _policies_of)
    answer = client.ask(first.call)
    if isinstance(answer, GraphError) and _ends_it(answer):
        with first.explained():
            raise answer
    others = dict(_OTHERS)
    # An app has no role, and an administrator may do everything.
    if not client.claims.is_user or administrator(client.claims) is not None:
        del others["allowed"]
    answers = list(client.many([each.call for each in others.values()]))
    brought = {name: _brought(each, read) for (name, each), read in zip(others.items(), answers, strict=True)}
    policies = _with_name_of_tag(_brought(first, answer), brought["tags"])
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


def _brought(operation: Operation, answer: Answer | GraphError) -> Read:
    try:
        if isinstance(answer, GraphError):
            raise answer
        return operation.read(answer)
    except GraphError as error:
        cause, step = operation.told(error)
        withdrawn = catalog_explain.is_withdrawn(error) or office_explain.is_withdrawn(error)
        is_graph = not isinstance(error, NotGraphError)
        # The ids of a request are for Microsoft's support, and a line is short.
        cause = _IDS.sub("", cause)
        return Refusal(cause, step, error.status if is_graph else None, withdrawn, says_nothing(error))


def _with_name_of_tag(policies: Read, tags: Read) -> Read:
    """Return the policies with the tag that all of them have under its name, where that is known."""
    if not isinstance(policies, Listed) or not isinstance(tags, dict):
        return policies
    name = tags.get(policies.tag)
    return policies if name is None else replace(policies, tag=f"'{name}' ({policies.tag})")


def _reading(
    path: str,
    subject: str,
    action: str,
    permission: str,
    understand: t.Callable[[list[Document], bool], t.Any],
    rules: ErrorRules = catalog_explain.RULES,
    version: str | None = None,
) -> Operation:
    """Return the read of the first page of a list; ``understand`` hears also whether there are more."""

    def read(answer: Answer) -> t.Any:
        document = document_of(answer)
        items = document.get("value")
        if not isinstance(items, list):
            raise broken("the answer has no list 'value'")
        return understand([json_object(item) for item in items], document.get("@odata.nextLink") is not None)

    return Operation(Call("GET", path, version), subject, action, permission, read, rules=rules)


def _policies_of(documents: list[Document], more: bool) -> Listed:
    policies = [read_policy(document) for document in documents]
    own = sum(policy.type == OWN_TYPE for policy in policies)
    return Listed(len(policies), more, own, shared_tag(policies))


def _counted(documents: list[Document], more: bool) -> Listed:
    return Listed(len(documents), more)


def _tags_of(documents: list[Document], _more: bool) -> dict[str, t.Any]:
    """Return the names of scope tags by their ids."""
    return {str(document.get("id")): document.get("displayName") for document in documents}


def _types_of(documents: list[Document], _more: bool) -> list[str]:
    return [str(document.get("policyType") or "of an unknown type") for document in documents]


def _waiting_of(documents: list[Document], _more: bool) -> int:
    return sum(str(document.get("status")).lower() == _WAITS for document in documents)


def _named_of(documents: list[Document], _more: bool) -> bool:
    """Tell whether groups come with their names, as far as there are any."""
    return all(isinstance(document.get("displayName"), str) for document in documents)


# The reads beside that of the policies by the names of facts. Those of one version travel together.
_OTHERS: t.Mapping[str, Operation] = {
    "office": _reading(
        COLLECTION,
        "the list of policies",
        "read it",
        office_explain.READ_PERMISSION,
        _counted,
        office_explain.RULES,
    ),
    "definitions": _reading(
        _DEFINITIONS, "the definitions of Office", "read them", catalog_explain.READ_PERMISSION, _counted
    ),
    "tags": _reading(TAGS, "the list of scope tags", "read it", TAGS_PERMISSION, _tags_of),
    "access_policies": _reading(
        _ACCESS_POLICIES, "the access policies", "read them", APPROVAL_PERMISSION, _types_of, version="beta"
    ),
    "waiting": _reading(
        REQUESTS, "the requests for approval", "read them", APPROVAL_PERMISSION, _waiting_of, version="beta"
    ),
    "allowed": Operation(
        QUESTION,
        "the permissions of the user",
        "read them",
        APPROVAL_PERMISSION,
        lambda answer: allowed_actions(answer.json()),
        rules=catalog_explain.RULES,
    ),
    "groups": _reading(_GROUPS, "the groups", "read them", GROUP_PERMISSION, _named_of, GRAPH, "v1.0"),
}
# How many of them surely do.
_TOGETHER = 3
