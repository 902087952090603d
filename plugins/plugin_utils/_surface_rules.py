# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of surfaces for what reads policies without a tenant: which surface a set is for, and its rules."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import CATALOG, OFFICE, OPTIONS, SURFACES
from ansible_collections.m365.apps.plugins.plugin_utils._policies.agreement import by_agreement
from ansible_collections.m365.apps.plugins.plugin_utils._policies.conflicts import policy_conflicts
from ansible_collections.m365.apps.plugins.plugin_utils._policies.effective import effective_policy
from ansible_collections.m365.apps.plugins.plugin_utils._policies.findings import policy_findings
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layer_findings import layered_findings
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layer_names import leftovers
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layers import (
    compile_layers,
    layered_policies,
    whole,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError, documents_of
from ansible_collections.m365.apps.plugins.plugin_utils._policies.payloads import SETTING_KEY
from ansible_collections.m365.apps.plugins.plugin_utils._policies.rules import Rules
from ansible_collections.m365.apps.plugins.plugin_utils._policies.strength import by_strength
from ansible_collections.m365.apps.plugins.plugin_utils._policies.targets import ON
from ansible_collections.m365.apps.plugins.plugin_utils._refusals import refusals

Names = t.Union[t.Mapping[str, str], None]
_OWN = {
    surface: OPTIONS[surface].difference(*(OPTIONS[each] for each in SURFACES if each != surface))
    for surface in SURFACES
}
_RULES: t.Mapping[str, t.Callable[[str, t.Any], Rules]] = {
    OFFICE: lambda setting_key, _catalog_file: by_strength(setting_key),
    CATALOG: lambda _setting_key, catalog_file: by_agreement(catalog_of(catalog_file)),
}


def surface_of(policies: t.Sequence[t.Mapping[str, t.Any]], surface: t.Any = None, layers: t.Any = False) -> str:
    """Return the surface that is given, else that of layers, else the one whose own options more policies have.

    Raises PoliciesError.
    """
    if surface not in (None, "", *SURFACES):
        raise PoliciesError(f"surface: cannot use it: it is {surface!r}. Give {' or '.join(SURFACES)}, or none")
    if is_on(layers):
        if surface == OFFICE:
            raise PoliciesError(f"layers: cannot make them: policies of surface {OFFICE} have priorities of their own")
        return CATALOG
    if surface:
        return str(surface)
    counts = {name: sum(not own.isdisjoint(policy) for policy in policies) for name, own in _OWN.items()}
    # Of equals the first one counts, which is the default of the modules.
    return max(SURFACES, key=lambda name: counts[name])


def rules_of(surface: str, setting_key: t.Any = SETTING_KEY, catalog_file: t.Any = None) -> Rules:
    """Return the rules of a surface. Raises PoliciesError."""
    if not isinstance(setting_key, str) or not setting_key:
        raise PoliciesError("setting_key: cannot use it: it is not a text. Give the key of a setting's id")
    try:
        return _RULES[surface](setting_key, catalog_file or None)
    except UserError as error:
        raise PoliciesError(str(error)) from None


def effective(
    policies: t.Any,
    groups: t.Any,
    setting_key: str = SETTING_KEY,
    group_names: Names = None,
    surface: str | None = None,
    catalog_file: str | None = None,
) -> dict[str, t.Any]:
    """Return what members of groups get. Raises PoliciesError."""
    policies = documents_of(policies)
    rules = rules_of(surface_of(policies, surface), setting_key, catalog_file)
    return effective_policy(policies, groups, rules, group_names)


def conflicts(
    policies: t.Any,
    groups: t.Any = None,
    setting_key: str = SETTING_KEY,
    group_names: Names = None,
    surface: str | None = None,
    catalog_file: str | None = None,
) -> list[dict[str, t.Any]]:
    """Return where policies meet. Raises PoliciesError."""
    policies = documents_of(policies)
    rules = rules_of(surface_of(policies, surface), setting_key, catalog_file)
    return policy_conflicts(policies, groups, rules, group_names)


def findings(
    policies: t.Any,
    setting_key: str = SETTING_KEY,
    group_names: Names = None,
    surface: str | None = None,
    catalog_file: str | None = None,
    layers: t.Any = False,
) -> list[dict[str, t.Any]]:
    """Return what lint finds. Raises PoliciesError."""
    policies = documents_of(policies)
    chosen = surface_of(policies, surface, layers)
    refused = functools.partial(refusals, surface=chosen)
    if is_on(layers):
        found = layered_findings(policies, refused, _catalog(catalog_file), group_names)
    else:
        found = policy_findings(policies, refused, rules_of(chosen, setting_key, catalog_file), group_names)
    files = _files_of_titles(policies)
    return [
        {**each, "files": sorted({file for name in each["policies"] for file in files.get(name, ())})} for each in found
    ]


def _files_of_titles(policies: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, list[str]]:
    """Return the files that describe policies, by what findings call these."""
    files: dict[str, list[str]] = {}
    for policy in policies:
        title = str(policy.get("display_name") or policy.get("id") or "without a name")
        files.setdefault(title, []).extend([str(policy["file"])] if policy.get("file") else [])
    return files


def layered(policies: t.Any, group_names: Names = None, catalog_file: str | None = None) -> list[dict[str, t.Any]]:
    """Return what policies with priorities are compiled to. Raises PoliciesError."""
    return layered_policies(policies, _catalog(catalog_file), group_names)


def layers_of_rollout(policies: t.Any, catalog_file: str | None = None) -> dict[str, t.Any]:
    """Return what the role rolls out: ``policies``, the ``layers`` that they come from, and patterns of the names of
    policies whose parts that were made before go (``leftovers``), also of those that are to be absent. Raises
    PoliciesError.

    A policy that is compiled to parts alone is among the policies as one that is to be absent: what keeps that from
    being done stops a rollout, since it would meet its own parts.
    """
    found = whole(compile_layers(policies, _catalog(catalog_file)))
    parted = [
        {"display_name": layer.policy.name, "state": "absent"}
        for layer in found.layers
        if layer.policy.name not in {each["display_name"] for each in layer.made}
    ]
    names = dict.fromkeys([*found.absent, *(layer.policy.name for layer in found.layers)])
    return {
        "policies": [*found.policies, *parted],
        "layers": [layer.as_dict() for layer in found.layers],
        "leftovers": [leftovers(name) for name in names],
    }


def is_on(value: t.Any) -> bool:
    """Return a boolean option of a filter, which may be text."""
    return str(value).strip().lower() in ON


def _catalog(catalog_file: str | None) -> Catalog:
    try:
        return catalog_of(catalog_file or None)
    except UserError as error:
        raise PoliciesError(str(error)) from None
