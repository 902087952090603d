# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else can be read of officeConfiguration than what every surface has."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.reads import Readable


@dataclass(frozen=True)
class Listing:
    """Policies of the tenant as they are listed, a tuple: all of them, or those with one id, which are one or none."""

    policy_id: str | None = None


@dataclass(frozen=True)
class TenantCheckins:
    """The check-ins of the whole tenant: the singleton officeConfiguration, a dict as Graph sent it."""


Reading = t.Union[Readable, Listing, TenantCheckins]
