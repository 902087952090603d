# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store: officeConfiguration read and written through the Graph client (last beta metadata; Graph pages
"officeConfiguration").
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._graph.client import Answer, GraphClient
from .._graph.errors import Failure, GraphError, NotGraphError
from .capabilities import Capabilities
from .explain import READ_PERMISSION, WRITE_PERMISSION, explained, is_absent, is_withdrawn
from .payload import Json, Payload, Slot, decode, encode
from .policy import Assignment, Policy, fields_to_graph

_COLLECTION = "/officeConfiguration/clientConfigurations"

# The action's path as seen in the wild, the metadata and the documentation. Only one of them works on a given server.
_PRIORITY_ACTIONS = (
    "updatePriorities",
    "microsoft.graph.updatePriorities",
    "microsoft.management.services.api.updatePriorities",
)


class OfficeStore:
    """Reads and writes the policies of one tenant.

    With the capability ``inline_payloads``, payloads go as base64 inside create and update, else as bytes to their own
    URLs. Every method raises UserError, which names the policy, the action and the next step.
    """

    def __init__(self, client: GraphClient, inline_payloads: bool = False) -> None:
        self._client = client
        self.capabilities = Capabilities(priorities=True, inline_payloads=inline_payloads)

    def list_policies(self) -> tuple[Policy, ...]:
        """Return all policies of the tenant, in the server's order, complete or not at all."""
        with explained("the list of Office policies", "read it", READ_PERMISSION):
            return tuple(self._read_policy(item) for item in self._client.pages(_COLLECTION))

    def get_policy(self, policy_id: str) -> Policy | None:
        """Return one policy by id, None when there is none with it (404)."""
        with explained(f"policy {policy_id}", "read it", READ_PERMISSION):
            try:
                document = self._client.get(_path(policy_id)).json()
            except GraphError as error:
                if is_absent(error):
                    return None
                raise
            # The documentation's samples wrap a single entity in "value".
            wrapped = document.get("value") if isinstance(document, dict) else None
            return self._read_policy(wrapped if isinstance(wrapped, dict) else document)

    def read_payload(self, policy: Policy, slot: Slot) -> Payload:
        """Return a payload; {} when the policy has none (204, 404 or no bytes)."""
        with explained(policy.named(), f"read its {slot.value}", READ_PERMISSION):
            try:
                answer = self._client.get(_path(policy.id, slot.value))
            except GraphError as error:
                if is_absent(error):
                    return {}
                raise
            if "html" in answer.content_type.lower():
                answer.json()
            return decode(answer.body)

    def read_assignments(self, policy: Policy) -> tuple[Assignment, ...]:
        """Return the assignments of a policy."""
        with explained(policy.named(), "read its assignments", READ_PERMISSION):
            items = self._client.pages(_path(policy.id, "assignments"))
            return tuple(_read_assignment(item) for item in items)

    def create(self, draft: Policy, known_ids: t.Collection[str]) -> str:
        """Create a policy and return its id.

        When the outcome of a try is unknown, the policy is looked for before it is sent again: one that is not among
        ``known_ids`` and has the draft's name, type and priority is ours.
        """

        def find_ours() -> Policy | None:
            for policy in self.list_policies():
                if policy.id not in known_ids and _same_identity(policy, draft):
                    return policy
            return None

        with explained(draft.named(), "create it", WRITE_PERMISSION):
            answer = self._client.call_unrepeatable("POST", _COLLECTION, find_ours, json_body=draft.to_graph())
            created = self._created(answer, find_ours) if isinstance(answer, Answer) else answer
            return str(created.id)

    def update(self, policy: Policy, fields: t.Mapping[str, t.Any]) -> None:
        """Change some fields (by their names in Policy) of a live policy."""
        with explained(policy.named(), f"update {', '.join(fields)}", WRITE_PERMISSION):
            self._client.call("PATCH", _path(policy.id), json_body=fields_to_graph(policy.odata_type, fields))

    def write_payload(self, policy: Policy, slot: Slot, value: Json) -> None:
        """Replace a payload with the bytes of its JSON text."""
        with explained(policy.named(), f"write its {slot.value}", WRITE_PERMISSION):
            self._client.call(
                "PUT", _path(policy.id, slot.value), data=encode(value), content_type="application/octet-stream"
            )

    def assign(self, policy: Policy, assignments: t.Sequence[Assignment]) -> tuple[Assignment, ...]:
        """Replace all assignments of a policy and return the new ones, with the ids the server gave them where it
        told.
        """
        body = {"officeConfigurationAssignments": [assignment.to_graph() for assignment in assignments]}
        with explained(policy.named(), "assign its groups", WRITE_PERMISSION):
            answer = self._client.call("POST", _path(policy.id, "assign"), json_body=body)
            document = answer.json() if answer.body else {}
            told = document.get("value") if isinstance(document, dict) else None
            if not isinstance(told, list):
                return tuple(assignments)
            return tuple(_read_assignment(item) for item in told)

    def delete(self, policy: Policy) -> None:
        """Delete a policy; one that is already gone is fine."""
        with explained(policy.named(), "delete it", WRITE_PERMISSION):
            try:
                self._client.call("DELETE", _path(policy.id))
            except GraphError as error:
                if not is_absent(error):
                    raise

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        """Set the priority of every policy of the tenant, by id, in one call that succeeds or changes nothing."""
        body = {
            "officeConfigurationPolicyIds": list(numbers),
            "officeConfigurationPriorities": list(numbers.values()),
        }
        with explained("the policies' order", "update the priorities", WRITE_PERMISSION):
            self._call_priority_action(body)

    def _created(self, answer: Answer, find_ours: t.Callable[[], Policy | None]) -> Policy:
        """Read the answer to a create. One that cannot be read leaves the policy made, so that it is looked for."""
        try:
            return self._read_policy(answer.json())
        except NotGraphError:
            found = find_ours()
            if found is None:
                raise
            return found

    def _read_policy(self, item: t.Any) -> Policy:
        try:
            return Policy.from_graph(_object(item), self.capabilities.inline_payloads)
        except (ValueError, TypeError) as error:
            raise NotGraphError(Failure(f"a policy in the answer cannot be read ({error})", method="GET")) from error

    def _call_priority_action(self, body: t.Mapping[str, t.Any]) -> None:
        for action in _PRIORITY_ACTIONS:
            try:
                self._client.call("POST", f"{_COLLECTION}/{action}", json_body=body)
                return
            except GraphError as error:
                if action == _PRIORITY_ACTIONS[-1] or not _is_unknown_action(error, action):
                    raise


def _path(policy_id: str | None, *parts: str) -> str:
    return "/".join((_COLLECTION, quote(str(policy_id), safe=""), *parts))


def _same_identity(live: Policy, draft: Policy) -> bool:
    return (live.display_name, live.odata_type, live.priority) == (draft.display_name, draft.odata_type, draft.priority)


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
