# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: python -m ansible_collections.m365.apps.tests.faults (make faults)."""
