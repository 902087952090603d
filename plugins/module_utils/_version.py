# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's version, for the user agent; a test holds it equal to galaxy.yml."""

from __future__ import annotations

VERSION = "0.2.0-dev0"
