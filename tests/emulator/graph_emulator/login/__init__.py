# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login service: discovery, token endpoint, managed-identity endpoints and the access tokens themselves."""

from __future__ import annotations
