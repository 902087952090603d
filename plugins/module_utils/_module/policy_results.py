# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From policies of a tenant to what a module returns of them."""

from __future__ import annotations

import typing as t

from .._catalog.fields import FILTER_NAMES
from .._errors import printable
from .._policy.fields import Field, content_of
from .._policy.payload import Opaque
from .._policy.policy import Assignment, Policy
from .._policy.surface import Capabilities, Extent, View
from .._policy.unset import UNSET, Unset


def config_result(policy: Policy, fields: t.Iterable[Field]) -> dict[str, t.Any]:
    """Return a policy by the names of its options, with what is known of the names of ids in it; what was not read is
    left out.
    """
    result: dict[str, t.Any] = {"id": policy.id, "display_name": policy.display_name}
    if policy.kind is not None:
        result["kind"] = policy.kind
    names: dict[str, t.Any] = {}
    for field in fields:
        value = field.of(policy)
        result |= {} if value is UNSET else field.result(field, value)
        names |= field.beside(field.options, value)
    result |= names
    if policy.last_modified is not None:
        result["last_modified_date_time"] = policy.last_modified
    return result


def assignment_results(assignments: tuple[Assignment, ...] | Unset, field: Field) -> list[dict[str, t.Any]]:
    """Return assignments as a list of dicts, sorted by group; where there are groups alone, these say all."""
    known = () if assignments is UNSET else assignments
    shown = sorted(known, key=lambda assignment: assignment.key)
    names = field.beside(field.options, known).get(FILTER_NAMES, {})
    return [
        {"id": each.id, "group_id": each.group_id, **(_target_result(each, names) if len(field.options) > 1 else {})}
        for each in shown
    ]


def _target_result(assignment: Assignment, names: t.Mapping[str, str]) -> dict[str, t.Any]:
    wanted = assignment.filter
    return {
        "target": assignment.to.value,
        "filter": wanted.id if wanted else None,
        **({"filter_name": names[wanted.id]} if wanted and wanted.id in names else {}),
        "filter_mode": wanted.mode if wanted else None,
        "source": assignment.source,
    }


def opaque_warnings(policies: t.Iterable[Policy | None], fields: t.Iterable[Field]) -> list[str]:
    """Return a warning for each live payload that is not JSON and so is shown as text."""
    content = content_of(fields)
    return [
        f"{policy.named()}: its {field.option} is not a JSON object or array"
        for policy in policies
        if policy is not None
        for field in content
        if isinstance(field.of(policy), Opaque)
    ]


def unseen_warnings(found: t.Sequence[Policy], view: View | None, all_asked: bool) -> list[str]:
    """Return a warning where policies may be missing in what was found.

    ``all_asked``: all policies of the tenant were. Then a login that is known to see a part of them is told of, since
    exports and backups are made from such lists; one of which nothing is known is not, for most users are like that.
    """
    if view is None or view.is_full:
        return []
    if found:
        is_part = all_asked and view.extent is Extent.PARTIAL
        return [f"The tenant may have more policies than this login sees: {view.reason}."] if is_part else []
    return [f"No policy was found, which does not mean that there is none: {view.reason}."]


def view_result(capabilities: Capabilities) -> dict[str, t.Any]:
    """Return what the login sees, nothing on a surface that shows all policies to anyone who may read them."""
    view = capabilities.view
    return {} if view is None else {"view": {"extent": view.extent.value, "reason": printable(view.reason)}}
