# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that changes while the emulator runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .faults import Faults
from .graph.catalog.definitions import Definitions
from .graph.catalog.sources import builtin
from .graph.limits import RateLimits
from .journal import Journal, Logins
from .loader import load_tenants
from .login.tokens import TokenKeys
from .settings import Settings
from .tenants import Tenant

# The Graph roots that clients may name in a scope (Microsoft Graph: national cloud deployments).
GRAPH_ROOTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


@dataclass(slots=True)
class World:
    """Tenants, settings, faults and what was called. ``origins`` are the URLs we answer under, the first is ours."""

    origins: tuple[str, ...]
    tenants: dict[str, Tenant] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    logins: Logins = field(default_factory=Logins)
    limits: RateLimits = field(default_factory=RateLimits)
    keys: TokenKeys = field(default_factory=TokenKeys)
    definitions: Definitions = field(default_factory=builtin)

    @property
    def audiences(self) -> tuple[str, ...]:
        """All names of the Graph resource, each accepted as a scope and in a token."""
        return (*self.origins, *GRAPH_ROOTS, GRAPH_APP_ID)

    def tenant(self, name: str) -> Tenant | None:
        """A tenant by id or domain name, in any case."""
        wanted = name.lower()
        found = self.tenants.get(wanted)
        return found or next((item for item in self.tenants.values() if wanted in item.domains), None)

    def settings_of(self, tenant: Tenant) -> Settings:
        """The settings with those that differ in a tenant."""
        return self.settings.merged(tenant.settings) if tenant.settings else self.settings

    def load(self, document: object) -> dict[str, Tenant]:
        """Take over a state document; its tenants, which are returned, replace those of the same id.

        :raises StateError, SettingError, FaultError: nothing is changed then.
        """
        content = document if isinstance(document, Mapping) else {}
        tenants = load_tenants(document)
        settings = self.settings.merged(content.get("settings", {}))
        faults = Faults.from_json(content["faults"]) if "faults" in content else self.faults
        for tenant in tenants.values():
            if not tenant.own_definitions:
                tenant.definitions = self.definitions
        self.tenants.update(tenants)
        self.settings, self.faults = settings, faults
        return tenants
