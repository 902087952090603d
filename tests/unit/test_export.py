# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definition files from live policies: what is in them, their names, and that the lookup reads them back."""

from __future__ import annotations

import json
import os
import random
import re
import stat
import typing as t
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, export
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, apply, kept_warning, planned
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA

ONE, TWO = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11", "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
FORMATS = ["yaml", "json"]
Config = dict[str, t.Any]


def config(display_name: str = "Contoso - Macros", policy_id: str = "p1", **more: t.Any) -> Config:
    """Return a policy as office_client_config_info returns it."""
    return {
        "id": policy_id,
        "display_name": display_name,
        "kind": "windows_security",
        "description": "",
        "priority": 20,
        "policy_payload": [{"settingId": "a;b", "value": "4"}],
        "user_preference_payload": {},
        "groups": [],
        "assignments": [],
        "last_modified_date_time": "2026-01-01T00:00:00Z",
        **more,
    }


def exported(
    *configs: Config,
    file_format: str = "yaml",
    all_ids: bool = False,
    names: dict[str, str] | None = None,
    source: str = "",
) -> Export:
    return export(configs, names or {}, file_format, "schema.json", all_ids, source)


def read(made: Export) -> list[dict[str, t.Any]]:
    return [policy for file in made.files for policy in read_definitions(file.name, file.data)]


def file_names(*configs: Config) -> list[str]:
    return [file.name for file in exported(*configs).files]


def test_a_file_has_the_schema_the_options_in_order_and_nothing_else() -> None:
    [file] = exported(config()).files
    assert file.name == "contoso-macros.yml"
    assert file.data.decode() == (
        "# yaml-language-server: $schema=schema.json\n"
        "# Written by m365.apps.definition_files, sha256 c2ce2e39fe432847\n"
        "---\n"
        "display_name: Contoso - Macros\n"
        "kind: windows_security\n"
        "description: ''\n"
        "priority: 20\n"
        "groups: []\n"
        "policy_payload:\n"
        "  - settingId: a;b\n"
        "    value: '4'\n"
        "user_preference_payload: {}\n"
    )


def test_a_json_file_tells_editors_its_schema() -> None:
    [file] = exported(config(), file_format="json").files
    assert file.name == "contoso-macros.json"
    assert json.loads(file.data)["$schema"] == "schema.json"
    VALIDATOR.validate(json.loads(file.data))
    assert json.loads(file.data)["$comment"].startswith("Written by m365.apps.definition_files, sha256 ")


@pytest.mark.parametrize("text", ["08", "1e5", "0o17", "yes", "1:30", "=", "~", "2026-01-01", "0x1f", ".5", ""])
def test_what_looks_like_another_type_is_quoted(text: str) -> None:
    [file] = exported(config(description=text)).files
    assert f"description: '{text}'\n" in file.data.decode()


def test_several_lines_stay_several_lines() -> None:
    [file] = exported(config(description="One\ntwo: 2\n")).files
    assert "description: |\n  One\n  two: 2\n" in file.data.decode()


def test_groups_are_sorted_by_name_with_their_ids() -> None:
    assignments = [
        {"id": "x", "group_id": ONE, "group_name": "Zebra"},
        {"id": "y", "group_id": TWO, "group_name": None},
    ]
    [policy] = read(exported(config(groups=[ONE, TWO], assignments=assignments), names={TWO: "Ape"}))
    assert policy["groups"] == [{"id": TWO, "display_name": "Ape"}, {"id": ONE, "display_name": "Zebra"}]


def test_a_group_that_is_gone_has_its_id_only() -> None:
    assignments = [{"id": "x", "group_id": ONE, "group_name": None}]
    [policy] = read(exported(config(groups=[ONE], assignments=assignments)))
    assert policy["groups"] == [{"id": ONE}]


def test_an_assignment_that_is_no_group_is_not_taken_away_and_warned_of() -> None:
    made = exported(config(groups=[ONE], assignments=[{"id": "x", "group_id": None}, {"id": "y", "group_id": ONE}]))
    assert read(made)[0]["groups"] == {"add": [{"id": ONE}]}
    assert made.warnings == (
        "policy 'Contoso - Macros' (id p1): it has an assignment that is not a group, which is not in the definition",
    )


