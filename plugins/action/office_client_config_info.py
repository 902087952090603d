# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module office_client_config_info."""

from __future__ import annotations

from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import FastPathAction, modules


class ActionModule(FastPathAction):
    DEFINITION = modules.OFFICE_CLIENT_CONFIG_INFO
