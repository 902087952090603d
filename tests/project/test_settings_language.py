# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide of the settings language says what the language does."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import KEYS
from ansible_collections.m365.apps.plugins.module_utils._catalog.merge import merged, parse_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import validate

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_settings.rst"
BLOCK = re.compile(r"^\.\. code-block:: yaml\n\n(?P<text>(?:(?: +.*)?\n)+)", re.MULTILINE)
ALL = [textwrap.dedent(found["text"]) for found in BLOCK.finditer(GUIDE.read_text(encoding="utf-8"))]
# Tasks that find and fetch settings are run by test_examples.py.
BLOCKS = [block for block in ALL if "m365.apps.office_setting_" not in block]


def settings_in(block: str) -> t.Any:
    """Return the settings of a block, which is a task, a definition, or settings alone."""
    given = yaml.safe_load(block)
    whole = given[0].get("m365.apps.office_client_config", {}) if isinstance(given, list) else given
    return whole.get("settings", given)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_is_right(block: str) -> None:
    found = merged(parse_settings(settings_in(block), built_in()), Settings(), built_in())
    assert len(found) > 0
    assert validate(found, built_in()) == ()


def test_every_key_of_an_entry_is_told() -> None:
    told = re.findall(r"^   \* - ``(\w+)``$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == [*KEYS, "raw"]
    assert len(BLOCKS) == 6
