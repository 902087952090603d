# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the emulator holds and what it was asked, in one task: `set_fact: "{{ query('emulator_look') | first }}"`."""

from __future__ import annotations

import json
import typing as t
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from ansible.module_utils.urls import open_url
from ansible.plugins.lookup import LookupBase

# Plugins of a role are no package. ansible-core has a finder for paths in a collection, so runpy takes this for one.
_NAME = "emulator_filters"
_filters = ModuleType(_NAME)
SourceFileLoader(_NAME, str(Path(__file__).parents[1] / "filter_plugins" / "emulator.py")).exec_module(_filters)


class LookupModule(LookupBase):
    """Returns one dict: emulator_policies (state of the policies), emulator_calls (journal since the look before),
    emulator_writes, and in emulator_before and emulator_seen what the next look needs of this one.
    """

    def run(
        self, _terms: t.Any, variables: dict[str, t.Any] | None = None, **_options: t.Any
    ) -> list[dict[str, t.Any]]:
        """Look at the tenant and at the calls."""
        known = variables or {}
        state, journal = (self._read(name, known) for name in ("state", "journal"))
        before = known.get("emulator_policies", [])
        policies = state["tenants"][known["m365_tenant_id"]]["policies"]
        calls = journal[int(known.get("emulator_seen", 0)) :]
        return [
            {
                "emulator_before": before,
                "emulator_policies": policies,
                "emulator_calls": calls,
                "emulator_seen": len(journal),
                "emulator_writes": vars(_filters)["writes_of"](calls, policies + before),
            }
        ]

    @staticmethod
    def _read(name: str, known: dict[str, t.Any]) -> t.Any:
        return json.load(open_url(f"{known['m365_graph_url']}/_emulator/{name}", ca_path=known["m365_ca_path"]))
