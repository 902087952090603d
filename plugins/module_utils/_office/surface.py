# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface: officeConfiguration read and written through the Graph client (last beta metadata; Graph pages
"officeConfiguration").
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace
from functools import partial

from .._errors import Failure, UserError
from .._graph.batch import BATCH_SIZE
from .._graph.client import GraphClient
from .._graph.documents import json_object
from .._graph.errors import GraphError, NotGraphError
from .._graph.explain import ErrorRules, explained
from .._graph.lost_creates import LostCreate, settle
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._graph.progress import WritesAnswered, WritesBegin
from .._graph.spellings import Spellings, is_unknown_segment
from .._ids import id_key
from .._policy.checkins import CheckinsAsked, CheckinsRead, Report
from .._policy.desired import DesiredPolicy
from .._policy.live_conflicts import Conflicts
from .._policy.payload import Opaque
from .._policy.policy import Assignment, Policy, distinct, distinct_assignments, priority_of
from .._policy.reads import Entity, Part
from .._policy.surface import Capabilities, Change, Expect
from .._policy.writes import (
    Create,
    Delete,
    Heard,
    PolicyWrite,
    Result,
    Update,
    Write,
    WritePart,
    Written,
    each_heard,
)
from .checkins import Listing, Reading, TenantCheckins, report_of_policy, report_of_tenant
from .codec import WIRE_NAMES, policy_from_graph, policy_to_graph
from .explain import READ_PERMISSION, RULES, WRITE_PERMISSION, is_withdrawn
from .fields import ASSIGNMENTS, FIELDS, INLINE_FIELDS, KINDS, NEW_TYPE
from .operations import (
    COLLECTION,
    change,
    deleting,
    path_of,
    payload_of,
    read_assignment,
    reading,
    reading_tenant_checkins,
    replacing_assignments,
    replacing_payload,
    unwrapped,
    updating,
)

CAPABILITIES = Capabilities(FIELDS, priorities=True, kinds=KINDS, new_type=NEW_TYPE, type_name="odata_type")
_THE_LIST = "the list of Office policies"


