# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store: officeConfiguration read and written through the Graph client (last beta metadata; Graph pages
"officeConfiguration").
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from urllib.parse import quote

from .._graph.batch import BATCH_SIZE
from .._graph.client import GraphClient
from .._graph.errors import Failure, GraphError, InDoubtError, NotGraphError, UserError
from .._graph.messages import Answer, Call
from .capabilities import Capabilities
from .explain import READ_PERMISSION, WRITE_PERMISSION, explained, is_absent, is_withdrawn
from .payload import Payload, decode, encode
from .policy import Assignment, Policy, fields_to_graph
from .unset import UNSET
from .writes import (
    CreatePolicy,
    DeletePolicy,
    Part,
    ReplaceAssignments,
    ReplacePayload,
    UpdatePolicy,
    Write,
    Written,
)

_COLLECTION = "/officeConfiguration/clientConfigurations"

# What stands before an action's name in the wild, in the metadata and in the documentation. A server may know but one.
_NAMESPACES = ("", "microsoft.graph.", "microsoft.management.services.api.")


@dataclass(frozen=True)
class _Operation:
    """One call, how messages name it, and what its answer means; ``missing`` is what a 404 means, if not an error."""

    call: Call
    subject: str
    action: str
    permission: str
    understand: t.Callable[[Answer], t.Any]
    missing: t.Any = UNSET


