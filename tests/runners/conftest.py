# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: those of the integration tests, without their targets."""

from __future__ import annotations

from ansible_collections.m365.apps.tests.integration.conftest import ansible, emulator, place, running

__all__ = ["ansible", "emulator", "place", "running"]
