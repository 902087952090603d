# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts between the policies of a tenant: which of them may have one, and what must be read to know it.

Intune applies none of the values where two policies set one setting differently on a device. Security baselines and
other policies that were made from templates set the same settings, so they count, too.
"""

from __future__ import annotations

import typing as t
from functools import partial

from .._errors import UserError
from .._graph.client import GraphClient
from .._graph.documents import Document
from .._graph.operations import Operation
from .._policy.live_conflicts import Conflicts, Held, concerned, conflicts_of, contested
from .._policy.meeting import Targets, targets_of
from .._policy.policy import Policy
from .._policy.unset import UNSET
from . import operations
from .catalog import Catalog
from .codec import NO_TEMPLATE, PLATFORM
from .fields import ASSIGNMENTS, SETTINGS
from .instances import from_instances, with_masks
from .keys import name_of
from .problems import SettingsError
from .settings import Other, Setting, Settings, hidden_secrets, same
from .shorten import entry_of

Read = t.Callable[[t.Sequence[Operation]], t.Sequence[t.Any]]


def live_conflicts(
    described: t.Sequence[Policy], others: t.Sequence[Policy], client: GraphClient, read: Read, catalog: Catalog
) -> Conflicts:
    """Return where described policies disagree with each other and with others.

    What of them is not known is read: the settings of all, then whom those reach that disagree. ``read`` returns what
    each operation brings, or the UserError why it brings nothing.
    """
    policies = [(policy, True) for policy in described] + [(policy, False) for policy in others if _may_meet(policy)]
    settings, unread = _known([policy for policy, _is in policies], SETTINGS, partial(_reading_settings, client), read)
    held = [
        Held(policy, is_described, t.cast(Settings, settings[place]), _template(policy))
        for place, (policy, is_described) in enumerate(policies)
        if place in settings
    ]
    found = contested(held, _same)
    asked = concerned(found)
    assigned, unknown = _known(
        [each.policy for each in asked],
        ASSIGNMENTS.name,
        lambda policy: operations.reading_assignments(policy, client),
        read,
    )
    reached = {
        id(each): targets_of(assigned[place], each.policy.id or each.policy.display_name)
        for place, each in enumerate(asked)
        if place in assigned
    }

    def targets(each: Held) -> Targets | None:
        return reached.get(id(each))

    conflicts = conflicts_of(found, targets, partial(_told, catalog), _is_known)
    return Conflicts(conflicts, tuple({policy.id: (policy, error) for policy, error in [*unread, *unknown]}.values()))


def _known(
    policies: t.Sequence[Policy], name: str, reading: t.Callable[[Policy], Operation], read: Read
) -> tuple[dict[int, t.Any], list[tuple[Policy, UserError]]]:
    """Return a field of policies by their places, and those of which it cannot be read.

    One that is gone since it was listed is in neither.
    """
    known = {place: policy.value(name) for place, policy in enumerate(policies) if policy.value(name) is not UNSET}
    asked = [place for place in range(len(policies)) if place not in known]
    answers = dict(zip(asked, read([reading(policies[place]) for place in asked]) if asked else (), strict=True))
    failed = [
        (policies[place], answer)
        for place, answer in answers.items()
        if isinstance(answer, UserError) and not answer.absent
    ]
    return known | {place: answer for place, answer in answers.items() if not isinstance(answer, UserError)}, failed


def _reading_settings(client: GraphClient, policy: Policy) -> Operation:
    return operations.reading_settings(policy, client, partial(settings_in, policy))


def settings_in(policy: Policy, _document: Document, settings: t.Sequence[Document]) -> Settings:
    """Return the settings of a policy as Graph shows it. Raises UserError."""
    try:
        return from_instances(settings)
    except SettingsError as error:
        step = "Report this with the sentence, or change this policy in the Intune admin center"
        raise UserError(policy.named(), "read its settings", str(error), step) from error


def _may_meet(policy: Policy) -> bool:
    """Tell whether a device for Windows may get the policy: it is for Windows, among others, or does not say."""
    platforms = policy.type.name.split("/")[0]
    return platforms == "no platform" or PLATFORM in platforms.split(",")


def _template(policy: Policy) -> str:
    family = policy.type.name.rpartition("/")[2]
    return "" if family.lower() == NO_TEMPLATE else family


def _same(one: Setting, other: Setting) -> bool:
    return one == other or same(Settings([one]), Settings([other]))


def _is_known(setting: Setting) -> bool:
    """Tell whether all that a setting says is known: Graph hides secrets, and some types are not known here."""
    return not isinstance(setting.value, Other) and not hidden_secrets(Settings([setting]))


def _told(catalog: Catalog, setting: str, held: Held) -> tuple[str, t.Any]:
    found = held.values[setting]
    return name_of(found.id, catalog), with_masks(entry_of(found, catalog, explicit=True))
