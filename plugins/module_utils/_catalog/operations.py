# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to ``configurationPolicies``: what is sent for each, how messages name it, and what its answer means."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError
from .._graph.client import GraphClient
from .._graph.documents import Document, broken, document_of, json_object, new_collection
from .._graph.documents import path_of as path_in
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._graph.pages import PageHeard
from .._graph.spellings import is_unknown_segment
from .._ids import id_key
from .._policy.policy import Assignment, Policy, distinct_assignments
from .._policy.writes import PolicyWrite, Result, WritePart, Written
from .codec import (
    AsRead,
    assignment_from_graph,
    assignments_body,
    changed_members,
    policy_body,
    policy_from_graph,
    setting_count,
)
from .explain import READ_PERMISSION, RULES, WRITE_PERMISSION

COLLECTION = "/deviceManagement/configurationPolicies"
# As many as public tools ask for; a tenant gives 25 unasked. Links are followed whatever comes.
PAGE_SIZE = 100
LIST = f"{COLLECTION}?$top={PAGE_SIZE}"
_THE_LIST = "the list of policies in the settings catalog"


def listing(
    client: GraphClient, understand: t.Callable[[list[Document], bool], t.Any], heard: PageHeard | None = None
) -> Operation:
    """Return the read of all policies, to the end whatever the pages hold.

    ``understand`` hears also whether there was more than one page; each page but the last one is ``heard`` as it comes.
    """

    def read(answer: Answer) -> t.Any:
        found = [json_object(item) for item in client.all_items(answer, heard)]
        return understand(found, document_of(answer).get("@odata.nextLink") is not None)

    return reading(Call("GET", LIST), _THE_LIST, "read it", read)


def reading_policy(policy_id: str, subject: str, understand: t.Callable[[Document], t.Any]) -> Operation:
    """Return the read of one policy without its settings; None is brought where there is none."""
    call = Call("GET", path_of(policy_id))
    return reading(call, subject, "read it", lambda answer: understand(document_of(answer)), lambda: None)


def reading_settings(
    policy: Policy, client: GraphClient, understand: t.Callable[[Document, list[Document]], t.Any]
) -> Operation:
    """Return the read of one policy with all its settings, which is the one that tells how many there must be."""

    def read(answer: Answer) -> t.Any:
        document = document_of(answer)
        if id_key(document.get("id")) != id_key(policy.id):
            raise broken("the answer is about another policy")
        settings = [json_object(item) for item in _settings_in(document, answer, client)]
        _refuse_incomplete(policy, document, settings)
        return understand(document, settings)

    return reading(Call("GET", f"{path_of(policy.id)}?$expand=settings"), policy.named(), "read its settings", read)


def reading_assignments(policy: Policy, client: GraphClient) -> Operation:
    """Return the read of a policy's assignments, which ``$expand`` on one policy shows as none."""

    def read(answer: Answer) -> tuple[Assignment, ...]:
        return distinct_assignments(_read_assignment(item) for item in client.all_items(answer))

    return reading(Call("GET", path_of(policy.id, "assignments")), policy.named(), "read its assignments", read)


def creating(draft: Policy, instances: t.Sequence[Document]) -> Operation:
    """Return the call that creates a policy with its settings."""
    body = {
        **policy_body(draft.values, instances),
        "templateReference": {"templateId": "", "templateFamily": "none"},
    }
    call = Call("POST", COLLECTION, json_body=body, repeatable=False)
    return _change(call, draft, "create it", lambda answer: Written(policy_id=read_policy(document_of(answer)).id))


def patching(policy: Policy, values: t.Mapping[str, t.Any], options: t.Iterable[str]) -> Operation:
    """Return the call that changes a policy's name and description alone, with no settings at risk."""
    call = Call("PATCH", path_of(policy.id), json_body=changed_members(values), json_answer=False)
    return _change(call, policy, f"update {', '.join(options)}")


