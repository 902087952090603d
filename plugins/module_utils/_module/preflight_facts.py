# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a preflight finds out about a tenant before anybody works on it: facts, and no judgement of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._catalog.first_look import ListedPolicies
from .._graph.errors import THROTTLED
from .._graph.first_page import Listed
from .._graph.token_claims import Claims

# The next step where the same read may be answered later.
AGAIN = "Run it again later"


@dataclass(frozen=True)
class Refusal:
    """Why a read brought nothing, and the next step; ``status`` is the HTTP status, None where no answer came.

    ``withdrawn``: this Graph has no such part. ``says_nothing``: it is refused as Intune refuses tenants without a
    license.
    """

    cause: str
    next_step: str
    status: int | None = None
    withdrawn: bool = False
    says_nothing: bool = False

    @property
    def is_forbidden(self) -> bool:
        """Whether the login may not read this."""
        return self.status == 403

    @property
    def passes(self) -> bool:
        """Whether the same read may be answered later: Graph was busy, or no answer came."""
        return self.status is None or self.status == THROTTLED or self.status >= 500


@dataclass(frozen=True)
class Wiring:
    """How Graph is reached: its root URL, the proxy without its login ("" for none), and what is checked of TLS."""

    graph_url: str
    api_version: str
    proxy: str = ""
    validate_certs: bool = True
    ca_path: str | None = None


@dataclass(frozen=True)
class Login:
    """How the login is done (the option that says so), what the token tells, and when the certificate of it ends."""

    option: str
    claims: Claims
    ends: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """All that was found out. Each read is its value or a Refusal.

    ``ahead`` is how many seconds this machine is ahead of Graph, None where no answer told. ``groups`` tells whether
    groups come with their names, ``tags`` are the names of scope tags by their ids. ``access_policies`` are the types
    of what a second administrator approves, ``waiting`` is how many requests wait; ``allowed`` are the actions that the
    role of a user allows, None where they were not asked for or Graph did not tell. ``batch`` tells whether the tenant
    takes ``$batch``, None where nothing told.
    """

    surface: str
    needs: frozenset[str]
    wiring: Wiring
    login: Login
    now: datetime
    ahead: float | None
    policies: ListedPolicies | Refusal
    office: Listed | Refusal
    definitions: Listed | Refusal
    groups: bool | Refusal
    tags: t.Mapping[str, t.Any] | Refusal
    access_policies: t.Sequence[str] | Refusal
    waiting: int | Refusal
    allowed: t.Collection[str] | Refusal | None
    batch: bool | None
