# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the action plugins that no module gets: lists as text, dates and numbers as modules read them."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.action.definition_files import SPEC as FILES
from ansible_collections.m365.apps.plugins.action.wait_for_checkins import SPEC as GATE
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options


@pytest.mark.parametrize("form", ['[{"id": "1"}]', "[{'id': '1'}]", [{"id": "1"}], '\ufeff[{"id": "1"}]'])
def test_policies_may_be_the_text_of_a_list(form: t.Any) -> None:
    assert own_options({"path": "x", "configs": form}, FILES)["configs"] == [{"id": "1"}]


def test_names_of_a_gate_may_be_the_text_of_a_list() -> None:
    options = own_options({"gate": '{"policies": ["A, B"], "timeout": "5"}'}, GATE)
    assert (options["gate"]["policies"], options["gate"]["timeout"]) == (["A, B"], 5)


@pytest.mark.parametrize(
    ("arguments", "spec", "says"),
    [
        ({"path": "x", "configs": "a, b"}, FILES, "the option configs: cannot use it: it is text, not a list"),
        ({"path": "x", "configs": {}}, FILES, "the option configs: cannot use it: it is a dict, not a list"),
        (
            {"path": "x", "configs": [5]},
            FILES,
            "the option configs|Elements value for option 'configs'",
        ),
        (
            {"path": "x", "configs": [], "group_names": "a=b"},
            FILES,
            "the option group_names: cannot use it",
        ),
        ({"path": datetime.date(2026, 1, 2), "configs": []}, FILES, "path is a date, not a text"),
        ({"path": False, "configs": []}, FILES, "path is a boolean, not a text"),
        ({"path": "x", "configs": [], "format": "xml"}, FILES, "format must be one of: yaml, json"),
        ({"configs": []}, FILES, "missing required arguments: path"),
        ({"gate": {"policies": "A, B"}}, GATE, "the option gate.policies: cannot use it: it is text, not a list"),
        ({"gate": {"timeout": "inf"}}, GATE, "gate.timeout is 'inf .too large.', not a whole number"),
        ({"gate": {}, "label": datetime.date(2026, 1, 2)}, GATE, "label is a date, not a text"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: dict[str, t.Any], spec: dict[str, t.Any], says: str) -> None:
    with pytest.raises(UserError, match=says):
        own_options(arguments, spec)
