# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module is made of, which its file and its action plugin both name: its options, its rules and its handler."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._errors import UserError
from .arguments import Spec
from .surfaces import CATALOG
from .tenant import Tenant

# Options that say how policies are kept, for modules that read none.
NO_POLICIES: t.Mapping[str, t.Any] = {"surface": CATALOG, "catalog_file": None, "payload_transport": "stream"}


@dataclass(frozen=True)
class Request:
    """What a module was asked: validated options, the options as given, and how to run."""

    params: t.Mapping[str, t.Any] = field(repr=False)
    raw: t.Mapping[str, t.Any] = field(repr=False)
    check_mode: bool = False
    diff_mode: bool = False


@dataclass
class Reply:
    """What a module answers; ``error`` makes it a failure."""

    result: dict[str, t.Any]
    warnings: list[str] = field(default_factory=list)
    error: UserError | None = None


# Opens the tenant; options that it is given count in place of those of the request.
Opening = t.Callable[..., Tenant]

# From a request to its reply. It opens the tenant where it needs it: what it answers without one takes no login.
Handler = t.Callable[[Request, Opening], Reply]


@dataclass(frozen=True)
class ModuleDefinition:
    """A module: its options beside the shared ones, what it does, and the rules that AnsibleModule checks."""

    spec: Spec
    handler: Handler
    rules: t.Mapping[str, t.Any] = field(default_factory=dict)
