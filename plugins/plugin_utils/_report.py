# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rollout by the rules of the surface that it is of."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._policies.payloads import SETTING_KEY
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import rules_of, surface_of

Dict = dict[str, t.Any]


def rollout_report(
    result: t.Any,
    mode: str = "rollout",
    *,
    live: t.Sequence[Dict] | None = None,
    described: t.Sequence[Dict] = (),
    setting_key: str = SETTING_KEY,
    surface: str | None = None,
    catalog_file: str | None = None,
    **more: t.Any,
) -> Dict:
    """Return what report_of makes of a result. Raises PoliciesError."""
    chosen = surface_of([*(live or ()), *described], surface)
    rules = rules_of(chosen, setting_key, catalog_file)
    return report_of(result, mode, live=live, described=described, rules=rules, surface=chosen, **more)
