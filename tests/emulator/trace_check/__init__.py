# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the requests of a trace to the emulator, and tells where it answers otherwise than the tenant did.

The emulator is only worth what is known of Graph. A trace of a tenant (``M365_TRACE``) corrects it.
"""
