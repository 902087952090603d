# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide of layers shows what its example is compiled to."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layers import layered_policies

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_layers.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
DEFINITIONS = [
    yaml.safe_load(textwrap.dedent(found))
    for found in re.findall(r"^\.\. code-block:: yaml\n\n((?:(?: +.*)?\n)+)", TEXT, re.MULTILINE)
]
ROWS = re.findall(r"^   \* - (``Contoso.+``)\n     - (.*)\n     -(.*)$", TEXT, re.MULTILINE)


def _quoted(text: str) -> list[str]:
    return re.findall(r"``(.+?)``", text)


def test_the_table_is_what_the_example_is_compiled_to() -> None:
    shown = [tuple(map(_quoted, row)) for row in ROWS]
    assert len(DEFINITIONS) == 3
    assert shown == [
        ([each["display_name"]], [entry["setting"] for entry in each["settings"]], each["exclude_groups"])
        for each in layered_policies(DEFINITIONS, built_in())
    ]
