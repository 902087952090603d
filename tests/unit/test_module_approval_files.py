# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that keeps requests for approval: its owner's alone, whole at any moment, and shared without loss."""

from __future__ import annotations

import fcntl
import json
import os
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvals import KeptRequest, Place
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module import approval_files
from ansible_collections.m365.apps.plugins.module_utils._module.approval_files import ApprovalFile, approval_options

CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
BODY = {"b": [1, None, {"ü": "\u2028"}], "a": "x"}
ONE = KeptRequest(
    CODE, Place("https://graph.test", "t"), "PUT", "/p", BODY, "policy 'A'", "update it", "2026-11-29T10:00:00+00:00"
)
TWO = replace(ONE, code=CODE.replace("0", "1"), policy="policy 'B'", path="/q")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "approvals.json"


def test_what_is_kept_is_read_by_the_next_run(path: Path) -> None:
    file = ApprovalFile(str(path))
    assert (file.kept(), path.exists()) == ((), False)
    file.keep(ONE)
    file.keep(TWO)
    assert file.kept() == ApprovalFile(str(path)).kept() == (ONE, TWO)
    [entry, _second] = json.loads(path.read_text())["requests"]
    assert list(entry["body"]) == ["b", "a"]
    assert {**entry, "body": None} == {
        "code": CODE,
        "graph_url": "https://graph.test",
        "tenant": "t",
        "method": "PUT",
        "path": "/p",
        "body": None,
        "policy": "policy 'A'",
        "action": "update it",
        "filed": "2026-11-29T10:00:00+00:00",
    }
    file.drop(ONE)
    assert ApprovalFile(str(path)).kept() == (TWO,)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, True),
        ({"body": {"other": 1}}, True),
        ({"place": Place("https://graph.test", "other")}, False),
        ({"place": Place("https://other.test", "t")}, False),
        ({"path": "/other"}, False),
        ({"method": "DELETE"}, False),
        ({"policy": "policy 'B'"}, False),
    ],
)
def test_a_later_request_about_the_same_object_takes_the_place_of_one(
    path: Path, change: dict[str, t.Any], gone: bool
) -> None:
    file = ApprovalFile(str(path))
    later = replace(ONE, code=TWO.code, **change)
    file.keep(ONE)
    file.keep(later)
    assert file.kept() == ((later,) if gone else (ONE, later))


@pytest.mark.parametrize("mode", [None, 0o644])
def test_only_its_owner_reads_it(path: Path, mode: int | None) -> None:
    if mode is not None:
        ApprovalFile(str(path)).keep(TWO)
        path.chmod(mode)
    ApprovalFile(str(path)).keep(ONE)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_and_its_file_is_replaced(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "other" / "link.json"
    link.parent.mkdir()
    link.symlink_to(path)
    ApprovalFile(str(link)).keep(ONE)
    assert link.is_symlink()
    assert ApprovalFile(str(path)).kept() == (ONE,)


def test_two_runs_with_one_file_lose_nothing(path: Path) -> None:
    first, second = ApprovalFile(str(path)), ApprovalFile(str(path))
    first.keep(ONE)
    second.keep(TWO)
    assert ApprovalFile(str(path)).kept() == second.kept() == (ONE, TWO)


def test_a_change_begins_when_the_one_that_goes_on_has_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = ApprovalFile(str(path)), ApprovalFile(str(path))
    locks: list[int] = []

    def flock(folder: int, kind: int) -> None:
        assert os.fstat(folder).st_ino == path.parent.stat().st_ino
        locks.append(kind)
        if len(locks) == 1:
            other.keep(TWO)

    monkeypatch.setattr(fcntl, "flock", flock)
    file.keep(ONE)
    assert locks == [fcntl.LOCK_EX, fcntl.LOCK_EX]
    assert ApprovalFile(str(path)).kept() == (TWO, ONE)


def test_a_file_that_cannot_be_replaced_stays_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ApprovalFile(str(path))
    file.keep(ONE)

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"it cannot be written \(No space left on device\)"):
        file.keep(TWO)
    assert ApprovalFile(str(path)).kept() == (ONE,)
    assert [entry.name for entry in path.parent.iterdir()] == ["approvals.json"]


