# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface: ``configurationPolicies`` of the settings catalog read and written through the Graph client."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace
from functools import partial

from .._errors import UserError
from .._graph.batch import BATCH_SIZE
from .._graph.client import GraphClient
from .._graph.documents import Document, json_object
from .._graph.errors import GraphError
from .._graph.lost_creates import LostCreate, settle_without_repeats
from .._graph.operations import Operation
from .._graph.progress import WritesBegin
from .._graph.spellings import Spellings
from .._ids import id_key
from .._policy.assignments import filter_ids
from .._policy.checkins import CheckinsAsked, CheckinsRead, Report
from .._policy.desired import DesiredPolicy
from .._policy.live_conflicts import Conflicts
from .._policy.policy import Policy, distinct
from .._policy.reads import Entity, Part, Readable
from .._policy.surface import Capabilities, Change, Expect
from .._policy.writes import Create, Delete, Heard, PolicyWrite, Result, Update, Write, WritePart, each_heard
from . import operations
from .access import Access
from .approvals import NO_APPROVAL, ApprovalOptions
from .approved_writes import ApprovedWrites, Prepared
from .catalog import Catalog
from .codec import DEFAULT_TAG, OWN_TYPE, AsRead, as_read, why_foreign
from .fields import ASSIGNMENTS, SCOPE_TAGS
from .instances import sendable
from .known import KnownDefinitions
from .live_conflicts import live_conflicts, settings_in
from .lost import created_by, each_once, unsettled
from .names import Names
from .refusals import (
    METADATA,
    added_settings,
    is_prunable,
    is_replaced,
    renamed_meanwhile,
    settings_of_no_definition,
    unknown_held,
    unknown_of,
    without_settings,
)
from .removed import with_removed
from .resolve import resolved
from .settings import Settings
from .statuses import StatusReports, tenant_report

_ASSIGN = "assign"
_ANOTHER = "Give the id of a policy for Windows that was made from no template"
# Seconds before each further try of an assign for which Graph does not find the new policy.
_LATER = (1.0, 2.0, 4.0, 8.0)