class OfficeStore:
    """Reads and writes the policies of one tenant.

    With the capability ``inline_payloads``, payloads go as base64 inside create and update, else as bytes to their own
    URLs. Errors are UserErrors, which name the policy, the action and the next step.
    """

    def __init__(self, client: GraphClient, inline_payloads: bool = False) -> None:
        self._client = client
        self._inline_payloads = inline_payloads
        self._namespaces: tuple[str, ...] = _NAMESPACES

    @property
    def capabilities(self) -> Capabilities:
        """What this surface can do now: a tenant may turn out to refuse batches."""
        size = BATCH_SIZE if self._client.batching else 1
        return Capabilities(priorities=True, inline_payloads=self._inline_payloads, batch_size=size)

    def list_policies(self) -> tuple[Policy, ...]:
        """Return all policies of the tenant, in the server's order, complete or not at all."""
        with explained("the list of Office policies", "read it", READ_PERMISSION):
            return tuple(self._read_policy(item) for item in self._client.pages(_COLLECTION))

    def get_policy(self, policy_id: str) -> Policy | None:
        """Return one policy by id, None when there is none with it (404)."""
        call = Call("GET", _path(policy_id))
        operation = _Operation(call, f"policy {policy_id}", "read it", READ_PERMISSION, self._entity, missing=None)
        return t.cast("Policy | None", _value(self._run([operation])[0]))

    def read(self, parts: t.Sequence[Part]) -> list[t.Any]:
        """Return the payload or the assignments that each part names. Raises UserError when one cannot be read."""
        return [_value(result) for result in self._run([self._reading(part) for part in parts])]

    def write(self, writes: t.Sequence[Write], known_ids: t.Collection[str]) -> list[Written | UserError]:
        """Send writes that do not depend on each other; return what each brought, or why it failed.

        ``known_ids`` are the ids of all policies seen so far. When the outcome of a create is unknown, the policy is
        looked for before it is sent again: one that is not among them and has the draft's name, type and priority is
        ours.
        """
        results = self._run([self._writing(write) for write in writes])
        self._spell_again(writes, results)
        in_doubt = [place for place, result in enumerate(results) if _is_in_doubt(writes[place], result)]
        if in_doubt:
            unanswered = [cause for place in in_doubt if isinstance(cause := results[place].__cause__, InDoubtError)]
            again = bool(unanswered) and self._client.pause(unanswered)
            try:
                live = self.list_policies()
            except UserError:
                # The doubt stays: each error says that nobody knows, and the next run looks again.
                return results
            for place in in_doubt:
                draft = t.cast(CreatePolicy, writes[place]).draft
                results[place] = self._settle(draft, results[place], live, known_ids, again)
        return results

    def _spell_again(self, writes: t.Sequence[Write], results: list[t.Any]) -> None:
        """Send assigns again that failed for the spelling of the action, as long as there is another one."""
        while self._namespaces[1:]:
            name = f"{self._namespaces[0]}assign"
            unknown = [place for place, result in enumerate(results) if _is_misspelled(writes[place], result, name)]
            if not unknown:
                return
            # What a server does not know once it does not know later: the next calls start with the next spelling.
            self._namespaces = self._namespaces[1:]
            for place, result in zip(
                unknown, self._run([self._writing(writes[place]) for place in unknown]), strict=True
            ):
                results[place] = result

    def _run(self, operations: t.Sequence[_Operation]) -> list[t.Any]:
        """Return what each operation's answer means, or the UserError why there is none."""
        answers = self._client.many([operation.call for operation in operations])
        return [_understood(operation, answer) for operation, answer in zip(operations, answers, strict=True)]

    def _reading(self, part: Part) -> _Operation:
        if part.slot is None:
            call = Call("GET", _path(part.policy.id, "assignments"))
            return _Operation(call, part.policy.named(), "read its assignments", READ_PERMISSION, self._assignments_of)
        name = part.slot.value
        call = Call("GET", _path(part.policy.id, name))
        return _Operation(call, part.policy.named(), f"read its {name}", READ_PERMISSION, _payload_of, missing={})

    def _assignments_of(self, answer: Answer) -> tuple[Assignment, ...]:
        return tuple(_read_assignment(item) for item in self._client.all_items(answer))

    def _settle(
        self, draft: Policy, doubt: UserError, live: t.Sequence[Policy], known_ids: t.Collection[str], again: bool
    ) -> Written | UserError:
        """Find the policy of a create that may have been done.

        It is sent again only where there is time for it (``again``) and nobody answered that it was done.
        """

        def find_ours(policies: t.Sequence[Policy]) -> Policy | None:
            strangers = (policy for policy in policies if policy.id not in known_ids)
            return next((policy for policy in strangers if _same_identity(policy, draft)), None)

        ours = find_ours(live)
        if ours is not None:
            return Written(ours.id)
        if not again or not isinstance(doubt.__cause__, InDoubtError):
            return doubt
        operation = self._creating(draft)
        try:
            with explained(operation.subject, operation.action, operation.permission):
                answer = self._client.call_unrepeatable(operation.call, lambda: find_ours(self.list_policies()), True)
                return Written(answer.id) if isinstance(answer, Policy) else operation.understand(answer)
        except UserError as error:
            return error

    def _writing(self, write: Write) -> _Operation:
        if isinstance(write, CreatePolicy):
            return self._creating(write.draft)
        if isinstance(write, ReplaceAssignments):
            return _replacing_assignments(write, self._namespaces[0])
        return _CHANGES[type(write)](write)

    def _creating(self, draft: Policy) -> _Operation:
        call = Call("POST", _COLLECTION, json_body=draft.to_graph(), repeatable=False)
        return _change(call, draft, "create it", lambda answer: Written(policy_id=self._read_policy(answer.json()).id))

    def _entity(self, answer: Answer) -> Policy:
        """Read a policy; the documentation's samples wrap a single one in "value"."""
        document = answer.json()
        wrapped = document.get("value") if isinstance(document, dict) else None
        return self._read_policy(wrapped if isinstance(wrapped, dict) else document)

    def _read_policy(self, item: t.Any) -> Policy:
        try:
            return Policy.from_graph(_object(item), self._inline_payloads)
        except (ValueError, TypeError) as error:
            raise NotGraphError(Failure(f"a policy in the answer cannot be read ({error})", method="GET")) from error

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        """Set the priority of every policy of the tenant, by id, in one call that succeeds or changes nothing."""
        body = {
            "officeConfigurationPolicyIds": list(numbers),
            "officeConfigurationPriorities": list(numbers.values()),
        }
        with explained("the policies' order", "update the priorities", WRITE_PERMISSION):
            self._call_priority_action(body)

    def _call_priority_action(self, body: t.Mapping[str, t.Any]) -> None:
        first: GraphError | None = None
        for place, namespace in enumerate(self._namespaces):
            action = f"{namespace}updatePriorities"
            try:
                self._client.call("POST", f"{_COLLECTION}/{action}", json_body=body)
            except GraphError as error:
                if not _is_unknown_action(error, action):
                    raise
                first = first or error
            else:
                self._namespaces = self._namespaces[place:]
                return
        if first is not None:
            raise first


