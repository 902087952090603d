# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handlers that one module alone has, each loaded when it is first called.

The process of a module reads and compiles all that it imports, and needs one of these at most. The fast path loads them
before worker processes are forked.
"""

from __future__ import annotations

from .handlers import Late, Opening, Reply, Request
from .tenant import Tenant


def checkin_info(request: Request, tenant: Tenant) -> Reply:
    """office_client_checkin_info."""
    from .checkin_info import checkin_info as handler  # noqa: PLC0415

    return handler(request, tenant)


def _preflight(request: Request, opening: Opening) -> Reply:
    from .preflight import preflight as handler  # noqa: PLC0415

    return handler(request, opening)


def _setting_catalog(request: Request, opening: Opening) -> Reply:
    from .setting_catalog import setting_catalog as handler  # noqa: PLC0415

    return handler(request, opening)


def _setting_info(request: Request, opening: Opening) -> Reply:
    from .setting_info import setting_info as handler  # noqa: PLC0415

    return handler(request, opening)


def _names_of_groups(request: Request, opening: Opening) -> Reply:
    from .group_names import names_of_groups as handler  # noqa: PLC0415

    return handler(request, opening)


PREFLIGHT = Late(_preflight)
SETTING_CATALOG = Late(_setting_catalog)
SETTING_INFO = Late(_setting_info)
NAMES_OF_GROUPS = Late(_names_of_groups)
