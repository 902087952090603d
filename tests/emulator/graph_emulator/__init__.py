# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict emulator of the part of Microsoft Graph that serves Office client policies, with its login service."""

from __future__ import annotations
