# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Display names beside the lines of a diff: by the same keys, and only where the catalog knows them."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.changes import names, sides
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import fields_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.module_utils._converge.diff import diff_of
from ansible_collections.m365.apps.plugins.module_utils._converge.stages import PlannedItem
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, PolicyType
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.random_settings import policy

REPAIR = {"setting": "office16/L_OwnRepair", "values": {"L_Again": 1, "L_Days": 5, "L_Hour": 4, "L_Place": "here"}}
RARELY = {**REPAIR, "values": {"L_Again": 0, "L_Days": 6, "L_Place": "here"}}


def compiled(*entries: t.Any) -> Settings:
    return compile_settings(list(entries), own.CATALOG)


def test_a_change_has_the_names_of_setting_and_value() -> None:
    before, after = (
        compiled({"setting": "excel16/L_OwnMacros", "value": 1}),
        compiled({"setting": "excel16/L_OwnMacros"}),
    )
    title = "Let macros run in own workbooks (User)"
    assert names(before, after, own.CATALOG) == (
        {"excel16/L_OwnMacros": f"{title}: Run all of them"},
        {"excel16/L_OwnMacros": f"{title}: Run those with a signature"},
    )


def test_each_element_that_differs_has_its_own_name() -> None:
    title = "Repair own add-ins that are signed"
    assert names(compiled(REPAIR), compiled(RARELY), own.CATALOG) == (
        {
            "office16/L_OwnRepair.L_Again": f"{title}: How often: Each day",
            "office16/L_OwnRepair.L_Days": title,
            "office16/L_OwnRepair.L_Hour": title,
        },
        {"office16/L_OwnRepair.L_Again": f"{title}: How often: Never", "office16/L_OwnRepair.L_Days": title},
    )


def test_what_comes_and_goes_has_the_name_of_the_setting() -> None:
    assert names(compiled(REPAIR), compiled({"setting": "outlk16/L_OwnPairs", "value": {"a": "b"}}), own.CATALOG) == (
        {"office16/L_OwnRepair": "Repair own add-ins that are signed"},
        {"outlk16/L_OwnPairs": "Own pairs"},
    )


@given(st.randoms(use_true_random=False))
def test_names_are_of_lines_and_without_texts_there_are_none(rng: random.Random) -> None:
    before, after = policy(rng, most=4), policy(rng, most=4)
    assert names(before, after, built_in()) == ({}, {})
    known = [found for key in {*before, *after} if (found := built_in().get(key))]
    titled = Catalog((replace(each, title="A name") for each in known), below=built_in())
    for lines, named in zip(sides(before, after, titled), names(before, after, titled), strict=True):
        assert lines.keys() == named.keys()
        assert all(name.startswith("A name") for name in named.values())


def planned(before: Settings | None, after: Settings | None) -> PlannedItem:
    fields = fields_of(lambda: own.CATALOG)
    old, new = (None if each is None else Policy("p1", PolicyType("x"), {"settings": each}) for each in (before, after))
    return PlannedItem(DesiredPolicy("the task", display_name="P"), old, new, fields=fields)


def test_a_diff_keeps_its_sides_and_has_the_names_beside_them() -> None:
    diff = diff_of(planned(compiled(REPAIR), compiled(RARELY)))
    assert diff is not None
    assert diff["before"] == {"settings": sides(compiled(REPAIR), compiled(RARELY), own.CATALOG)[0]}
    assert diff["names"]["after"]["office16/L_OwnRepair.L_Again"].endswith("How often: Never")
    created = diff_of(planned(None, compiled(REPAIR)))
    assert created is not None
    assert created["names"] == {"before": {}, "after": {"office16/L_OwnRepair": "Repair own add-ins that are signed"}}


def test_a_report_has_the_names_and_the_sides_as_they_are() -> None:
    item = {"display_name": "P", "status": "updated", "before": {"settings": {"a": 1}}, "after": {"settings": {"a": 2}}}
    given = {"before": {"a": "A: One"}, "after": {"a": "A: Two"}}
    [shown] = report_of({"results": [{**item, "names": given}]})["policies"]
    assert (shown["names"], shown["before"], shown["after"]) == (given, item["before"], item["after"])
    [bare] = report_of({"results": [item]})["policies"]
    assert "names" not in bare