class OfficeSurface:
    """Reads and writes the policies of one tenant.

    With ``inline_payloads``, payloads go as base64 inside create and update, else as bytes to their own
    URLs. Errors are UserErrors, which name the policy, the action and the next step; ``rules`` say what they mean.
    """

    def __init__(self, client: GraphClient, inline_payloads: bool = False, rules: ErrorRules = RULES) -> None:
        self._client = client
        self._rules = rules
        self._inline_payloads = inline_payloads
        self._spellings = Spellings()

    @property
    def capabilities(self) -> Capabilities:
        """What this surface can do now: a tenant may turn out to refuse batches."""
        size = BATCH_SIZE if self._client.batching else 1
        fields = INLINE_FIELDS if self._inline_payloads else FIELDS
        return replace(CAPABILITIES, fields=fields, batch_size=size)

    def list_policies(self, expect: Expect | None = None) -> tuple[Policy, ...]:
        """Return all policies of the tenant, in the server's order, complete or not at all.

        What is ``expect``-ed to be looked at next begins to be read while further pages come.
        """
        heard = None if expect is None else partial(self._begin, expect)
        with explained(_THE_LIST, "read it", READ_PERMISSION, rules=self._rules):
            return distinct(self._read_policy(item) for item in self._client.pages(COLLECTION, heard=heard))

    def _begin(self, expect: Expect, items: t.Iterable[t.Any]) -> None:
        # What is wrong with a page is told when all of them are there.
        with contextlib.suppress(UserError, GraphError):
            policies = [self._read_policy(item) for item in items]
            self._client.begin(self._reading(Part(each, field)).call for each in policies for field in expect(each))

    def get_policy(self, policy_id: str) -> Policy | None:
        """Return one policy by id, None when there is none with it (404)."""
        [result] = self._run([self._reading_entity(policy_id, f"policy {policy_id}")])
        return t.cast("Policy | None", _value(result))

    def read(self, parts: t.Sequence[Reading]) -> list[t.Any]:
        """Return what each part names. Raises UserError when one cannot be read."""
        return [_value(result) for result in self.look(parts)]

    def look(self, parts: t.Sequence[Reading]) -> list[t.Any]:
        """Return what each part names, or the UserError why it cannot be read.

        A payload that is not JSON may have been cut off on its way, so a second read decides.
        """
        results = self._run([self._reading(part) for part in parts])
        doubtful = [place for place, result in enumerate(results) if isinstance(result, Opaque)]
        again = self._run([self._reading(parts[place]) for place in doubtful])
        for place, result in zip(doubtful, again, strict=True):
            results[place] = result
        return results

    def read_names(self, _policies: t.Sequence[Policy]) -> list[str]:
        """Return no warnings: policies name nothing by an id but groups, whose names the directory has."""
        return []

    def read_checkins(self, asked: CheckinsAsked) -> CheckinsRead:
        """Return the check-ins that are asked for: of both kinds in one request. Raises UserError."""
        wanted: list[Reading] = [TenantCheckins()] if asked.tenant else []
        read = self.read([*wanted, *([Listing(asked.policy_id)] if asked.policies else [])])
        chosen = [policy for policy in (read[-1] if asked.policies else ()) if asked.is_chosen(policy)]
        policies = list(zip(chosen, self.reports_of(chosen), strict=True))
        return CheckinsRead(report_of_tenant(read[0]) if asked.tenant else None, policies)

    def reports_of(self, policies: t.Sequence[Policy]) -> list[Report]:
        """Return the check-ins of policies, which came with them."""
        return [report_of_policy(policy) for policy in policies]

    def resolve(self, desired: t.Sequence[DesiredPolicy]) -> list[DesiredPolicy | UserError]:
        """Return what is desired as it is: nothing in it is named that only this tenant knows, but for groups."""
        return list(desired)

    def foresee(self, writes: t.Sequence[PolicyWrite], _blocked: bool = False) -> list[Result | None]:
        """Return that nothing is known of writes before they are sent."""
        return [None for _write in writes]

    def refusals(self, changes: t.Sequence[Change]) -> list[UserError | None]:
        """Return why changes cannot be written: all that the engine plans can."""
        return [None for _change in changes]

    def conflicts(self, _described: t.Sequence[Policy], _others: t.Sequence[Policy]) -> Conflicts:
        """Return none: the stronger policy wins."""
        return Conflicts()

    def forbidden(self, _writes: t.Sequence[Write]) -> UserError | None:
        """Return why the login may not send these writes: Graph alone knows, and says so when it gets one."""
        return None

    def begin_writes(self, total: int) -> None:
        """Tell the observer how many writes the run has."""
        self._client.tell(WritesBegin(total))

    def begin(self, parts: t.Sequence[Reading]) -> None:
        """Begin to read what the next look is asked for, whatever is still written."""
        self._client.begin((self._reading(part).call for part in parts), outlasts_writes=True)

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        """Send writes that do not depend on each other; return the result of each.

        ``known_ids`` are the ids of all policies seen so far. When the outcome of a create is unknown, the policy is
        looked for before it is sent again: one that is not among them and has the draft's name, type and priority is
        ours.
        """
        results = self._sent(writes, heard)
        # Both look after failures. Where they meet an error nobody foresaw, the failures stay what they are.
        with contextlib.suppress(Exception):
            results = self._spelled_again(writes, results, heard)
            results = self._settled(writes, results, known_ids)
        return results

    def _settled(
        self, writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], known_ids: t.Collection[str]
    ) -> list[Result]:
        """Return the results with what became of creates that may have been done."""
        known = {id_key(policy_id) for policy_id in known_ids}
        lost = {
            place: LostCreate(self._creating(write.draft), result.error, partial(_brought, write.draft))
            for place, (write, result) in enumerate(zip(writes, results, strict=True))
            if isinstance(write, Create) and result.error is not None and result.error.in_doubt
        }

        def strangers() -> list[Policy]:
            return [policy for policy in self.list_policies() if id_key(policy.id) not in known]

        settled = settle(lost, self._client, strangers)
        return [_result(settled[place]) if place in settled else result for place, result in enumerate(results)]

    def _sent(self, writes: t.Sequence[PolicyWrite], heard: Heard | None = None, again: bool = False) -> list[Result]:
        answered = self._answered([self._writing(write) for write in writes], again)
        return each_heard(writes, map(_result, answered), heard)

    def _spelled_again(
        self, writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], heard: Heard | None
    ) -> list[Result]:
        """Return the results with those of assigns sent again whose spelling the server does not know."""
        return self._spellings.sent_again(
            "assign",
            results,
            lambda place, result, name: _is_misspelled(writes[place], result.error, name),
            lambda places: self._sent([writes[place] for place in places], heard, again=True),
        )

    def _run(self, operations: t.Sequence[Operation]) -> list[t.Any]:
        return list(self._answered(operations))

    def _answered(self, operations: t.Sequence[Operation], again: bool = False) -> t.Iterator[t.Any]:
        """Yield what each operation's answer means, or the UserError why there is none."""
        rules = self._rules
        asked = [each if each.rules is rules else replace(each, rules=rules) for each in operations]
        answers = self._client.many([operation.call for operation in asked], again)
        return (operation.understood(answer) for operation, answer in zip(asked, answers, strict=True))

    def _reading_entity(self, policy_id: str, subject: str) -> Operation:
        call = Call("GET", path_of(policy_id))
        return reading(call, subject, "read it", self._entity, absent=lambda: None)

    def _reading(self, part: Reading) -> Operation:
        if isinstance(part, Entity):
            return self._reading_entity(str(part.policy.id), part.policy.named())
        if isinstance(part, TenantCheckins):
            return reading_tenant_checkins()
        if isinstance(part, Listing):
            return self._listing(part.policy_id)
        if part.field == ASSIGNMENTS:
            call = Call("GET", path_of(part.policy.id, "assignments"))
            return reading(call, part.policy.named(), "read its assignments", self._assignments_of)
        name = WIRE_NAMES[part.field.name]
        call = Call("GET", path_of(part.policy.id, name), json_answer=False)
        understand = partial(payload_of, part.asked)
        return reading(call, part.policy.named(), f"read its {name}", understand, absent=dict)

    def _listing(self, policy_id: str | None) -> Operation:
        if policy_id is None:
            return reading(Call("GET", COLLECTION), _THE_LIST, "read it", self._policies_of)
        entity = self._reading_entity(policy_id, f"policy {policy_id}")
        return replace(entity, understand=lambda answer: (self._entity(answer),), absent=tuple)

    def _policies_of(self, answer: Answer) -> tuple[Policy, ...]:
        return distinct(self._read_policy(item) for item in self._client.all_items(answer))

    def _assignments_of(self, answer: Answer) -> tuple[Assignment, ...]:
        return distinct_assignments(read_assignment(item) for item in self._client.all_items(answer))

    def _writing(self, write: PolicyWrite) -> Operation:
        if isinstance(write, Create):
            return self._creating(write.draft)
        if isinstance(write, Update):
            return updating(write)
        if isinstance(write, Delete):
            return deleting(write)
        if write.field == ASSIGNMENTS:
            return replacing_assignments(write, self._spellings.name("assign"))
        return replacing_payload(write)

    def _creating(self, draft: Policy) -> Operation:
        call = Call("POST", COLLECTION, json_body=policy_to_graph(draft), repeatable=False)
        return change(call, draft, "create it", lambda answer: Written(policy_id=self._read_policy(answer.json()).id))

    def _entity(self, answer: Answer) -> Policy:
        return self._read_policy(unwrapped(answer))

    def _read_policy(self, item: t.Any) -> Policy:
        try:
            return policy_from_graph(json_object(item), self._inline_payloads)
        except (ValueError, TypeError) as error:
            raise NotGraphError(Failure(f"a policy in the answer cannot be read ({error})", method="GET")) from error

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        """Set the priority of every policy of the tenant, by id, in one call that succeeds or changes nothing."""
        body = {
            "officeConfigurationPolicyIds": list(numbers),
            "officeConfigurationPriorities": list(numbers.values()),
        }
        try:
            with explained("the policies' order", "update the priorities", WRITE_PERMISSION, rules=self._rules):
                self._call_priority_action(body)
        finally:
            self._client.tell(WritesAnswered(1))

    def _call_priority_action(self, body: t.Mapping[str, t.Any]) -> None:
        first: GraphError | None = None
        for place, action in enumerate(self._spellings.names("updatePriorities")):
            try:
                self._client.call("POST", f"{COLLECTION}/{action}", json_body=body)
            except GraphError as error:
                if not _is_unknown_action(error, action):
                    raise
                first = first or error
            else:
                self._spellings.begin_with(place)
                return
        if first is not None:
            raise first


