# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant whose catalog is fetched, and the module that fetches it."""

from __future__ import annotations

import json
import random
import typing as t
from dataclasses import replace
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import catalog_lines, load_catalogue
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition, definition_from_graph
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import TENANT, FuzzTenant, run
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_SETTING_CATALOG,
)
from graph_emulator.graph.catalog import facts
from graph_emulator.graph.catalog.definitions import Definitions

OFFICE = tuple(each for each in own.DEFINITIONS if each is not own.MAC)
OF_THE_GUIDE = "device_vendor_msft_policy_config_secguidev22h2~policy~own"
LOST = "pdates~policy~l_microsoftofficemachine~own"
ALL = (*OFFICE, *(replace(own.MAC, id=each, root=each) for each in (OF_THE_GUIDE, LOST)))
# The own catalog lacks nearly all that the collection brings.
FIRST = {"max_removals": "100%"}

Dict = dict[str, t.Any]


class Tenant(FuzzTenant):
    """A tenant whose catalog has these definitions, and one of another product."""

    def __init__(self, *definitions: Definition, page: int = 0, per_page: bool = False) -> None:
        super().__init__()
        self.world.settings = self.world.settings.merged(
            {"catalog_definitions_page_size": page, "catalog_filter_per_page": per_page}
        )
        self.has(*(definitions or ALL))

    def has(self, *definitions: Definition) -> None:
        """Let it have these definitions from now on, in any order."""
        mixed = random.Random(len(definitions)).sample(definitions, len(definitions))
        _head, *lines = catalog_lines((*mixed, own.MAC), "a test", titles=True)
        documents = list(facts.documents(map(json.loads, random.Random(1).sample(lines, len(lines)))))
        self.world.tenants[TENANT].definitions = Definitions.of(documents)

    @property
    def reads(self) -> int:
        """How many calls there were."""
        return len(self.world.journal.entries)


def fetched(tenant: Tenant, path: Path, **options: t.Any) -> Dict:
    """Run the module, which must succeed."""
    result = run(tenant, OFFICE_SETTING_CATALOG, {"path": str(path), **options})
    assert not result.get("failed"), result["msg"]
    return result


def begun(path: Path, tenant: Tenant) -> bytes:
    """Write the file that the module writes for a tenant; return its bytes."""
    documents = tenant.world.tenants[TENANT].definitions
    found = [definition_from_graph(dict(each)) for each in documents if each["id"] != own.MAC.id]
    made_from = "Microsoft Graph beta, deviceManagement/configurationSettings"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in catalog_lines(found, made_from, titles=True)), encoding="utf-8")
    return path.read_bytes()


def held(path: Path) -> set[str]:
    """Return the ids of the definitions of a file."""
    return set(load_catalogue(path.read_bytes().splitlines(), "").ids())
