# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files of a folder are definitions: nothing is passed over in silence, and nothing hangs."""

from __future__ import annotations

import os
import socket
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultEditor, VaultLib, VaultSecret
from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.lookup.definitions import LookupModule
from ansible_collections.m365.apps.plugins.plugin_utils._definitions import files
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._reading import MOST_BYTES, read_bytes

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one definition."""
    made = tmp_path / "definitions"
    made.mkdir()
    return put(made, "a.yml")


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"display_name: '{path.stem}'\n")
    return folder


def found(*places: Path) -> list[str]:
    """Return the definition files, below the first place where they are."""
    return [os.path.relpath(path, places[0]) for path in files.definition_files(places).files]


def refusal(*places: Path) -> str:
    with pytest.raises(DefinitionsError) as caught:
        files.definition_files(places)
    return str(caught.value)


def look_up(*terms: t.Any, loader: DataLoader | None = None) -> list[str]:
    given = [str(term) if isinstance(term, Path) else term for term in terms]
    policies = LookupModule(loader=loader or DataLoader()).run(given, {})
    return [policy["display_name"] for policy in policies]


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_options: said.append(msg))
    return said


# Endings


@pytest.mark.parametrize("name", ["UPPER.YML", "b.Yaml", "b.JSON", "b.Json", "b.yMl"])
def test_endings_are_compared_whatever_their_case(folder: Path, name: str) -> None:
    assert sorted(found(put(folder, name))) == sorted(["a.yml", name])


def test_json_in_capitals_is_json(folder: Path) -> None:
    (folder / "B.JSON").write_text('{"display_name":\t"no"}')
    assert look_up(folder) == ["no", "a"]


def test_files_with_other_endings_are_named_in_one_warning(folder: Path, warnings: list[str]) -> None:
    put(folder, "b.yaml.bak", "b.yml~", "README.md", "sub/c.yml.orig", "#d.yml#", "yml", "a.yml ")
    assert look_up(folder) == ["a"]
    [said] = warnings
    assert said.startswith("definitions: files that do not end in .yml, .yaml, .json are passed over: ")
    for name in ("b.yaml.bak", "b.yml~", "README.md", "sub/c.yml.orig", "#d.yml#", "yml", "a.yml "):
        assert str(folder / name) in said


def test_a_warning_names_no_more_than_a_screen_holds(folder: Path, warnings: list[str]) -> None:
    put(folder, *(f"{number:02}.txt" for number in range(50)))
    look_up(folder)
    assert warnings[0].endswith("19.txt and 30 more.")


def test_nothing_is_said_of_definitions_and_of_hidden_files(folder: Path, warnings: list[str]) -> None:
    put(folder, ".git/x.yml", ".git/config", ".hidden.yml", ".a.yml.swp", "sub/.gitkeep", "sub/b.yml")
    (folder / ".#a.yml").symlink_to("nobody@nowhere")
    assert look_up(folder) == ["a", "b"]
    assert warnings == []


def test_a_file_that_is_named_itself_is_read_whatever_its_ending(folder: Path, warnings: list[str]) -> None:
    put(folder, "b.txt")
    assert look_up(folder / "b.txt") == ["b"]
    assert warnings == []


# Links


def test_a_linked_folder_is_read_in_its_place(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "common", "x.yml", "deep/y.yml")
    (folder / "0-common").symlink_to("../common")
    put(folder, "z.yml")
    assert found(folder) == ["0-common/deep/y.yml", "0-common/x.yml", "a.yml", "z.yml"]


def test_a_linked_file_is_read(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside.yml")
    (folder / "b.yml").symlink_to(tmp_path / "outside.yml")
    assert look_up(folder) == ["a", "outside"]


def test_a_definitions_path_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(folder)
    assert look_up(tmp_path / "current") == ["a"]


def test_what_is_reached_in_two_ways_is_read_once(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "shared", "x.yml")
    for name in ("one", "two"):
        (folder / name).symlink_to(tmp_path / "shared")
    (folder / "again.yml").symlink_to("a.yml")
    (folder / "b.yml").symlink_to(tmp_path / "shared" / "x.yml")
    assert found(folder) == ["a.yml", "b.yml"]
    assert look_up(folder, folder / "a.yml", [str(tmp_path / "shared" / "x.yml"), str(folder)]) == ["a", "x"]


@pytest.mark.parametrize("target", [".", "..", "../definitions"])
def test_a_link_in_a_circle_is_an_error(folder: Path, target: str) -> None:
    (folder / "back").symlink_to(target)
    assert "cannot read it: it leads back to " in refusal(folder)


def test_two_folders_that_hold_each_other_are_an_error(folder: Path) -> None:
    put(folder, "one/b.yml", "two/c.yml")
    (folder / "one" / "two").symlink_to("../two")
    (folder / "two" / "one").symlink_to("../one")
    assert "it leads back to " in refusal(folder)


@pytest.mark.parametrize("name", ["b.yml", "team"])
def test_a_link_that_leads_nowhere_is_an_error(folder: Path, name: str) -> None:
    (folder / name).symlink_to("gone")
    assert refusal(folder) == (
        f"definitions {folder / name}: cannot read it: it is a link that leads nowhere. Correct the link, or remove it."
    )


# What is not a file


@pytest.mark.parametrize("name", ["x.yml", "pipe"])
def test_a_fifo_is_an_error_and_never_a_hang(folder: Path, name: str) -> None:
    os.mkfifo(folder / name)
    assert f"{folder / name}: cannot read it: it is a FIFO" in refusal(folder)
    assert "it is a FIFO" in refusal(folder / name)
    with pytest.raises(DefinitionsError, match="it is not a regular file"):
        files.read_definition(folder / name)


def test_a_link_to_a_fifo_is_an_error(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (folder / "b.yml").symlink_to(tmp_path / "pipe")
    assert f"{folder / 'b.yml'}: cannot read it: it is a FIFO" in refusal(folder)


def test_a_device_is_an_error(folder: Path) -> None:
    (folder / "zero.yml").symlink_to("/dev/zero")
    assert "zero.yml: cannot read it: it is a device" in refusal(folder)
    assert "it is a device" in refusal(Path("/dev/zero"))


def test_a_socket_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.yml")
        assert "s.yml: cannot read it: it is a socket" in refusal(folder)
        with pytest.raises(DefinitionsError):
            files.read_definition(folder / "s.yml")


def test_a_folder_named_like_a_file_is_an_error(folder: Path) -> None:
    put(folder, "b.yml/c.yml")
    assert "b.yml: cannot read it: it is a folder with the ending of a file. Rename the folder." in refusal(folder)


def test_a_file_that_is_too_large_is_an_error(folder: Path) -> None:
    with (folder / "b.yml").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(AnsibleLookupError, match=r"b\.yml: cannot read it: it is larger than 64 MiB"):
        look_up(folder)


def test_a_folder_and_a_file_beyond_a_bound_are_errors_of_the_system(folder: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_bytes(folder)
    (folder / "b.yml").write_bytes(b"x" * 10)
    assert read_bytes(folder / "b.yml", 10) == b"x" * 10
    with pytest.raises(OSError, match="it is larger than"):
        read_bytes(folder / "b.yml", 9)


# What cannot be read


def test_all_that_cannot_be_read_is_said_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root, as whom tests may run, can read everything: the system's answer is replaced."""
    put(folder, "locked/b.yml", "lost/c.yml", "open/d.yml")
    scandir = os.scandir

    def refuse(path: t.Any) -> t.Any:
        if str(path).endswith("locked"):
            raise PermissionError(13, os.strerror(13), path)
        if str(path).endswith("lost"):
            raise OSError(5, os.strerror(5), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    said = refusal(folder)
    assert f"definitions {folder / 'locked'}: cannot read it: Permission denied. Check the path" in said
    assert f"definitions {folder / 'lost'}: cannot read it: Input/output error." in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may read less")
@pytest.mark.parametrize(("name", "mode"), [("locked", 0o000), ("listed", 0o644), ("entered", 0o311)])
def test_a_folder_without_permission_is_an_error(name: str, mode: int) -> None:
    # Not below tmp_path, whose folders are closed to others.
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        folder = put(Path(made) / "definitions", "a.yml", f"{name}/b.yml")
        (folder / name).chmod(mode)
        said = as_nobody(folder)
    assert f"definitions {folder / name}" in said
    assert "cannot read it: Permission denied" in said


def as_nobody(folder: Path) -> str:
    """Look for definitions in a process of a user without rights; return what it says."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            said = str(files.definition_files([folder]).files)
        except BaseException as error:  # noqa: BLE001 - the child must not go on as a second pytest
            said = str(error)
        os.write(write_end, said.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said


def test_a_folder_that_is_nested_too_deeply_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_path: Path) -> t.NoReturn:
        raise RecursionError

    monkeypatch.setattr(files, "_members", endless)
    assert "its folders are nested too deeply" in refusal(folder)


def test_a_name_that_is_not_utf_8_is_read_and_shown(folder: Path, warnings: list[str]) -> None:
    base = os.fsencode(folder)
    for name, text in ((b"b\xff.yml", b"display_name: B"), (b"c\xff.txt", b"")):
        with open(os.path.join(base, name), "wb") as stream:
            stream.write(text)
    assert look_up(folder) == ["a", "B"]
    assert warnings[0].endswith(r"c\udcff.txt.")
    with open(os.path.join(base, b"d\xff.yml"), "wb") as stream:
        stream.write(b"[")
    with pytest.raises(AnsibleLookupError, match=r"d\\udcff.yml: cannot read it"):
        look_up(folder)


def test_all_files_that_are_wrong_are_named(folder: Path) -> None:
    (folder / "b.yml").write_text("nonsense: 1")
    (folder / "c.json").write_text("{")
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(folder)
    assert "b.yml: cannot read it: it has the unknown option" in str(caught.value)
    assert "c.json: cannot read it: it is not JSON" in str(caught.value)


def test_an_empty_folder_beside_a_full_one_is_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert f"{tmp_path / 'empty'}: cannot read it: it holds no definition file" in refusal(folder, tmp_path / "empty")


# Encrypted files


def encrypted(folder: Path, password: bytes = b"password") -> DataLoader:
    """Encrypt a.yml; return a loader that can read it."""
    secrets = [("default", VaultSecret(password))]
    VaultEditor(VaultLib(secrets)).encrypt_file(str(folder / "a.yml"), secrets[0][1])
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret(b"password"))])
    return loader


def test_a_vaulted_file_is_decrypted_in_memory(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = encrypted(folder)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))

    def written(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise AssertionError("a decrypted text was written to a file")

    for name in ("_create_content_tempfile", "get_real_file"):
        monkeypatch.setattr(DataLoader, name, written)
    monkeypatch.setattr("tempfile.mkstemp", written)
    assert look_up(folder, loader=loader) == ["a"]
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("with_secret", [False, True])
def test_a_vaulted_file_without_its_secret_is_an_error_that_names_it(folder: Path, with_secret: bool) -> None:
    loader = encrypted(folder, b"another")
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(folder, loader=loader if with_secret else DataLoader())
    said = str(caught.value)
    assert (
        f"definitions {folder / 'a.yml'}: cannot read it: it is encrypted, and no vault secret of this run fits" in said
    )
    assert "another" not in said