class CatalogSurface:
    """Reads and writes the policies of one tenant, as far as they are Windows policies of no template.

    ``catalog`` are the definitions in hand; what the tenant knows better is asked of it, once. With
    ``overwrite_unknown`` policies are also written that hold what this collection does not know; ``approval`` is for
    tenants in which a second administrator approves each write. Errors are UserErrors, which name the policy, the
    action and the next step.
    """

    def __init__(
        self,
        client: GraphClient,
        catalog: Catalog,
        overwrite_unknown: bool = False,
        approval: ApprovalOptions = NO_APPROVAL,
    ) -> None:
        self._client = client
        self._overwrite_unknown = overwrite_unknown
        self._names = Names(client)
        self._known = KnownDefinitions(client, catalog, self._names)
        self._access = Access(client)
        self._statuses = StatusReports(client, lambda: self._known.catalog)
        self._spellings = Spellings()
        self._approved = ApprovedWrites(client, approval)
        # Policies of others by id, and what a write must know of all, as they were last read.
        self._foreign: dict[str, Policy] = {}
        self._as_read: dict[str, AsRead] = {}
        # Whether the last list had several pages: they are cut by name, so a policy that is renamed meanwhile may be in
        # none of them.
        self._is_paged = False
        # The policies that this run made: for a moment, Graph may not find them by their ids.
        self._made: set[str] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What this surface can do now: a tenant may turn out to refuse batches."""
        return Capabilities(
            self._known.fields,
            batch_size=BATCH_SIZE if self._client.batching else 1,
            page_size=operations.PAGE_SIZE,
            new_type=OWN_TYPE,
            prunable=is_prunable,
            prune_needs_names=True,
            view=self._access.view(self._names),
            restless=self._is_paged,
            others={key: f"it {why_foreign(policy)}" for key, policy in self._foreign.items()},
        )

    def list_policies(self, expect: Expect | None = None) -> tuple[Policy, ...]:
        """Return all policies of this surface, in the server's order, complete or not at all.

        What is ``expect``-ed to be looked at next begins to be read while further pages come.
        """
        heard = None if expect is None else partial(self._begin, expect)
        [found] = self._values([operations.listing(self._client, self._policies_in, heard)])
        return tuple(policy for policy in found if policy.type == OWN_TYPE)

    def _begin(self, expect: Expect, items: t.Iterable[t.Any]) -> None:
        # What is wrong with a page is told when all of them are there.
        with contextlib.suppress(UserError, GraphError):
            found = [operations.read_policy(json_object(item)) for item in items]
            own = [policy for policy in found if policy.type == OWN_TYPE]
            self._client.begin(self._reading(Part(each, field)).call for each in own for field in expect(each))

    def get_policy(self, policy_id: str) -> Policy | None:
        """Return one policy by id, None when there is none with it. Raises UserError, also for one of another kind."""
        [found] = self._values([operations.reading_policy(policy_id, f"policy {policy_id}", self._policy_of)])
        if found is not None and found.type != OWN_TYPE:
            raise UserError(found.named(), "read it", f"it {why_foreign(found)}", _ANOTHER)
        return t.cast("Policy | None", found)

    def read(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        """Return what each part names. Raises UserError when one cannot be read."""
        return _raised(self.look(parts))

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        """Return what each part names, or the UserError why it cannot be read."""
        return self._run([self._reading(part) for part in parts])

    def read_checkins(self, asked: CheckinsAsked) -> CheckinsRead:
        """Return the status reports of the policies that count, and for the tenant what they add up to, since Graph
        reports on each policy by itself. A list in pages is read twice: one look may miss a policy. Raises UserError.
        """
        if asked.policy_id is None:
            first = self.list_policies()
            found = distinct((*first, *self.list_policies())) if self._is_paged else first
        else:
            one = self.get_policy(asked.policy_id)
            found = () if one is None else (one,)
        chosen = [policy for policy in found if asked.is_chosen(policy)]
        reports = self.reports_of(chosen)
        return CheckinsRead(
            tenant_report(reports) if asked.tenant else None,
            list(zip(chosen, reports, strict=True)) if asked.policies else [],
        )

    def reports_of(self, policies: t.Sequence[Policy]) -> list[Report]:
        """Return the status report of each policy. Raises UserError."""
        return self._statuses.of(policies)

    def resolve(self, desired: t.Sequence[DesiredPolicy]) -> list[DesiredPolicy | UserError]:
        """Return what is desired with settings in canonical form, and filters and scope tags as ids, or why it cannot
        be meant: all problems of an item at once.
        """
        return resolved(desired, self._known, self._names)

    def read_names(self, policies: t.Sequence[Policy]) -> list[str]:
        """Read what the filters and scope tags of policies are called; return what the login may not read.

        This takes one request where any has a filter, or another tag than the default one. Raises UserError.
        """
        has_filters = any(filter_ids(ASSIGNMENTS.options, policy.assignments) for policy in policies)
        has_tags = any(set(policy.value(SCOPE_TAGS.name) or ()) - {DEFAULT_TAG} for policy in policies)
        return self._names.look_at(has_filters, has_tags)

    def refusals(self, changes: t.Sequence[Change]) -> list[UserError | None]:
        """Return why each change cannot be written, None where it can. Raises UserError.

        This takes one request where settings are added that the catalog does not know.
        """
        lacking = self._known.lacking(each for change in changes for each in added_settings(change))
        return [self._refusal(change, lacking) for change in changes]

    def conflicts(self, described: t.Sequence[Policy], others: t.Sequence[Policy]) -> Conflicts:
        """Return where policies disagree with each other, with others, and with those that this surface does not see.

        This takes a request for each twenty whose settings are not known, and for each twenty that disagree and whose
        assignments are not known. A policy that cannot be read is told. Raises nothing.
        """
        rest = [*others, *self._foreign.values()]
        return live_conflicts(described, rest, self._client, self._run, self._known.catalog)

    def forbidden(self, writes: t.Sequence[Write]) -> UserError | None:
        """Return why the login may not send all of these writes, None where it may, or where Graph does not say."""
        return self._access.forbidden(writes)

    def foresee(self, writes: t.Sequence[PolicyWrite], blocked: bool = False) -> list[Result | None]:
        """Return the results of writes that wait for approval, or will not get it, as far as requests are kept; with
        ``blocked`` also of those that wait for another request about the same policy.
        """
        if not self._approved.has_kept:
            return [None for _write in writes]
        return self._approved.foreseen((self._writing(write) for write in writes), blocked)

    def begin_writes(self, total: int) -> None:
        """Tell the observer how many writes the run has."""
        self._client.tell(WritesBegin(total))

    def begin(self, parts: t.Sequence[Readable]) -> None:
        """Begin to read what the next look is asked for, whatever is still written."""
        self._client.begin((self._reading(part).call for part in parts), outlasts_writes=True)

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        """Send writes that do not depend on each other; return the result of each.

        ``known_ids`` are the ids of all policies seen so far. A create of which nobody knows whether it was done is
        looked for, and not sent again unless Graph said that it did not take it: names may be there twice here.
        """
        results = self._sent(writes, heard)
        # Both look after failures. Where they meet an error nobody foresaw, the failures stay what they are.
        with contextlib.suppress(Exception):
            results = self._spelled_again(writes, results, heard)
            results = self._settled(writes, results, known_ids)
            results = self._found_later(writes, results, heard)
            results = with_removed(writes, results, self._known)
            results = [replace(each, error=self._names.told(each.error)) if each.error else each for each in results]
        self._made.update(id_key(result.written.policy_id) for result in results if result.written.policy_id)
        return results

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        """Refuse: policies have no priorities here, so nobody plans this."""
        cause = f"policies of the settings catalog have none ({len(numbers)} were given)"
        raise UserError("the policies' order", "update the priorities", cause, "Leave priorities and order out")

    def _policies_in(self, documents: t.Iterable[Document], is_paged: bool) -> tuple[Policy, ...]:
        self._is_paged = is_paged
        policies = distinct(self._policy_of(document) for document in documents)
        self._access.saw(policies)
        self._foreign |= {id_key(policy.id): policy for policy in policies if policy.type != OWN_TYPE}
        return policies

    def _policy_of(self, document: Document) -> Policy:
        policy = operations.read_policy(document)
        self._as_read[id_key(policy.id)] = as_read(document)
        return policy

    def _reading(self, part: Readable) -> Operation:
        policy = part.policy
        if isinstance(part, Entity):
            return operations.reading_policy(str(policy.id), policy.named(), self._policy_of)
        if part.field == ASSIGNMENTS:
            return operations.reading_assignments(policy, self._client)
        return operations.reading_settings(policy, self._client, partial(self._settings_of, policy))

    def _settings_of(self, policy: Policy, document: Document, settings: t.Sequence[Document]) -> Settings:
        why = why_foreign(self._policy_of(document))
        if why:
            raise UserError(policy.named(), "read its settings", f"it {why}", _ANOTHER)
        return settings_in(policy, document, settings)

    def _refusal(self, change: Change, lacking: t.Collection[str]) -> UserError | None:
        before, after = change
        unknown = [each for each in added_settings(change) if each.lower() in lacking]
        if after is not None and unknown:
            return settings_of_no_definition(after, unknown)
        if before is None:
            return None if after is None or after.value("settings") else without_settings(after)
        known = self._known_of(before)
        if known.name not in (None, before.display_name):
            return renamed_meanwhile(before, str(known.name))
        if after is None or self._overwrite_unknown or not is_replaced(before, after):
            return None
        held = [*known.unknown, *unknown_of(before.value("settings"))]
        return unknown_held(before, held) if held else None

    def _sent(self, writes: t.Sequence[PolicyWrite], heard: Heard | None = None, again: bool = False) -> list[Result]:
        return each_heard(writes, self._approved.sent([self._writing(write) for write in writes], again), heard)

    def _prepared(self, write: PolicyWrite) -> Prepared:
        return self._approved.prepared(self._writing(write))

    def _writing(self, write: PolicyWrite) -> Operation:
        if isinstance(write, Create):
            return operations.creating(write.draft, sendable(write.draft.value("settings")))
        if isinstance(write, Delete):
            return operations.deleting(write.policy)
        if isinstance(write, WritePart):
            return operations.assigning(write.policy, write.value, self._spellings.name(_ASSIGN))
        options = self._options(write)
        if write.fields.keys() <= METADATA:
            return operations.patching(write.policy, write.fields, options)
        values = {**write.policy.values, **write.fields}
        instances, now = sendable(values["settings"]), self._known_of(write.policy)
        return operations.replacing(write.policy, values, instances, options, now)

    def _known_of(self, policy: Policy) -> AsRead:
        return self._as_read.get(id_key(policy.id), AsRead())

    def _options(self, write: Update) -> list[str]:
        return [option for field in self._known.fields if field.name in write.fields for option in field.options]

    def _spelled_again(
        self, writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], heard: Heard | None
    ) -> list[Result]:
        """Return the results with those of assigns sent again whose spelling the server does not know."""
        return self._spellings.sent_again(
            _ASSIGN,
            results,
            lambda place, result, name: operations.is_misspelled(writes[place], result, name),
            lambda places: self._sent([writes[place] for place in places], heard, again=True),
        )

    def _found_later(
        self, writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], heard: Heard | None
    ) -> list[Result]:
        """Return the results with those of assigns sent again for which Graph did not find the new policy yet."""
        results = list(results)
        for seconds in _LATER:
            early = [place for place, result in enumerate(results) if self._is_early(writes[place], result)]
            if not early or not self._client.wait(seconds):
                break
            later = self._sent([writes[place] for place in early], heard, again=True)
            for place, result in zip(early, later, strict=True):
                results[place] = result
        return results

    def _is_early(self, write: PolicyWrite, result: Result) -> bool:
        is_new = isinstance(write, WritePart) and id_key(write.policy.id) in self._made
        return is_new and result.error is not None and result.error.absent

    def _settled(
        self, writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], known_ids: t.Collection[str]
    ) -> list[Result]:
        """Return the results with what became of creates that may have been done."""
        known = {id_key(policy_id) for policy_id in known_ids}
        known |= {id_key(result.written.policy_id) for result in results if result.written.policy_id}
        lost = {
            place: LostCreate(self._prepared(write).operation, result.error, partial(created_by, write.draft))
            for place, (write, result) in enumerate(zip(writes, results, strict=True))
            if isinstance(write, Create) and result.error is not None and result.error.in_doubt
        }

        def strangers() -> list[Policy]:
            return [policy for policy in self.list_policies() if id_key(policy.id) not in known]

        settled = each_once(settle_without_repeats(lost, self._client, strangers))
        return [
            self._approved.heard(self._prepared(writes[place]), settled.get(place, unsettled(result.error)))
            if place in lost
            else result
            for place, result in enumerate(results)
        ]

    def _run(self, asked: t.Sequence[Operation]) -> list[t.Any]:
        """Return what each operation's answer means, or the UserError why there is none."""
        answers = self._client.many([operation.call for operation in asked])
        return [operation.understood(answer) for operation, answer in zip(asked, answers, strict=True)]

    def _values(self, asked: t.Sequence[Operation]) -> list[t.Any]:
        return _raised(self._run(asked))


def _raised(results: list[t.Any]) -> list[t.Any]:
    for result in results:
        if isinstance(result, UserError):
            raise result
    return results
