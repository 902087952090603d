# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of conversions: which are read, what they are called, what the examples and the guide have."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import (
    CONVERTED,
    NEEDS_ADMX,
    NOT_HERE,
    OPEN,
    Converter,
    Source,
)
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import lines, report
from ansible_collections.m365.apps.plugins.plugin_utils._convert.sources import sources_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.written import names_of, refuse_the_same, written
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.tests.unit import some_admx
from ansible_collections.m365.apps.tests.unit.convert_samples import (
    converter_at,
    item,
)

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "contoso" / "definitions").iterdir())


@pytest.fixture
def converter(tmp_path: Path) -> Converter:
    return converter_at(tmp_path)


def test_each_policy_of_a_file_gets_one_of_its_own(converter: Converter) -> None:
    policies = tuple(
        {"display_name": name, "policy_payload": [item("excel16;L_OwnOldMacros", "old", value)]}
        for name, value in (("A", 1), ("B", 2), ("C", 0))
    )
    source = Source("all.json", policies)
    files = written([(source, converter.converted(source))], converter.catalog).files
    assert [file.name for file in files] == ["all-a.yml", "all-c.yml"]
    assert [yaml.safe_load(file.data)["display_name"] for file in files] == ["A", "C"]


def test_the_folder_of_the_definitions_is_no_place_for_new_ones(tmp_path: Path) -> None:
    (tmp_path / "d" / "deep").mkdir(parents=True)
    (tmp_path / "d" / "one.yml").touch()
    (tmp_path / "link").symlink_to(tmp_path / "d")
    for place, folder in (("d", "d"), ("d", "d/new"), ("link", "d/deep"), ("d", "link/new"), ("d/one.yml", "d")):
        with pytest.raises(UserError, match="in the folder of the definitions"):
            refuse_the_same(tmp_path / place, tmp_path / folder)
    for place, folder in (("d", "new"), ("d/one.yml", "d/new"), ("d/deep", "d")):
        refuse_the_same(tmp_path / place, tmp_path / folder)


def test_definitions_that_cannot_be_read_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.yml").write_text("display_name: Own")
    (tmp_path / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(
        DefinitionsError, match=r"(?s)bad\.json.*vault\.yml: cannot read it: it is encrypted\. Decrypt it"
    ):
        sources_of(tmp_path)
    (tmp_path / "vault.yml").unlink()
    (tmp_path / "bad.json").unlink()
    assert [source.name for source in sources_of(tmp_path)] == ["deep/good.yml"]
    assert [source.name for source in sources_of(tmp_path / "deep" / "good.yml")] == ["good.yml"]


def test_files_have_names_of_their_own(converter: Converter) -> None:
    sources = ["a.yml", "a.json", "b/c.yml", "b-c.yml", "con.yml", "plain", "d.e.yaml", "F.yml", "f.json", ".yml"]
    two: dict[str, tuple[dict[str, t.Any], ...]] = {"two.yml": ({}, {}), "two-1.yml": ({},)}
    made = [(source, converter.converted(source)) for source in (Source(name, ({},)) for name in sources)]
    made += [(source, converter.converted(source)) for source in (Source(*each) for each in two.items())]
    names = names_of(made)
    assert len({name.casefold() for name in names.values()}) == len(names) == len(sources) + 3
    assert names["plain", 0] == "plain.yml"
    assert names["d.e.yaml", 0] == "d.e.yml"
    assert names["b/c.yml", 0].startswith("b-c-")
    assert names["con.yml", 0] != "con.yml"
    named: tuple[dict[str, t.Any], ...] = tuple({"display_name": name} for name in ("1", "Own A", "Own a", "x" * 300))
    made = [(source, converter.converted(source)) for source in (Source("two.yml", named), Source("two-1.yml", ({},)))]
    names = names_of(made)
    assert len({name.casefold() for name in names.values()}) == 5
    assert names["two.yml", 3] == f"two-{'x' * 80}.yml"
    assert names["two.yml", 0].startswith("two-1-")
    assert not any("/" in name or name.startswith(".") for name in names.values())


def test_a_policy_that_is_added_to_a_file_renames_no_other(converter: Converter) -> None:
    def files(*names: str) -> set[str]:
        source = Source("all.yml", tuple({"display_name": name, "id": name} for name in names))
        return set(names_of([(source, converter.converted(source))]).values())

    before = files("A", "B", "C c", "c C", "\N{PILE OF POO}")
    assert len(before) == 5
    assert files("New", "A", "B", "C c", "c C", "\N{PILE OF POO}") - before == {"all-new.yml"}
    # Even two of one name and one id have files of their own.
    assert len(files("A", "A")) == 2


def test_texts_of_a_definition_are_no_lines_of_the_file(converter: Converter) -> None:
    policy = {"display_name": "Own", "policy_payload": [item("excel16;L_OwnOldMacros", "old", 1)]}
    evil = "x\n- display_name: Evil\n\x1b[0m"
    items = [*policy["policy_payload"], item("excel16;L_OwnMacros", evil, evil, "REG_SZ")]
    source = Source(f"{evil}.yml", ({**policy, "policy_payload": items},))
    made = [(source, converter.converted(source))]
    [file] = written(made, converter.catalog).files
    assert yaml.safe_load(file.data)["display_name"] == "Own"
    assert not any("\n" in line or "\x1b" in line for line in lines(made))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_item_of_the_examples_is_in_the_report(path: Path) -> None:
    policies = tuple(read_definitions(path.name, path.read_bytes()))
    source = Source(path.name, policies)
    converter = Converter(None, built_in())
    found = report([(source, converter.converted(source))])
    given_items = [
        (payload, each["settingId"], each["valueName"])
        for policy in policies
        for payload in ("policy_payload", "user_preference_payload")
        for each in policy.get(payload) or []
    ]
    assert [(each["payload"], each["setting"], each["value_name"]) for each in found["payload_items"]] == given_items
    assert all(each["reason"] for each in found["payload_items"])
    assert found["counts"]["items"] == sum(found["counts"][name] for name in (CONVERTED, OPEN, NEEDS_ADMX, NOT_HERE))


def test_the_examples_have_what_cloud_policy_offers() -> None:
    payloads = ("policy_payload", "user_preference_payload")
    policies = [policy for path in EXAMPLES for policy in read_definitions(path.name, path.read_bytes())]
    keys = {each["settingId"] for policy in policies for name in payloads for each in policy.get(name) or []}
    offered = {key for key in keys if "user" in {each.scope for each in built_in().of_name(*key.split(";"))}}
    assert keys - offered == set()


def test_the_guide_shows_what_its_definition_becomes(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_converting.rst").read_text(encoding="utf-8")
    blocks = [
        textwrap.dedent(text)
        for text in re.findall(r"^\.\. code-block:: yaml\n\n((?:(?: +.*)?\n)+)", guide, re.MULTILINE)
    ]
    [given_text] = [block for block in blocks if block.startswith("# definitions/excel.yml\n")]
    [shown] = [block for block in blocks if block.startswith("# Written by")]
    some_admx.write(tmp_path / "admx")
    converter = Converter(AdmxFolder.below(tmp_path / "admx"), built_in())
    source = Source("excel.yml", tuple(read_definitions("excel.yml", given_text.encode())))
    [file] = written([(source, converter.converted(source))], converter.catalog).files
    assert file.data.decode() == shown.rstrip("\n") + "\n"
