# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings catalogue: ``deviceManagement/configurationPolicies`` and its definitions."""
