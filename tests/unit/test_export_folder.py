# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of an export: what is written and removed there, and what is kept."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, apply, kept_warning, planned
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import export_source
from ansible_collections.m365.apps.tests.unit.exports import FORMATS, Config, config, exported

EDITED = "it was edited, renamed or copied since it was written"
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
    assert reasons(changes) == dict.fromkeys(("a.yml", "both.yml"), "it is from another tenant, surface or source")
    assert b"# Written by m365.apps.definition_files for contoso_ag-" in (tmp_path / "b.yml").read_bytes()
    # Each still has its own.
    assert run(tmp_path, config("A", description="y"), source="東京").status("a.yml") == "updated"


def test_two_surfaces_in_one_folder_do_not_remove_each_others_files(tmp_path: Path) -> None:
    """Else an export that forgot the surface would remove the files of all policies of the other one."""
    first, second = (export_source("contoso", surface) for surface in ("settings_catalog", "office_configuration"))
    run(tmp_path, config("A"), source=first)
    assert list(reasons(run(tmp_path, config("B", "q1"), source=second))) == ["a.yml"]
    assert names_in(tmp_path) == ["a.yml", "b.yml"]
    assert b"_files for contoso-settings_catalog, sha256" in (tmp_path / "a.yml").read_bytes()


def test_two_tenants_with_one_definition_leave_it_to_the_first(tmp_path: Path) -> None:
    run(tmp_path, config("Both"), source="Contoso")
    written = (tmp_path / "both.yml").read_bytes()
    for source, policy_id in (("Fabrikam", "q1"), ("Contoso", "p1"), ("Fabrikam", "q1"), ("", "q1")):
        changes = run(tmp_path, config("Both", policy_id), source=source)
        assert (changes, changes.status("both.yml")) == (Changes(), "unchanged")
    run(tmp_path, source="Fabrikam")
    assert (tmp_path / "both.yml").read_bytes() == written
    assert run(tmp_path, source="Contoso").removed == ["both.yml"]


def test_a_file_without_a_source_is_taken_over_where_nothing_is_lost(tmp_path: Path) -> None:
    run(tmp_path, config("A"))
    assert run(tmp_path, config("A"), source="Contoso").status("a.yml") == "updated"
    assert run(tmp_path, config("A", description="x"), source="Contoso").status("a.yml") == "updated"


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
