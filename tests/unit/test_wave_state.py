# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A state file is what the role wrote, or refused in a sentence: no wave that never ran is taken for done."""

from __future__ import annotations

import copy
import json
import os
import re
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._wave_state import STATUSES, old_file_name, read_state

Dict = dict[str, t.Any]
NAMES = ["pilot", "broad", "everybody"]
SENTENCE = re.compile(r"The waves: cannot tell how far they got: [^\n]+\. (Fix|Check|Give|Move) [^\n]+\.")


def wave(name: str, status: str | None = "waiting", **more: t.Any) -> Dict:
    return {
        "name": name,
        "groups": ["x"],
        "status": status,
        "started": None,
        "finished": None,
        "counts": {},
        "gate": None,
        **more,
    }


def record(*statuses: str, **more: t.Any) -> Dict:
    waves = [wave(name, status) for name, status in zip(NAMES, statuses or ["waiting"] * 3, strict=True)]
    return {"format": 1, "tenant": "contoso", "rollout": "abc", "backup": "", "waves": waves, **more}


def read(folder: Path, content: t.Any, tenant: str = "contoso", rollout: str = "abc", **more: t.Any) -> Dict:
    """Return what a file with this content says."""
    path = folder / "contoso.waves.json"
    text = content if isinstance(content, (str, bytes)) else json.dumps(content)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_state(str(path), tenant, rollout, NAMES, **more)


def refusal(folder: Path, content: t.Any, **more: t.Any) -> str:
    with pytest.raises(UserError) as caught:
        read(folder, content, **more)
    assert SENTENCE.fullmatch(str(caught.value)), str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "statuses",
    [
        ("waiting", "waiting", "waiting"),
        ("applying", "waiting", "waiting"),
        ("passed", "breached", "waiting"),
        ("passed", "passed", "failed"),
        ("passed", "passed", "passed"),
    ],
)
def test_what_the_role_wrote_is_taken(tmp_path: Path, statuses: tuple[str, ...]) -> None:
    # Later versions may note more.
    written = record(*statuses, more={"a": 1})
    assert read(tmp_path, written) == written
    assert read(tmp_path, b"\xef\xbb\xbf" + json.dumps(written).encode()) == written


def test_no_file_and_another_rollout_say_nothing(tmp_path: Path) -> None:
    assert read_state(str(tmp_path / "contoso.waves.json"), "contoso", "abc", NAMES) == {}
    assert read(tmp_path, record("passed", "passed", "passed"), rollout="def") == {}


def without(place: int) -> Dict:
    changed = record("passed", "passed", "passed")
    del changed["waves"][place]
    return changed


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "it is not JSON; it may be truncated"),
        ("{", "it is not JSON; it may be truncated"),
        (json.dumps(record())[:-9], "it is not JSON; it may be truncated"),
        (b"\xff\xfe", "it is not UTF-8"),
        ("[" * 100_000, "it is not JSON; it may be truncated"),
        ([], "it does not hold a dict"),
        (None, "it does not hold a dict"),
        ({}, "its format is null, not 1"),
        (record(format="1"), 'its format is "1", not 1'),
        (record(format=True), "its format is true, not 1"),
        (record(format=2), "its format is 2, not 1"),
        (record(waves=[]), "it has no waves"),
        (record(waves=None), "waves is null, not a list"),
        (record(waves={"pilot": "passed"}), "not a list"),
        (record(waves=["pilot", "broad", "everybody"]), "its waves[0] is not a dict"),
        (record(backup=None), "backup is null, not a text"),
        (record(tenant=5), "tenant is 5, not a text"),
        ({key: value for key, value in record().items() if key != "rollout"}, "rollout is missing"),
        (record(tenant="fabrikam"), "it is of the tenant fabrikam, and this is contoso"),
        (without(2), "it has the waves pilot, broad, and this rollout has pilot, broad, everybody"),
        (without(0), "it has the waves broad, everybody, and this rollout has"),
        (record(waves=[wave(name) for name in reversed(NAMES)]), "it has the waves everybody, broad, pilot"),
        (record(waves=[wave(name) for name in [*NAMES, "more"]]), "it has the waves pilot, broad, everybody, more"),
        (record(waves=[wave("a"), wave("a"), wave("b")]), "two of its waves have one name"),
        (record(waves=[wave(name, "done") for name in NAMES]), 'waves[0].status is "done", not one of waiting'),
        (record(waves=[wave(name, status=None) for name in NAMES]), "waves[0].status is null, not a text"),
        (record(waves=[wave(name, gate="open") for name in NAMES]), "waves[0].gate is "),
        (record("waiting", "passed", "passed"), "its wave broad is passed, and pilot before it is waiting"),
        (record("passed", "waiting", "passed"), "its wave everybody is passed, and broad before it is waiting"),
    ],
)
def test_what_the_role_did_not_write_is_refused(tmp_path: Path, content: t.Any, says: str) -> None:
    assert says in refusal(tmp_path, content)