def test_a_payload_that_is_text_is_left_out_and_warned_of() -> None:
    made = exported(config(policy_payload="<xml/>"))
    assert "policy_payload" not in read(made)[0]
    assert "its policy_payload is not a JSON object or array" in made.warnings[0]


def test_an_unknown_kind_is_left_out_and_warned_of() -> None:
    policy = config()
    del policy["kind"]
    made = exported(policy)
    assert "kind" not in read(made)[0]
    assert "its kind is not known" in made.warnings[0]


def test_ids_are_written_where_the_name_does_not_tell() -> None:
    policies = read(exported(config(), config(policy_id="p2"), config("Other", "p3")))
    assert [policy.get("id") for policy in policies] == ["p1", "p2", None] or [
        policy.get("id") for policy in policies
    ] == ["p2", "p1", None]
    assert [policy["id"] for policy in read(exported(config(), config("Other", "p3"), all_ids=True))] == ["p1", "p3"]


def test_names_that_meet_get_a_hash_each_whatever_the_order() -> None:
    configs = [
        config("A b", "p1"),
        config("a-B", "p2"),
        config("日本", "p3"),
        config("x" * 300, "p4"),
        config("Büro", "p5"),
    ]
    names = file_names(*configs)
    assert len(set(names)) == len(names)
    assert {"buro.yml", "x" * 80 + ".yml"} < set(names)
    assert sum(name.startswith("a-b-") for name in names) == 2
    assert "日本.yml" in names
    random.Random(1).shuffle(configs)
    assert file_names(*configs) == names


def test_a_name_like_another_ones_hash_is_no_trap() -> None:
    first = file_names(config("A", "p1"), config("a", "p2"))
    names = file_names(config("A", "p1"), config("a", "p2"), config(first[0].removesuffix(".yml"), "p3"))
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("東京", r"東京"), ("Con", r"con-[0-9a-f]{8}"), ("NUL", r"nul-[0-9a-f]{8}"), ("!!!", r"policy-[0-9a-f]{8}")],
)
def test_every_name_has_a_file_that_can_be_read_and_written(name: str, file_name: str) -> None:
    [made] = file_names(config(name))
    assert re.fullmatch(rf"{file_name}\.yml", made)


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(UserError, match="it is listed twice in configs"):
        exported(config(), config("Other"))


def test_a_config_without_name_and_id_is_refused() -> None:
    with pytest.raises(UserError, match=r"configs\[0\]: cannot export it: it has no display_name and no id"):
        exported(config("", ""))


# The folder

EDITED = "it was edited, renamed or copied since export wrote it"
OLD = "an earlier version wrote it, which recorded nothing to tell by whether it was edited"


def run(folder: Path, *configs: Config, purge: bool = True, file_format: str = "yaml", source: str = "") -> Changes:
    """Export policies to a folder; what was done."""
    changes = planned(folder, exported(*configs, file_format=file_format, source=source), purge, source)
    apply(folder, changes)
    return changes


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def reasons(changes: Changes) -> dict[str, str]:
    return {name: found.value for name, found in changes.kept.items()}


def test_files_that_are_no_longer_exported_go_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("display_name: Mine\n")
    for file_format in FORMATS:
        changes = run(tmp_path, config("A"), config("B", "p2"), file_format=file_format)
    assert names_in(tmp_path) == ["a.json", "b.json", "mine.yml"]
    assert reasons(changes) == {"mine.yml": "export did not write it"}
    assert kept_warning(tmp_path, changes) is None
    fewer = exported(config("A"), file_format="json")
    assert planned(tmp_path, fewer, False) == Changes()
    assert planned(tmp_path, fewer, True).removed == ["b.json"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_only_what_is_as_export_wrote_it_is_removed(tmp_path: Path, file_format: str) -> None:
    names = ["Copied", "Edited", "Gone", "Renamed", "Other line ends"]
    run(tmp_path, *(config(name, name) for name in names), file_format=file_format)
    end = {"yaml": "yml", "json": "json"}[file_format]
    (tmp_path / f"copy.{end}").write_bytes((tmp_path / f"copied.{end}").read_bytes())
    (tmp_path / f"renamed.{end}").rename(tmp_path / f"10-renamed.{end}")
    edited = tmp_path / f"edited.{end}"
    edited.write_bytes(edited.read_bytes().replace(b"a;b", b"a;c"))
    crlf = tmp_path / f"other-line-ends.{end}"
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    before = {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)}
    changes = run(tmp_path, file_format=file_format)
    kept = [f"10-renamed.{end}", f"copy.{end}", f"edited.{end}"]
    assert reasons(changes) == dict.fromkeys(kept, EDITED)
    assert {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)} == {
        name: before[name] for name in kept
    }
    warning = kept_warning(tmp_path, changes) or ""
    assert all(f"{name} ({EDITED})" in warning for name in kept)


