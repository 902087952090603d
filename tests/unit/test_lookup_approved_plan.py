# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What binds a run is read from plan.json and nothing else of it; other files are refused."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.m365.apps.plugins.lookup import approved_plan
from ansible_collections.m365.apps.plugins.lookup.approved_plan import LookupModule

DETAILS: dict[str, t.Any] = {"tenant": {"policies": []}}
PLAN: dict[str, t.Any] = {
    "mode": "plan",
    "fingerprint": "m2a",
    "plan": {"fingerprint": "m2a", "details": DETAILS, "writes": 1},
}


def read(term: t.Any) -> t.Any:
    [found] = LookupModule().run([term])
    return found


def test_the_fingerprint_and_its_details_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.json").write_text("\ufeff" + json.dumps(PLAN), encoding="utf-8")
    wanted = {"fingerprint": "m2a", "details": DETAILS}
    assert read(str(tmp_path / "plan.json")) == wanted
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert read("plan.json") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        json.dumps({**PLAN, "mode": "drift"}),
        json.dumps({**PLAN, "plan": None}),
        json.dumps({**PLAN, "plan": {"fingerprint": 7}}),
        json.dumps({**PLAN, "fingerprint": "m2b"}),
        json.dumps(PLAN["plan"]),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnsibleLookupError) as caught:
        read(str(path))
    assert str(caught.value) == (
        f"the approved plan {path}: cannot be used: it is not a plan.json of this version. "
        "Give the plan.json that the entry point plan wrote, as it was written."
    )


@pytest.mark.parametrize(
    ("term", "cause"), [("none.json", "No such file"), (".", "directory|regular file"), ("a\0b", "NUL")]
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, term: str, cause: str) -> None:
    with pytest.raises(
        AnsibleLookupError, match=rf"^the approved plan .*: cannot be used: .*{cause}.*\. Check the path"
    ):
        read(f"{tmp_path}/{term}")


def test_a_path_that_is_no_text_is_an_error() -> None:
    with pytest.raises(AnsibleLookupError, match="a path is of type int"):
        read(7)


def test_a_plan_beyond_all_bounds_is_refused_before_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**PLAN, "policies": [[]] * 50}))
    assert read(str(path))["fingerprint"] == "m2a"
    monkeypatch.setattr(approved_plan, "_MOST_VALUES", 20)
    with pytest.raises(AnsibleLookupError, match=r"it is not a plan\.json"):
        read(str(path))
    monkeypatch.setattr(approved_plan, "_MOST_BYTES", 20)
    with pytest.raises(AnsibleLookupError, match="it is larger than"):
        read(str(path))
