# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells the emulator something: `set_fact: {told: "{{ query('emulator_put', 'faults', [...]) }}"}`.

A lookup, and no task of ansible.builtin.uri: that would start a module, which takes twenty times as long.
"""

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.urls import open_url
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """Puts a document where an admin endpoint of that name is; returns nothing."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **_options: t.Any) -> list[t.Any]:
        """Put it; what the emulator refuses fails the task."""
        known = variables or {}
        name, document = terms
        open_url(
            f"{known['m365_graph_url']}/_emulator/{name}",
            method="PUT",
            data=json.dumps(document),
            headers={"Content-Type": "application/json"},
            ca_path=known["m365_ca_path"],
        )
        return []
