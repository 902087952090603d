# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lint of policies that are compiled to layers: what they are on their own, and what keeps them from being compiled."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed

from .agreement import by_agreement
from .findings import RULES, Finding, Refusals, as_dicts, own_findings
from .layers import Layer, compile_layers, without_priority
from .model import documents_of, read_policies

_MOST_NAMED = 5


def layered_findings(
    policies: t.Any, refusals: Refusals, catalog: Catalog, group_names: t.Mapping[str, str] | None = None
) -> list[dict[str, t.Any]]:
    """Return all findings, sorted, with ``priority`` as an option that policies have. Raises PoliciesError."""
    plain = [without_priority(document) for document in documents_of(policies)]
    found = own_findings(read_policies(plain, by_agreement(catalog), group_names), refusals)
    layers = compile_layers(policies, catalog, group_names)
    # What lint has told of settings already is not told twice.
    told = {title for each in found if RULES[each.rule] == "error" for title in each.policies}
    problems = [*layers.problems, *(each for each in layers.unread if told.isdisjoint(each.titles))]
    found += [Finding("not_layered", each.message, each.titles) for each in problems]
    if not problems:
        found += [finding for layer in layers.layers for finding in _left_out(layer)]
    return as_dicts(found)


def _left_out(layer: Layer) -> t.Iterator[Finding]:
    """Yield what of a policy nobody gets."""
    for part in layer.parts:
        if part.document is None:
            over = listed(part.settings, _MOST_NAMED)
            stronger = listed((f"'{title}'" for title in part.stronger), _MOST_NAMED)
            message = (
                f"policy '{layer.policy.title}': {over}: it never wins, since for all its groups other values are "
            )
            message += f"stronger ({stronger}). Drop it."
            setting = part.settings[0] if len(part.settings) == 1 else None
            yield Finding("shadowed", message, (*part.stronger, layer.policy.title), part.without, setting)
