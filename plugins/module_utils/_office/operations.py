# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to officeConfiguration: what is sent for each, how messages name it, and what its answer means."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._graph.documents import broken, json_object, new_collection
from .._graph.documents import path_of as path_in
from .._graph.first_page import first_page_of
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._policy.payload import Payload, decode_as, encode
from .._policy.policy import Assignment, Policy
from .._policy.unset import Unset
from .._policy.writes import Delete, Update, WritePart, Written
from .codec import WIRE_NAMES, assignment_from_graph, assignment_to_graph, fields_to_graph
from .explain import READ_PERMISSION, RULES, WRITE_PERMISSION

SINGLETON = "/officeConfiguration"
COLLECTION = f"{SINGLETON}/clientConfigurations"
_BYTES = "application/octet-stream"


def updating(write: Update) -> Operation:
    """Return the call that changes what travels in an update."""
    body = fields_to_graph(write.policy.type.name, write.fields)
    call = Call("PATCH", path_of(write.policy.id), json_body=body, json_answer=False)
    return change(call, write.policy, f"update {', '.join(write.fields)}")


def replacing_payload(write: WritePart) -> Operation:
    """Return the call that replaces one payload."""
    name = WIRE_NAMES[write.field.name]
    data = encode(write.value)
    call = Call("PUT", path_of(write.policy.id, name), data=data, content_type=_BYTES, json_answer=False)
    return change(call, write.policy, f"write its {name}")


def replacing_assignments(write: WritePart, action: str) -> Operation:
    """Return the assign call, with the action in one of its spellings; the answer is the new collection."""
    body = {"officeConfigurationAssignments": [assignment_to_graph(assignment) for assignment in write.value]}

    def understand(answer: Answer) -> Written:
        told = new_collection(answer)
        return Written(assignments=write.value if told is None else tuple(read_assignment(item) for item in told))

    call = Call("POST", path_of(write.policy.id, action), json_body=body)
    return change(call, write.policy, "assign its groups", understand)


def deleting(write: Delete) -> Operation:
    """Return the call that deletes a policy."""
    operation = change(Call("DELETE", path_of(write.policy.id), json_answer=False), write.policy, "delete it")
    return replace(operation, absent=Written)


def change(
    call: Call, policy: Policy, action: str, understand: t.Callable[[Answer], Written] = lambda _answer: Written()
) -> Operation:
    """Return a write of one policy, whose answer brings nothing unless ``understand`` reads it."""
    return Operation(call, policy.named(), action, WRITE_PERMISSION, understand, rules=RULES)


def reading(
    call: Call,
    subject: str,
    action: str,
    understand: t.Callable[[Answer], t.Any],
    absent: t.Callable[[], t.Any] | None = None,
) -> Operation:
    """Return a read, whose answer ``understand`` reads; ``absent`` returns what it means that nothing is there."""
    return Operation(call, subject, action, READ_PERMISSION, understand, absent, rules=RULES)


def payload_of(asked: Payload | Unset, answer: Answer) -> Payload:
    """Read the bytes of a payload; ``asked`` is what the desired state asks of it, UNSET where that is not known."""
    return decode_as(asked, answer.body)


def unwrapped(answer: Answer) -> t.Any:
    """Return the object of an answer; the documentation's samples wrap a single one in "value"."""
    document = answer.json()
    wrapped = document.get("value") if isinstance(document, dict) else None
    return wrapped if isinstance(wrapped, dict) else document


def reading_first_policies() -> Operation:
    """Return the read of the first page of the policies."""
    return first_page_of(Call("GET", COLLECTION), "the list of Office policies", READ_PERMISSION, rules=RULES)


def reading_tenant_checkins() -> Operation:
    """Return the read of the singleton, which the documentation never showed for apps."""
    return Operation(
        Call("GET", SINGLETON),
        "the tenant's check-ins",
        "read them",
        READ_PERMISSION,
        lambda answer: json_object(unwrapped(answer), "the answer"),
        refused=(
            f"Microsoft never documented that apps may read this part: grant the app {READ_PERMISSION} with admin "
            "consent, or leave tenant out of gather"
        ),
        rules=RULES,
    )


def path_of(policy_id: str | None, *parts: str) -> str:
    """Return the path of a policy, or of something below it. Raises UserError for what cannot be an id."""
    return path_in(COLLECTION, policy_id, *parts)


def read_assignment(item: t.Any) -> Assignment:
    """Read an assignment. Raises NotGraphError when it is not one."""
    document = json_object(item)
    target = json_object(document.get("target"), "the target of an assignment")
    told = [target[name] for name in ("groupId", "@odata.type") if target.get(name) is not None]
    if not told or not all(isinstance(text, str) and text for text in told):
        # It could not be sent back unchanged, so the groups beside it could not be changed either.
        raise broken("the target of an assignment names neither a group nor its type")
    if not isinstance(document.get("id"), (str, type(None))):
        raise broken("the id of an assignment is not text")
    return assignment_from_graph(document)