VALUES: st.SearchStrategy[t.Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
)


@given(data=st.data())
def test_any_damage_is_refused_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Replace, take away or repeat any part: the answer is a sentence, or a record in which no wave gained ground."""
    folder = tmp_path_factory.mktemp("state")
    before = record("passed", "failed", "waiting")
    damaged = copy.deepcopy(before)
    holders: list[t.Any] = [damaged, damaged["waves"], *damaged["waves"]]
    holder = data.draw(st.sampled_from(holders))
    key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    if data.draw(st.booleans()):
        holder[key] = data.draw(VALUES)
    else:
        del holder[key]
    try:
        found = read(folder, damaged)
    except UserError:
        refusal(folder, damaged)
        return
    assert found == {} or [each["status"] for each in found["waves"]] == ["passed", "failed", "waiting"]


@given(st.lists(st.sampled_from(STATUSES), min_size=3, max_size=3))
def test_no_wave_is_done_before_those_in_front_of_it(
    tmp_path_factory: pytest.TempPathFactory, statuses: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    begun = [status for status in statuses if status != "waiting"]
    in_order = statuses[: len(begun)] == begun and set(begun[:-1]) <= {"passed"}
    if in_order:
        assert read(folder, record(*statuses))
    else:
        refusal(folder, record(*statuses))


# What cannot be read is not absent.


@pytest.mark.parametrize("make", ["link", "folder", "pipe"])
def test_what_is_no_file_is_not_absence(tmp_path: Path, make: str) -> None:
    path = tmp_path / "contoso.waves.json"
    makers: dict[str, t.Callable[[], None]] = {
        "link": lambda: path.symlink_to("nowhere"),
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
    }
    makers[make]()
    with pytest.raises(UserError, match="it cannot be read: ") as caught:
        read_state(str(path), "contoso", "abc", NAMES)
    assert SENTENCE.fullmatch(str(caught.value))


# Files of earlier versions


def test_the_state_under_an_old_name_is_told(tmp_path: Path) -> None:
    old = tmp_path / old_file_name("A B")
    assert old.name == "A_B.waves.json"
    old.write_text(json.dumps(record("passed", "failed", "waiting", tenant="A/B")))
    new = tmp_path / "a_b-3fd5.waves.json"
    with pytest.raises(UserError) as caught:
        read_state(str(new), "A B", "abc", NAMES)
    assert SENTENCE.fullmatch(str(caught.value))
    # It is that of the other tenant, which shared it.
    assert f"{old}: an earlier version kept the state of the tenant A/B there. Move it to {tmp_path}/a_b-" in str(
        caught.value
    )
    old.write_text("{")
    with pytest.raises(UserError, match=r"A_B.*it is not JSON"):
        read_state(str(new), "A B", "abc", NAMES)
    old.unlink()
    assert read_state(str(new), "A B", "abc", NAMES) == {}


def test_the_state_next_to_the_playbook_is_told(tmp_path: Path) -> None:
    old = tmp_path / "playbooks" / "state"
    old.mkdir(parents=True)
    (old / "contoso.waves.json").write_text(json.dumps(record("passed", "passed", "passed")))
    new = str(tmp_path / "state" / "contoso.waves.json")
    with pytest.raises(UserError, match=f"Move it to {re.escape(new)} to go on with it, or delete it to begin"):
        read_state(new, "contoso", "abc", NAMES, str(old))
    # The same folder is no other one.
    assert read_state(str(old / "fabrikam.waves.json"), "fabrikam", "abc", NAMES, str(old)) == {}
    # What is under the new name counts.
    (tmp_path / "state").mkdir()
    Path(new).write_text(json.dumps(record()), encoding="utf-8")
    assert read_state(new, "contoso", "abc", NAMES, str(old)) == record()
