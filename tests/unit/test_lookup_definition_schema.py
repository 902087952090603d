# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup that makes a schema for editors from a user's own catalog."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.m365.apps.plugins.lookup.definition_schema import LookupModule
from ansible_collections.m365.apps.tests.unit import own_settings as own


def made(*terms: str) -> list[str]:
    return list(LookupModule().run([*terms]))


def test_a_catalog_with_texts_gives_one_schema_of_everything(tmp_path: Path) -> None:
    path = own.write(tmp_path / "catalog.jsonl")
    [text, again] = made(path, path)
    assert again == text
    validator = jsonschema.Draft202012Validator(json.loads(text))
    for setting, valid in (
        ({"setting": "excel16/L_OwnMacros", "value": "Run all of them"}, True),
        ({"setting": "excel16/L_VBAWarningsPolicy", "value": 3}, True),
        ({"setting": "excel16/L_OwnMacros", "value": "Run some of them"}, False),
        ({"setting": "excel16/L_VBAWarningsPolicy", "value": 9}, False),
    ):
        assert validator.is_valid({"display_name": "A", "settings": [setting]}) is valid, setting


def test_without_a_file_it_is_of_what_the_collection_brings() -> None:
    [text] = made()
    assert "enumDescriptions" not in text
    assert '"excel16/L_VBAWarningsPolicy"' in text


@pytest.mark.parametrize(("text", "says"), [(None, "cannot be read"), ("{}\n", "must begin with a header")])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "catalog.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(AnsibleLookupError, match=says) as error:
        made(str(path))
    assert str(error.value).startswith(f"the schema of {path}: cannot be made: ")
    assert "\n" not in str(error.value)
