# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module office_client_config_assignment."""

from __future__ import annotations

from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import FastPathAction

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import OFFICE_CLIENT_CONFIG_ASSIGNMENT


class ActionModule(FastPathAction):
    DEFINITION = OFFICE_CLIENT_CONFIG_ASSIGNMENT
