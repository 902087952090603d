# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Graph side: routing, permissions, the officeConfiguration surface, groups and JSON batching."""

from __future__ import annotations
