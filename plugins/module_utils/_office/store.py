# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store: officeConfiguration read and written through the Graph client (last beta metadata; Graph pages
"officeConfiguration").
"""

from __future__ import annotations

import typing as t

from .._graph.batch import BATCH_SIZE
from .._graph.client import GraphClient
from .._graph.errors import Failure, GraphError, InDoubtError, NotGraphError, UserError
from .._graph.messages import Answer, Call
from .capabilities import Capabilities
from .explain import READ_PERMISSION, WRITE_PERMISSION, explained, is_withdrawn
from .operations import (
    CHANGES,
    COLLECTION,
    Operation,
    change,
    json_object,
    path_of,
    payload_of,
    read_assignment,
    replacing_assignments,
    understood,
)
from .policy import Assignment, Policy
from .writes import (
    CreatePolicy,
    Part,
    ReplaceAssignments,
    Write,
    Written,
)

# What stands before an action's name in the wild, in the metadata and in the documentation. A server may know but one.
_NAMESPACES = ("", "microsoft.graph.", "microsoft.management.services.api.")


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
            return tuple(self._read_policy(item) for item in self._client.pages(COLLECTION))

    def get_policy(self, policy_id: str) -> Policy | None:
        """Return one policy by id, None when there is none with it (404)."""
        call = Call("GET", path_of(policy_id))
        operation = Operation(call, f"policy {policy_id}", "read it", READ_PERMISSION, self._entity, missing=None)
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

    def _run(self, operations: t.Sequence[Operation]) -> list[t.Any]:
        """Return what each operation's answer means, or the UserError why there is none."""
        answers = self._client.many([operation.call for operation in operations])
        return [understood(operation, answer) for operation, answer in zip(operations, answers, strict=True)]

    def _reading(self, part: Part) -> Operation:
        if part.slot is None:
            call = Call("GET", path_of(part.policy.id, "assignments"))
            return Operation(call, part.policy.named(), "read its assignments", READ_PERMISSION, self._assignments_of)
        name = part.slot.value
        call = Call("GET", path_of(part.policy.id, name))
        return Operation(call, part.policy.named(), f"read its {name}", READ_PERMISSION, payload_of, missing={})

    def _assignments_of(self, answer: Answer) -> tuple[Assignment, ...]:
        return tuple(read_assignment(item) for item in self._client.all_items(answer))

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
            return self._look_once_more(error, draft, find_ours)

    def _look_once_more(
        self, error: UserError, draft: Policy, find_ours: t.Callable[[t.Sequence[Policy]], Policy | None]
    ) -> Written | UserError:
        """Look for a policy whose second create was answered unreadably; nothing is sent again."""
        if not _is_in_doubt(CreatePolicy(draft), error):
            return error
        try:
            ours = find_ours(self.list_policies())
        except UserError:
            return error
        return error if ours is None else Written(ours.id)

    def _writing(self, write: Write) -> Operation:
        if isinstance(write, CreatePolicy):
            return self._creating(write.draft)
        if isinstance(write, ReplaceAssignments):
            return replacing_assignments(write, self._namespaces[0])
        return CHANGES[type(write)](write)

    def _creating(self, draft: Policy) -> Operation:
        call = Call("POST", COLLECTION, json_body=draft.to_graph(), repeatable=False)
        return change(call, draft, "create it", lambda answer: Written(policy_id=self._read_policy(answer.json()).id))

    def _entity(self, answer: Answer) -> Policy:
        """Read a policy; the documentation's samples wrap a single one in "value"."""
        document = answer.json()
        wrapped = document.get("value") if isinstance(document, dict) else None
        return self._read_policy(wrapped if isinstance(wrapped, dict) else document)

    def _read_policy(self, item: t.Any) -> Policy:
        try:
            return Policy.from_graph(json_object(item), self._inline_payloads)
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
                self._client.call("POST", f"{COLLECTION}/{action}", json_body=body)
            except GraphError as error:
                if not _is_unknown_action(error, action):
                    raise
                first = first or error
            else:
                self._namespaces = self._namespaces[place:]
                return
        if first is not None:
            raise first


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
