# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a surface of Graph can do, so that the engine need not know which one it drives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capabilities:
    """``priorities``: policies have a number that is unique in the tenant. ``inline_payloads``: payloads travel inside
    create and update, so they cost no call of their own. ``batch_size``: how many independent calls one request can
    carry.
    """

    priorities: bool = True
    inline_payloads: bool = False
    batch_size: int = 1
