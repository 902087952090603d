# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""limit_to_groups by its old name, reach: it does the same, is read by the same rules, and is told to be deprecated."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.utils.display import Display

from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, FuzzTenant, refused, run
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIGS

NAMES = ["limit_to_groups", "reach"]
GROUP = next(iter(GROUPS))
POLICIES = [{"display_name": "New", "groups": list(GROUPS)}]


@pytest.mark.parametrize("text", [False, True])
def test_both_names_do_the_same(text: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # Newer cores show a notice at once where they run on the controller; older ones leave it in the result.
    shown: list[str] = []
    monkeypatch.setattr(Display, "deprecated", lambda _self, msg, *_args, **_options: shown.append(msg))
    groups: t.Any = json.dumps([GROUP]) if text else [GROUP]
    now = run(FuzzTenant(), OFFICE_CLIENT_CONFIGS, {"policies": POLICIES, "limit_to_groups": groups})
    assert not now.get("failed"), now.get("msg")
    assert now["results"][0]["pending"] == ["groups"]
    assert shown == []
    before = run(FuzzTenant(), OFFICE_CLIENT_CONFIGS, {"policies": POLICIES, "reach": groups})
    assert before["results"][0]["pending"] == ["groups"]
    assert before["plan"]["fingerprint"] == now["plan"]["fingerprint"]
    [notice] = {*shown} or {each["msg"] for each in before["deprecations"]}
    assert "Alias 'reach' is deprecated" in notice


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("value", "words"), [(None, "it is null"), ("Pilot, All", "it is text, not a list")])
def test_what_means_nothing_is_refused_by_the_name_that_was_given(name: str, value: t.Any, words: str) -> None:
    said = refused(FuzzTenant(), OFFICE_CLIENT_CONFIGS, {"policies": POLICIES, name: value})
    assert name in said
    assert words in said
