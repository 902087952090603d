# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choices and defaults of options of single modules: their handlers know them, and so do the specs of all modules."""

from __future__ import annotations

# office_client_checkin_info
CHECKIN_PARTS = ("tenant", "policies")
STALE_AFTER = 30

# office_preflight_info: what a user may be about to do.
PLAN, ROLLOUT, GROUP_NAMES, SCOPE_TAGS, APPROVAL = "plan", "rollout", "group_names", "scope_tags", "approval"
NEEDS = (PLAN, ROLLOUT, GROUP_NAMES, SCOPE_TAGS, APPROVAL)
DEFAULT_NEEDS = (ROLLOUT, GROUP_NAMES)

# office_setting_catalog
MAX_REMOVALS = "5%"

# office_setting_info
AUTO, GRAPH, IN_HAND = "auto", "graph", "catalog"
SOURCES = (AUTO, IN_HAND, GRAPH)
LIMIT = 20
