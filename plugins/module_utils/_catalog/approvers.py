# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who approves a change for which a tenant wants a second administrator (Intune page "Multi Admin Approval")."""

from __future__ import annotations

WHO_APPROVES = (
    "A member of the approver group of the tenant's access policy approves or rejects each request in the Intune admin "
    "center, under Tenant administration > Multi Admin Approval."
)
