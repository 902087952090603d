# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths start where the user stands, and every name gets a readable file of its own."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.plugin_utils._places import is_file_name
from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import FUNCTIONS

absolute_path = FUNCTIONS["absolute_path"]
file_name = FUNCTIONS["file_name"]
DIGEST = r"-[0-9a-f]{8}"
NAMES = st.text(max_size=300) | st.sampled_from(["con", "AUX", "nul.txt", ".", "..", "a-01234567", "", "Ä" * 200])


# Paths


@pytest.mark.parametrize(
    ("given_path", "expected"),
    [("definitions", "/here/definitions"), ("./a/../b/", "/here/b"), ("/abs", "/abs"), (".", "/here"), ("../x", "/x")],
)
def test_a_relative_path_starts_where_the_run_was_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given_path: str, expected: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("PWD", raising=False)
    assert absolute_path(given_path) == (given_path if given_path == "/abs" else str(tmp_path) + expected)


def test_homes_and_variables_are_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLACE", "backups")
    assert absolute_path("~/$PLACE") == f"{tmp_path}/backups"


def test_a_link_that_the_user_stands_in_keeps_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path / "link")
    monkeypatch.setenv("PWD", str(tmp_path / "link"))
    assert absolute_path("x") == f"{tmp_path}/link/x"
    # Left over from another folder.
    for other in (str(tmp_path), str(tmp_path / "gone"), "link"):
        monkeypatch.setenv("PWD", other)
        assert absolute_path("x") == f"{tmp_path}/real/x"


def test_an_empty_path_stays_empty() -> None:
    assert absolute_path("") == ""


@pytest.mark.parametrize("wrong", [None, 3, ["a"], {"a": 1}, True, "a\0b"])
def test_what_is_not_a_path_is_refused(wrong: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^m365\.apps\.private: (a|the) path .*\."):
        absolute_path(wrong)


def test_a_folder_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    with pytest.raises(AnsibleFilterError, match="the folder that the run was started in is gone"):
        absolute_path("x")


# Names


@pytest.mark.parametrize(
    "name",
    ["contoso.onmicrosoft.com", "8d3c5d1e-6f0a-4a57-9b61-3f0e6f1c7a10", "東京", "大阪", "fabrikam_2", "हिन्दी", "büro"],
)
def test_a_name_that_can_be_a_file_stays_as_it_is(name: str) -> None:
    assert file_name(name) == name


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("A/B", "a_b"),
        ("A B", "a_b"),
        ("Prod", "prod"),
        ("con", "_con"),
        ("Aux.example.com", "_aux.example.com"),
        ("lpt¹", "_lpt1"),
        ("../../etc", "etc"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("trailing.", "trailing"),
        (" blank ", "blank"),
        ("prod-01234567", "prod-01234567"),
        ("bu\u0308ro", "büro"),
        ("half \udc80", "half"),
        ("東" * 300, "東" * 40),
        ("a\nb\x1b[31m", "a_b_31m"),
    ],
)
def test_a_name_that_loses_something_stays_readable_and_gets_a_digest(name: str, readable: str) -> None:
    assert re.fullmatch(re.escape(readable) + DIGEST, file_name(name))


@given(st.lists(NAMES, unique=True, max_size=20))
def test_names_have_files_of_their_own_wherever_they_are_written(names: list[str]) -> None:
    made = [file_name(name) for name in names]
    assert len({one.casefold() for one in made}) == len(names)
    for one in made:
        assert len(one.encode()) <= 150
        assert not set(one) & set('/\\<>:"|?*\0')
        assert one.strip(" .") == one
        assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", one)


@pytest.mark.parametrize("wrong", [None, 3, ["a"], {"a": 1}, True])
def test_what_is_not_a_name_is_refused(wrong: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^m365\.apps\.private: a name is .*\."):
        file_name(wrong)


@pytest.mark.parametrize("name", ["report", "2026-01-02T10:00", "Bericht für München", ".hidden", "console", "x" * 250])
def test_what_can_be_the_name_of_one_file(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        ". .",
        "a/b",
        "..\\a",
        "con",
        "NUL",
        "com1.x",
        "a\nb",
        "a\x1b[31m",
        "a\0",
        "\ud800",
        "é" * 126,
    ],
)
def test_what_cannot_be_the_name_of_one_file(name: str) -> None:
    assert not is_file_name(name)