def test_an_edited_file_of_a_policy_that_is_there_is_kept(tmp_path: Path) -> None:
    run(tmp_path, config("A"), config("B", "p2"))
    edited = (tmp_path / "a.yml").read_bytes() + b"# why\n"
    (tmp_path / "a.yml").write_bytes(edited)
    changes = run(tmp_path, config("A", description="by hand"), config("B", "p2", description="by hand"))
    assert (tmp_path / "a.yml").read_bytes() == edited
    assert b"by hand" in (tmp_path / "b.yml").read_bytes()
    assert [changes.status(name) for name in ("a.yml", "b.yml")] == ["kept", "updated"]
    # Who does not need the edit deletes it.
    (tmp_path / "a.yml").unlink()
    assert run(tmp_path, config("A")).status("a.yml") == "created"


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_with_lines_on_top_or_another_ending_is_an_exported_one(tmp_path: Path, file_format: str) -> None:
    """A definition is read whatever the case of its ending, and two of one policy are told of."""
    run(tmp_path, config("A"), config("B", "p2"), file_format=file_format)
    end = {"yaml": "yml", "json": "json"}[file_format]
    (tmp_path / f"b.{end}").rename(tmp_path / f"b.{end.upper()}")
    topped = tmp_path / f"a.{end}"
    topped.write_bytes({"yaml": b"# one\n# two\n\n", "json": b"\n\n\n"}[file_format] + topped.read_bytes())
    changes = run(tmp_path, config("A", description="New"), config("B", "p2"), file_format=file_format)
    assert reasons(changes) == {f"a.{end}": EDITED, f"b.{end.upper()}": EDITED}
    assert names_in(tmp_path) == [f"a.{end}", f"b.{end.upper()}", f"b.{end}"]


def test_line_ends_of_git_are_no_edit(tmp_path: Path) -> None:
    run(tmp_path, config("A", description="One\ntwo\n"))
    crlf = (tmp_path / "a.yml").read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "a.yml").write_bytes(crlf)
    assert run(tmp_path, config("A", description="One\ntwo\n")) == Changes()
    assert (tmp_path / "a.yml").read_bytes() == crlf
    assert run(tmp_path, config("A", description="Other")).status("a.yml") == "updated"


def as_an_earlier_version(data: bytes) -> bytes:
    return re.sub(rb", sha256 [0-9a-f]{16}", b"", data)


@pytest.mark.parametrize("file_format", FORMATS)
def test_files_of_an_earlier_version_get_a_record_where_nothing_is_lost(tmp_path: Path, file_format: str) -> None:
    made = exported(config("A"), config("B", "p2"), config("C", "p3"), file_format=file_format).files
    for file in made:
        (tmp_path / file.name).write_bytes(as_an_earlier_version(file.data))
    changes = run(tmp_path, config("A"), config("B", "p2", description="changed"), file_format=file_format)
    assert reasons(changes) == dict.fromkeys((made[1].name, made[2].name), OLD)
    assert (tmp_path / made[0].name).read_bytes() == made[0].data
    assert [(tmp_path / file.name).read_bytes() for file in made[1:]] == [
        as_an_earlier_version(file.data) for file in made[1:]
    ]