def replacing(
    policy: Policy,
    values: t.Mapping[str, t.Any],
    instances: t.Sequence[Document],
    options: t.Iterable[str],
    now: AsRead,
) -> Operation:
    """Return the call that replaces a policy, all but its assignments: the only one that changes settings."""
    call = Call("PUT", path_of(policy.id), json_body=policy_body(values, instances, now), json_answer=False)
    return _change(call, policy, f"update {', '.join(options)}")


def assigning(policy: Policy, assignments: t.Sequence[Assignment], action: str) -> Operation:
    """Return the call that replaces a policy's assignments; the answer may be empty or the new collection."""

    def understand(answer: Answer) -> Written:
        told = new_collection(answer)
        return Written(assignments=tuple(assignments if told is None else map(_read_assignment, told)))

    call = Call("POST", path_of(policy.id, action), json_body=assignments_body(assignments))
    return _change(call, policy, "assign it", understand)


def deleting(policy: Policy) -> Operation:
    """Return the call that deletes a policy."""
    return replace(_change(Call("DELETE", path_of(policy.id), json_answer=False), policy, "delete it"), absent=Written)


def reading(
    call: Call,
    subject: str,
    action: str,
    understand: t.Callable[[Answer], t.Any],
    absent: t.Callable[[], t.Any] | None = None,
) -> Operation:
    """Return a read, whose answer ``understand`` reads; ``absent`` returns what it means that nothing is there."""
    return Operation(call, subject, action, READ_PERMISSION, understand, absent, rules=RULES)


def path_of(policy_id: str | None, *parts: str) -> str:
    """Return the path of a policy, or of something below it. Raises UserError for what cannot be an id."""
    return path_in(COLLECTION, policy_id, *parts)


def read_policy(document: Document) -> Policy:
    """Read a policy of an answer. Raises NotGraphError when it is not one."""
    try:
        return policy_from_graph(document)
    except ValueError as error:
        raise broken(f"a policy in the answer cannot be read ({error})") from error


def is_misspelled(write: PolicyWrite, result: Result, action: str) -> bool:
    """Tell whether an assign failed since the server does not know this spelling."""
    details = result.error.details if result.error is not None else None
    return isinstance(write, WritePart) and details is not None and is_unknown_segment(details.message, action)


def _change(
    call: Call, policy: Policy, action: str, understand: t.Callable[[Answer], Written] = lambda _answer: Written()
) -> Operation:
    """Return a write of one policy, whose answer brings nothing unless ``understand`` reads it."""
    return Operation(call, policy.named(), action, WRITE_PERMISSION, understand, rules=RULES)


def _settings_in(document: Document, answer: Answer, client: GraphClient) -> list[t.Any]:
    """Return the settings inside of a policy's document, with those behind a page link."""
    settings = document.get("settings")
    if not isinstance(settings, list):
        raise broken("the policy in the answer has no list of settings")
    link = document.get("settings@odata.nextLink")
    if link is None:
        return settings
    page = {"value": settings, "@odata.nextLink": link}
    return client.all_items(replace(answer, data=None, document=page))


def _refuse_incomplete(policy: Policy, document: Document, settings: t.Sequence[Document]) -> None:
    """Refuse fewer settings than the server counts: what is not read would be lost when the policy is written.

    Each counts once, since pages may overlap. Raises UserError, and NotGraphError for a count that is not a number.
    """
    try:
        count = setting_count(document)
    except ValueError as error:
        raise broken(f"a policy in the answer cannot be read ({error})") from error
    found = len({_key_of(setting) for setting in settings})
    if count is not None and found < count:
        cause = f"Graph counts {count} of them, and its answer holds {found}"
        raise UserError(policy.named(), "read its settings", cause, "Run it again; the policy was left alone")


def _key_of(setting: Document) -> t.Any:
    instance = setting.get("settingInstance")
    definition_id = instance.get("settingDefinitionId") if isinstance(instance, dict) else None
    return id_key(definition_id) if isinstance(definition_id, str) else id(setting)


def _read_assignment(item: t.Any) -> Assignment:
    try:
        return assignment_from_graph(json_object(item))
    except ValueError as error:
        raise broken(str(error)) from error
