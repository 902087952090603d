# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handlers that one module alone has, each loaded when it is first called.

The process of a module reads and compiles all that it imports, and needs one of these at most. On the fast path the
action plugin of a module loads its own before worker processes are forked.
"""

from __future__ import annotations

import typing as t

from .handlers import Late, Opening, Reply, Request
from .tenant import Tenant

_Handler = t.Callable[[Request, Opening], Reply]


def checkin_info(request: Request, tenant: Tenant) -> Reply:
    """office_client_checkin_info."""
    from .checkin_info import checkin_info as handler  # noqa: PLC0415

    return handler(request, tenant)


def _preflight() -> _Handler:
    from .preflight import preflight  # noqa: PLC0415

    return preflight


def _setting_catalog() -> _Handler:
    from .setting_catalog import setting_catalog  # noqa: PLC0415

    return setting_catalog


def _setting_info() -> _Handler:
    from .setting_info import setting_info  # noqa: PLC0415

    return setting_info


def _names_of_groups() -> _Handler:
    from .group_names import names_of_groups  # noqa: PLC0415

    return names_of_groups


PREFLIGHT = Late(_preflight)
SETTING_CATALOG = Late(_setting_catalog)
SETTING_INFO = Late(_setting_info)
NAMES_OF_GROUPS = Late(_names_of_groups)