def test_two_tenants_in_one_folder_do_not_remove_each_others_files(tmp_path: Path) -> None:
    run(tmp_path, config("A"), config("Both", "p2"), source="東京")
    changes = run(tmp_path, config("B", "q1"), config("Both", "q2", description="x"), source="Contoso AG")
    assert names_in(tmp_path) == ["a.yml", "b.yml", "both.yml"]
    assert reasons(changes) == dict.fromkeys(("a.yml", "both.yml"), "it is from another tenant or source")
    assert b"# Written by m365.apps.definition_files for contoso_ag-" in (tmp_path / "b.yml").read_bytes()
    # Each still has its own.
    assert run(tmp_path, config("A", description="y"), source="東京").status("a.yml") == "updated"


def test_files_of_other_hands_are_not_overwritten_and_all_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("display_name: A\n")
    (tmp_path / "elsewhere").write_text("display_name: B\n")
    (tmp_path / "b.yml").symlink_to("elsewhere")
    (tmp_path / "c.yml").symlink_to("nowhere")
    (tmp_path / "d.yml").mkdir()
    with pytest.raises(UserError, match="this module did not write: ") as caught:
        run(tmp_path, *(config(name, name) for name in "ABCDE"))
    for name, what in {"a": "a file of another hand", "b": "a link", "c": "a link", "d": "no regular file"}.items():
        assert f"{tmp_path / name}.yml ({what})" in str(caught.value)
    assert names_in(tmp_path) == ["a.yml", "b.yml", "c.yml", "d.yml", "elsewhere"]


def test_a_link_to_an_exported_file_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path / "one", config("A"))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.yml").symlink_to(tmp_path / "one" / "a.yml")
    run(tmp_path / "two", config("B"))
    assert names_in(tmp_path / "two") == ["a.yml", "b.yml"]
    (tmp_path / "linked").symlink_to("two")
    run(tmp_path / "linked", config("C"))
    assert names_in(tmp_path / "two") == ["a.yml", "c.yml"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="it is not a folder"):
        run(tmp_path / "file", config("A"))


def test_a_failure_half_way_tells_how_far_it_got_and_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, config("Old"))
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.name == "b.yml":
            raise OSError(28, "No space left on device", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match=r"b\.yml: .* No space left on device; 1 of 4 files were written or removed"):
        run(tmp_path, config("A", "a"), config("B", "b"), config("C", "c"))
    assert names_in(tmp_path) == ["a.yml", "old.yml"]


def test_files_keep_their_modes_and_new_ones_follow_the_umask(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    run(tmp_path, config("A"))
    (tmp_path / "a.yml").chmod(0o640)
    run(tmp_path, config("A", description="changed"), config("B", "p2"))
    mask = os.umask(0)
    os.umask(mask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, *tmp_path.iterdir())}
    assert modes == {tmp_path.name: 0o1777, "a.yml": 0o640, "b.yml": 0o666 & ~mask}


# Round trip

CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=40) | st.sampled_from(
    ["a\nb\n", " \n x", "- a: b # c", "'\"\\", "\ufeff\x85\u2028", "null"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PAYLOADS = st.lists(VALUES, max_size=4) | st.dictionaries(TEXTS, VALUES, max_size=4)


@pytest.mark.parametrize("file_format", FORMATS)
@given(
    name=TEXTS.filter(str.strip),
    description=TEXTS,
    enforced=PAYLOADS,
    preferred=PAYLOADS,
    group=TEXTS.filter(str.strip),
)
def test_the_lookup_reads_it_back_to_the_letter(
    file_format: str, name: str, description: str, enforced: t.Any, preferred: t.Any, group: str
) -> None:
    assignments = [{"id": "x", "group_id": ONE, "group_name": group}]
    policy = config(
        name,
        description=description,
        policy_payload=enforced,
        user_preference_payload=preferred,
        groups=[ONE],
        assignments=assignments,
    )
    made = exported(policy, file_format=file_format, all_ids=True)
    fields = ("id", "display_name", "kind", "description", "priority", "policy_payload", "user_preference_payload")
    expected = {**{field: policy[field] for field in fields}, "groups": [{"id": ONE, "display_name": group}]}
    # As JSON text, since 1 == 1.0 == True.
    assert [json.dumps(each, sort_keys=True) for each in read(made)] == [json.dumps(expected, sort_keys=True)]
    VALIDATOR.validate(read(made)[0])
