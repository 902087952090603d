# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module private_group_names."""

from __future__ import annotations

from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import FastPathAction, modules


class ActionModule(FastPathAction):
    DEFINITION = modules.PRIVATE_GROUP_NAMES