def _value(result: t.Any) -> t.Any:
    if isinstance(result, UserError):
        raise result
    return result


def _result(brought: Written | UserError) -> Result:
    return Result(error=brought) if isinstance(brought, UserError) else Result(brought)


def _brought(draft: Policy, live: Policy) -> Written | None:
    """Return what the create of a draft brought if a live policy is the one that it made, else None."""
    return Written(live.id) if _signs_of(live) == _signs_of(draft) else None


def _signs_of(policy: Policy) -> tuple[t.Any, ...]:
    return policy.display_name, policy.type, priority_of(policy)


def _is_assign(write: PolicyWrite) -> bool:
    return isinstance(write, WritePart) and write.field == ASSIGNMENTS


def _is_misspelled(write: PolicyWrite, error: UserError | None, action: str) -> bool:
    """Tell whether an assign failed since the server does not know this spelling; a 404 alone may mean the policy."""
    if not _is_assign(write) or error is None or error.details is None:
        return False
    return is_unknown_segment(error.details.message, action)


def _is_unknown_action(error: GraphError, action: str) -> bool:
    """Tell whether the server does not know this spelling of an action, as against refusing the call."""
    if is_withdrawn(error):
        return False
    segment = is_unknown_segment(error.failure.message, action)
    return error.status in (404, 405, 501) or (error.status == 400 and segment)
