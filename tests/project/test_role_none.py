# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the role that may be none. ansible-core before 2.19 makes an empty text of a template that is none."""

from __future__ import annotations

import re
from pathlib import Path

ROLE = Path(__file__).resolve().parents[2] / "roles" / "rollout"
FILES = sorted(path for part in ("tasks", "vars", "handlers") for path in (ROLE / part).glob("*.yml"))
# A variable whose template returns none in one case, on its line or the one behind it.
_MAY_BE_NONE = re.compile(r"^\s*(rollout__\w+):\s*(?:>-\s*)?\"?\{\{ (?:none if .*|.* else none) \}\}", re.MULTILINE)
_COMPARED = re.compile(r"\b(rollout__\w+) is (?:not )?none\b")


def test_no_variable_is_compared_with_none_alone() -> None:
    found = {path.name: _COMPARED.findall(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: variables for name, variables in found.items() if variables} == {}


def test_each_use_of_one_that_may_be_none_takes_an_empty_text_for_none() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    names = {name for text in texts.values() for name in _MAY_BE_NONE.findall(text)}
    assert names == {"rollout__report_groups"}
    uses = [
        line.strip()
        for text in texts.values()
        for line in text.splitlines()
        for name in names
        if name in line and not line.startswith(f"{name}:") and f"{name} in [none, '']" not in line
    ]
    assert uses == []