ENTRY = {
    "code": CODE,
    "graph_url": "",
    "tenant": "",
    "method": "PUT",
    "path": "/p",
    "body": None,
    "policy": "",
    "action": "",
    "filed": "",
}
HEAD = {"format": "m365.apps approval requests 1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps({**HEAD, "requests": {}}),
        json.dumps({**HEAD, "format": "2", "requests": []}),
        json.dumps({**HEAD, "requests": ["x"]}),
        json.dumps({**HEAD, "requests": [{**ENTRY, "code": "../x"}]}),
        json.dumps({**HEAD, "requests": [{**ENTRY, "path": 5}]}),
        json.dumps({**HEAD, "requests": [{name: value for name, value in ENTRY.items() if name != "body"}]}),
    ],
)
def test_a_file_of_something_else_is_refused_and_left_alone(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(UserError, match=r"it does not hold requests for approval\. Give the path"):
        ApprovalFile(str(path))
    assert path.read_text() == text


def test_an_entry_that_is_whole_is_taken(path: Path) -> None:
    path.write_text(json.dumps({**HEAD, "requests": [ENTRY]}))
    assert len(ApprovalFile(str(path)).kept()) == 1


def test_a_path_that_cannot_be_used_is_refused_before_any_call(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"cannot be written\. Check the path"):
        ApprovalFile(str(path.parent / "missing" / "x.json"))
    with pytest.raises(UserError, match=r"it is not a file\. Give the path"):
        ApprovalFile(str(path.parent))
    os.mkfifo(path)
    with pytest.raises(UserError, match=r"it is not a file\. Give the path"):
        ApprovalFile(str(path))
    path.unlink()
    with pytest.raises(UserError, match=r"use approval_codes: it is empty"):
        approval_options({"approval_codes": " "})
    path.write_text(json.dumps({**HEAD, "requests": []}))
    monkeypatch.setattr(os, "access", lambda place, _mode: Path(place) != path)
    with pytest.raises(UserError, match=r"approvals\.json cannot be written"):
        ApprovalFile(str(path))


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", "it is empty. Tell the second administrator why"),
        ("  ", "it is empty"),
        ("x" * 1025, "it has more than 1024 characters"),
        ("\ud800", "an unpaired surrogate"),
    ],
)
def test_a_reason_that_nobody_can_read_is_refused(path: Path, reason: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        approval_options({"approval_reason": reason, "approval_codes": str(path)})


def test_a_reason_needs_a_file_and_a_file_no_reason(path: Path) -> None:
    with pytest.raises(UserError, match="approval_codes is missing"):
        approval_options({"approval_reason": "why", "approval_codes": None})
    assert approval_options({}).keeper is None
    alone = approval_options({"approval_codes": str(path)})
    assert (alone.reason, alone.keeper is None) == (None, False)
    assert approval_options({"approval_reason": "x" * 1024, "approval_codes": str(path)}).reason == "x" * 1024


def test_many_requests_are_each_read_and_made_text_of_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    whole = approval_files._line

    def line(request: KeptRequest) -> str:
        made.append(request.code)
        return whole(request)

    monkeypatch.setattr(approval_files, "_line", line)
    monkeypatch.setattr(approval_files, "strict_json", lambda _data: pytest.fail("its own file was read again"))
    file = ApprovalFile(str(path))
    requests = [replace(ONE, code=f"{number:08}{CODE[8:]}", path=f"/{number}") for number in range(20)]
    for request in requests:
        file.keep(request)
    file.drop(requests[0])
    assert made == [request.code for request in requests]
    assert file.kept() == tuple(requests[1:])
