# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole document: paths and schemas of Graph, login and admin."""

from __future__ import annotations

import inspect
from functools import cache

from ..fault_kinds import KINDS
from . import admin_paths, catalog_types, graph_paths, graph_types, login_paths, report_paths
from .parts import Json

PARTS = (graph_paths, login_paths, admin_paths)
ABOUT = (
    "The part of Microsoft Graph that serves Office client policies, the settings catalogue, the groups they are "
    "assigned to and batches; the login service; and the emulator's own admin endpoints. It tells what is answered "
    "without faults: a fault makes any answer another one, x-faults lists how."
)


@cache
def document(origin: str) -> Json:
    """The OpenAPI 3.1 document of an emulator that listens at ``origin``."""
    schemas = {
        **graph_types.SCHEMAS,
        **catalog_types.SCHEMAS,
        **report_paths.SCHEMAS,
        **login_paths.SCHEMAS,
        **admin_paths.SCHEMAS,
        "Payload": {},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Graph emulator",
            "version": "1",
            "description": ABOUT,
            "x-faults": {kind: inspect.getdoc(function) for kind, function in KINDS.items()},
        },
        "servers": [{"url": origin}],
        "paths": {path: item for part in PARTS for path, item in part.paths().items()},
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