def _updating(write: UpdatePolicy) -> _Operation:
    body = fields_to_graph(write.policy.odata_type, write.fields)
    return _change(
        Call("PATCH", _path(write.policy.id), json_body=body), write.policy, f"update {', '.join(write.fields)}"
    )


def _replacing_payload(write: ReplacePayload) -> _Operation:
    path = _path(write.policy.id, write.slot.value)
    call = Call("PUT", path, data=encode(write.value), content_type="application/octet-stream")
    return _change(call, write.policy, f"write its {write.slot.value}")


def _replacing_assignments(write: ReplaceAssignments, namespace: str) -> _Operation:
    body = {"officeConfigurationAssignments": [assignment.to_graph() for assignment in write.assignments]}

    def understand(answer: Answer) -> Written:
        document = answer.json() if answer.body else {}
        told = document.get("value") if isinstance(document, dict) else None
        if not isinstance(told, list):
            return Written(assignments=write.assignments)
        return Written(assignments=tuple(_read_assignment(item) for item in told))

    call = Call("POST", _path(write.policy.id, f"{namespace}assign"), json_body=body)
    return _change(call, write.policy, "assign its groups", understand)


def _deleting(write: DeletePolicy) -> _Operation:
    operation = _change(Call("DELETE", _path(write.policy.id)), write.policy, "delete it")
    return replace(operation, missing=Written())


_CHANGES: dict[type, t.Callable[[t.Any], _Operation]] = {
    UpdatePolicy: _updating,
    ReplacePayload: _replacing_payload,
    DeletePolicy: _deleting,
}


def _change(
    call: Call, policy: Policy, action: str, understand: t.Callable[[Answer], Written] = lambda _answer: Written()
) -> _Operation:
    return _Operation(call, policy.named(), action, WRITE_PERMISSION, understand)


def _understood(operation: _Operation, answer: Answer | GraphError) -> t.Any:
    try:
        with explained(operation.subject, operation.action, operation.permission):
            if isinstance(answer, Answer):
                return operation.understand(answer)
            if operation.missing is not UNSET and is_absent(answer):
                return operation.missing
            raise answer
    except UserError as error:
        return error


def _is_in_doubt(write: Write, result: t.Any) -> bool:
    """Tell whether a create may have been done: nobody answered, or the answer to a success cannot be read."""
    if not isinstance(write, CreatePolicy) or not isinstance(result, UserError):
        return False
    cause = result.__cause__
    if isinstance(cause, NotGraphError):
        # A redirect or a proxy's own refusal comes before Graph.
        return not 300 <= (cause.status or 0) < 500
    return isinstance(cause, InDoubtError)


def _value(result: t.Any) -> t.Any:
    if isinstance(result, UserError):
        raise result
    return result


def _payload_of(answer: Answer) -> Payload:
    if "html" in answer.content_type.lower():
        answer.json()
    return decode(answer.body)


def _path(policy_id: str | None, *parts: str) -> str:
    return "/".join((_COLLECTION, quote(str(policy_id), safe=""), *parts))


def _same_identity(live: Policy, draft: Policy) -> bool:
    return (live.display_name, live.odata_type, live.priority) == (draft.display_name, draft.odata_type, draft.priority)


def _is_misspelled(write: Write, result: t.Any, action: str) -> bool:
    """Tell whether an assign failed since the server does not know this spelling; a 404 alone may mean the policy."""
    if not isinstance(write, ReplaceAssignments) or not isinstance(result, UserError) or result.details is None:
        return False
    return f"segment '{action.lower()}'" in result.details.message.lower()


def _is_unknown_action(error: GraphError, action: str) -> bool:
    """Tell whether the server does not know this spelling of an action, as against refusing the call."""
    if is_withdrawn(error):
        return False
    message = error.failure.message.lower()
    segment = f"segment '{action.lower()}'" in message
    return error.status in (404, 405, 501) or (error.status == 400 and segment)


def _read_assignment(item: t.Any) -> Assignment:
    document = _object(item)
    if document.get("target") is not None:
        _object(document["target"], "the target of an assignment")
    return Assignment.from_graph(document)


def _object(item: t.Any, what: str = "an entry of the list") -> dict[str, t.Any]:
    if not isinstance(item, dict):
        raise NotGraphError(Failure(f"{what} is {type(item).__name__}, not an object", method="GET"))
    return item
