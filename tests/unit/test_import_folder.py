# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder that an import writes to: file names, equal names, and that nothing there is ever written over."""

from __future__ import annotations

import os
import random
import typing as t
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._import.run import Import
from ansible_collections.m365.apps.plugins.plugin_utils._yaml_writing import _Dumper, block_text
from ansible_collections.m365.apps.tests.unit import import_samples as samples
from ansible_collections.m365.apps.tests.unit.import_samples import ONE, TWO, imported, policy, put, reasons

OTHER = compile_settings([{"setting": "word16/L_VBAWarningsPolicy", "value": 4}], samples.CATALOG)


def write(done: Import, folder: Path) -> None:
    put(folder, done.created)


def names(done: Import) -> list[str]:
    return [made.file for made in done.files]


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy(), "b.json": policy(OTHER, name="Contoso - Word")})
    first = imported(tmp_path / "exports")
    assert set(first.statuses.values()) == {"created"}
    write(first, tmp_path / "definitions")
    again = imported(tmp_path / "exports")
    assert (names(again), set(again.statuses.values()), again.created) == (names(first), {"unchanged"}, {})
    # git may give files other line ends.
    path = tmp_path / "definitions" / "contoso-macros.yml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert imported(tmp_path / "exports").created == {}


def test_the_target_may_be_in_the_source(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy()})
    target = tmp_path / "exports" / "definitions"
    write(imported(tmp_path / "exports", target), target)
    again = imported(tmp_path / "exports", target)
    assert (names(again), again.left) == (["contoso-macros.yml"], ())


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy(), "b.json": policy(name="Two"), "c.json": policy(name="Three")})
    target = put(tmp_path / "definitions", {"contoso-macros.yml": "display_name: Contoso - Macros\n"})
    (target / "two.yml").symlink_to(target / "contoso-macros.yml")
    (target / "three.yml").mkdir()
    done = imported(tmp_path / "exports")
    assert done.files == ()
    assert reasons(done) == [("a.json", "exists"), ("b.json", "exists"), ("c.json", "exists")]
    assert "contoso-macros.yml is there with another content" in done.left[0].message
    assert "two.yml is there as a link" in done.left[1].message


def test_a_policy_that_another_definition_describes_is_not_described_twice(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy()})
    write(imported(tmp_path / "exports"), tmp_path / "definitions")
    os.makedirs(tmp_path / "definitions" / "below")
    (tmp_path / "definitions" / "contoso-macros.yml").rename(tmp_path / "definitions" / "below" / "renamed.yml")
    done = imported(tmp_path / "exports")
    assert reasons(done) == [("a.json", "exists")]
    assert "below/renamed.yml describes a policy of this name" in done.left[0].message


def test_a_definition_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy()})
    put(tmp_path / "definitions", {"broken.yml": "["})
    done = imported(tmp_path / "exports")
    assert names(done) == ["contoso-macros.yml"]
    assert "broken.yml" in done.warnings[0]


def test_the_same_policy_in_two_forms_is_written_once(tmp_path: Path) -> None:
    files = {"a.txt": samples.portal(policy()), "b.json": samples.intune_management(policy())}
    done = imported(put(tmp_path / "exports", files))
    assert names(done) == ["contoso-macros.yml"]
    assert reasons(done) == [("b.json", "duplicate")]
    assert done.left[0].message == "it is the same policy as in a.txt"


def test_two_policies_of_one_name_both_have_a_file_and_are_told(tmp_path: Path) -> None:
    files: dict[str, t.Any] = {"a.json": policy(), "b.json": policy(OTHER, id=TWO), "c.json": policy(name="Another")}
    done = imported(put(tmp_path / "exports", files))
    first, *both = names(done)
    assert first == "another.yml"
    assert all(name.startswith("contoso-macros-") for name in both)
    assert len(set(both)) == 2
    written = [read_definitions(made.file, made.data)[0] for made in done.files[1:]]
    assert sorted(each["id"] for each in written) == [ONE, TWO]
    [warning] = done.warnings
    assert "2 different exports hold a policy 'Contoso - Macros' (a.json and b.json)" in warning
    # Whatever the order in which they are found, each keeps its name.
    files = {"z.json": policy(), "b.json": policy(OTHER, id=TWO)}
    assert sorted(names(imported(put(tmp_path / "other", files)))) == sorted(both)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-"),
        ("a/b\\c:d*e?f", "a-b-c-d-e-f"),
        ("...", "policy-"),
        ("漢字", "漢字"),
        ("{{ lookup('env','HOME') }}", "lookup-env-home"),
        ("x" * 400, "x" * 80),
        ("\x1b[31mred", "31mred"),
        ("line\nbreak", "line-break"),
    ],
)
def test_any_name_is_safe_in_a_file_and_as_one(tmp_path: Path, name: str, stem: str) -> None:
    done = imported(put(tmp_path / "exports", {"a.json": policy(name=name)}))
    [made] = done.files
    assert made.file.startswith(stem)
    assert "/" not in made.file
    assert read_definitions(made.file, made.data)[0]["display_name"] == name


def test_a_target_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": policy()})
    put(tmp_path, {"definitions": "x"})
    with pytest.raises(UserError, match="it is not a folder"):
        imported(tmp_path / "exports")


TEXTS = (
    st.text(max_size=12)
    | st.sampled_from(
        ["no", "0x1F", "012", "1e5", "12:30", "~", "", "- a", "a: b", "a #b", "---", "null", " a", "\u2028", "k" * 130]
    )
    | st.from_regex(r"[A-Za-z][A-Za-z0-9_~/.-]*", fullmatch=True)
    | st.sampled_from(["No", "OFF", "y", "N", "Null", "e5", "a."])
)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4) | st.lists(VALUES, max_size=3))
def test_yaml_is_written_as_pyyaml_would(value: t.Any) -> None:
    options: dict[str, t.Any] = {"sort_keys": False, "allow_unicode": True, "width": 2**31}
    assert block_text(value) == yaml.dump(value, Dumper=_Dumper, default_flow_style=False, **options)


@given(st.integers(0, 2**32).map(random.Random))
def test_any_json_at_all_is_imported_or_left(rng: random.Random) -> None:
    """A policy of which any part is replaced by anything ends in no other error."""
    document = _damaged(rng, policy())
    taken = samples.exports_taken(document)
    assert isinstance(taken, (str, dict))


def _damaged(rng: random.Random, value: t.Any) -> t.Any:
    odd: list[t.Any] = [None, 7, "x", [], {}, True, [[]], {"@odata.type": 3}, ["0"], "{", {"value": [{}]}]
    if rng.random() < 0.06:
        return rng.choice(odd)
    if isinstance(value, dict):
        return {key: _damaged(rng, member) for key, member in value.items() if rng.random() > 0.03}
    return [_damaged(rng, each) for each in value] if isinstance(value, list) else value
