# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a first look at a tenant reads of the settings catalog: one read of each kind that a run may need."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._graph.documents import Document
from .._graph.first_page import Listed, counted, first_page_of
from .._graph.messages import Call
from .._graph.operations import Operation
from .._policy.writes import ApprovalState
from .access import QUESTION, allowed_actions, called, shared_tag
from .approvals import PERMISSION, live_request, state_of
from .approved_writes import REQUESTS
from .codec import OWN_TYPE
from .explain import READ_PERMISSION, RULES
from .fetch import path_of_part
from .names import TAGS, TAGS_PERMISSION
from .operations import LIST, read_policy

# Of the settings of one app, as many as one page has: the list of all is 73 MB.
_DEFINITIONS = path_of_part("_vendor_msft_policy_config_word16")
_ACCESS_POLICIES = "/deviceManagement/operationApprovalPolicies"


@dataclass(frozen=True)
class ListedPolicies(Listed):
    """The first page of policies: ``own`` are those that this collection works on, ``tag`` is the scope tag of all."""

    own: int = 0
    tag: str | None = None

    def with_names(self, names: t.Mapping[str, t.Any]) -> ListedPolicies:
        """Return it with the tag under its name, where ``names`` of tags by ids tell that."""
        return self if self.tag is None else replace(self, tag=called(self.tag, names.get(self.tag)))


def _policies_of(documents: list[Document], more: bool) -> ListedPolicies:
    policies = [read_policy(document) for document in documents]
    own = sum(policy.type == OWN_TYPE for policy in policies)
    return ListedPolicies(len(policies), more, own, shared_tag(policies))


def _tags_of(documents: list[Document], _more: bool) -> dict[str, t.Any]:
    """Return the names of scope tags by their ids."""
    return {str(document.get("id")): document.get("displayName") for document in documents}


def _types_of(documents: list[Document], _more: bool) -> list[str]:
    return [str(document.get("policyType") or "of an unknown type") for document in documents]


def _waiting_of(documents: list[Document], _more: bool) -> int:
    return sum(state_of(live_request(document)) is ApprovalState.WAITING for document in documents)


def _reading(
    path: str,
    subject: str,
    permission: str,
    understand: t.Callable[[list[Document], bool], t.Any] = counted,
    version: str | None = None,
) -> Operation:
    return first_page_of(Call("GET", path, version), subject, permission, understand, RULES)


POLICIES = replace(_reading(LIST, "the tenant", READ_PERMISSION, _policies_of), action="ask it anything")
DEFINITIONS = _reading(_DEFINITIONS, "the list of definitions of Office", READ_PERMISSION)
SCOPE_TAGS = _reading(TAGS, "the list of scope tags", TAGS_PERMISSION, _tags_of)
ACCESS_POLICIES = _reading(_ACCESS_POLICIES, "the list of access policies", PERMISSION, _types_of, "beta")
WAITING = _reading(REQUESTS, "the list of requests for approval", PERMISSION, _waiting_of, "beta")
ALLOWED = Operation(
    QUESTION,
    "the permissions of the user",
    "read them",
    PERMISSION,
    lambda answer: allowed_actions(answer.json()),
    rules=RULES,
)
