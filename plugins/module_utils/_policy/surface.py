# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Graph surface is: what it can do, and what is asked of it. Some have no priorities, or no streams."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from .._errors import UserError
from .checkins import CheckinsAsked, CheckinsRead, Report
from .desired import DesiredPolicy
from .fields import Field, content_of
from .live_conflicts import Conflicts
from .policy import Policy, PolicyType
from .reads import Readable
from .writes import Heard, PolicyWrite, Result, Write


class Extent(enum.Enum):
    """How much of what a tenant has shows to a login."""

    FULL = "full"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class View:
    """How many of a tenant's policies show to the login, and from what that is known, as a clause of a sentence."""

    extent: Extent
    reason: str

    @property
    def is_full(self) -> bool:
        """Whether a policy that does not show is not there."""
        return self.extent is Extent.FULL


@dataclass(frozen=True)
class Capabilities:
    """What a surface can do.

    ``fields`` are what its policies have: the table of this instance of the surface. ``priorities``: policies have a
    number that is unique in the tenant, in the field ``priority``. ``batch_size``: how many independent calls one
    request can carry. ``page_size``: how many policies a page of the list holds as far as anybody saw; it decides only
    what is cheaper to read. ``kinds`` are the types that users can ask for (none: there is one type alone),
    ``new_type`` is that of a new policy where they ask for none, and ``type_name`` what plans and messages call the
    type. ``others`` tells of policies that the tenant has and the surface does not manage why that is, by id (as
    ``id_key`` has it), as far as they were seen. ``prunable`` tells of a policy that was read whole whether pruning may
    delete it (None: it may delete any); ``prune_needs_names``: pruning must be told patterns of names. ``view`` is what
    the login sees, as far as it is known now; None: anyone who may read policies sees all. ``restless``: the list as it
    was read last may miss a policy that somebody changed meanwhile.
    """

    fields: tuple[Field, ...]
    priorities: bool = False
    batch_size: int = 1
    page_size: int = 100
    kinds: t.Mapping[str, PolicyType] = field(default_factory=dict)
    new_type: PolicyType = PolicyType("")
    type_name: str = "type"
    others: t.Mapping[str, str] = field(default_factory=dict)
    prunable: t.Callable[[Policy], bool] | None = None
    prune_needs_names: bool = False
    view: View | None = None
    restless: bool = False

    @property
    def content(self) -> tuple[Field, ...]:
        """The fields that a policy sets on devices."""
        return content_of(self.fields)

    @property
    def assignments(self) -> Field:
        """The field of assignments, which every surface has; its options say what these may hold."""
        return next(each for each in self.fields if each.name == "assignments")

    def type_for(self, kind: str | None) -> PolicyType:
        """Return the type of a new policy of which this kind is asked, or none."""
        return self.kinds[kind] if kind else self.new_type


# A policy before and after a run; None where there is none.
Change = tuple["Policy | None", "Policy | None"]


# The fields of a listed policy that the next look surely asks for.
Expect = t.Callable[[Policy], t.Iterable[Field]]


class Surface(t.Protocol):
    """Policies of one tenant.

    Reads raise UserError; one that fails is never an empty answer. While ``list_policies`` still reads, it may begin to
    read what the next ``look`` is expected to ask for. ``look`` returns the error in the place of what could not be
    read. ``begin_writes`` hears how many writes the run has. ``write`` takes writes that do not depend on each other
    and returns the result of each; ``heard`` may hear of the same write again, when it was sent again. ``begin`` may
    begin to read what the next ``look`` is asked for and no write that still comes changes.

    ``read_names`` reads what ids of the surface's own in policies are called (filters, scope tags), which their fields
    show from then on, and returns warnings on what the login may not read. Nothing else hangs on it.

    ``read_checkins`` reads how policies went on devices, and ``reports_of`` returns it for policies that were read, in
    their order. What cannot be read whole raises UserError.

    Before anything is compared, ``resolve`` returns each desired policy with names of the surface's own (filters, scope
    tags, settings) in the form in which its fields compare, or the error why it cannot be meant; names of groups stay
    as they are. When a plan is made, ``refusals`` returns for each change (the policy before and after it, None where
    there is none) why the surface cannot write it, None where it can. ``conflicts`` returns where policies, as they are
    to be, disagree with each other and with others of the tenant, and what of these cannot be read; on a surface that
    has an order of policies they do not. Right before the first write, ``forbidden`` returns why the login may not send
    all of them, None where it may, or where nobody can tell. ``foresee`` returns what is known of writes before they
    are sent: the result of one that will not be sent, since a second administrator has not approved it, and how far the
    request of one is that will; with ``blocked`` also that another request about the same policy is open. It is None
    where nothing is known. None of these writes anything.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def list_policies(self, expect: Expect | None = None) -> tuple[Policy, ...]: ...

    def get_policy(self, policy_id: str) -> Policy | None: ...

    def read(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def read_names(self, policies: t.Sequence[Policy], /) -> list[str]: ...

    def read_checkins(self, asked: CheckinsAsked) -> CheckinsRead: ...

    def reports_of(self, policies: t.Sequence[Policy]) -> list[Report]: ...

    def resolve(self, desired: t.Sequence[DesiredPolicy]) -> list[DesiredPolicy | UserError]: ...

    def refusals(self, changes: t.Sequence[Change]) -> list[UserError | None]: ...

    def conflicts(self, described: t.Sequence[Policy], others: t.Sequence[Policy]) -> Conflicts: ...

    def forbidden(self, writes: t.Sequence[Write]) -> UserError | None: ...

    def foresee(self, writes: t.Sequence[PolicyWrite], blocked: bool = False) -> list[Result | None]: ...

    def begin_writes(self, total: int) -> None: ...

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]: ...

    def begin(self, parts: t.Sequence[Readable]) -> None: ...

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None: ...


class Directory(t.Protocol):
    """Groups of one tenant. ``look_up`` asks for many at once; ``id_of`` and ``check`` raise UserError."""

    def look_up(self, names: t.Iterable[str], ids: t.Iterable[str] = ()) -> None: ...

    def id_of(self, name: str) -> str: ...

    def check(self, group_id: str) -> None: ...

    def name_of(self, group_id: str) -> str | None: ...

    def is_gone(self, group_id: str) -> bool: ...
