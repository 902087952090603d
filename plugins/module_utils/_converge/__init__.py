# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare, plan, apply: how a tenant gets from its live state to the desired one. No URLs, no AnsibleModule."""
