# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option groups in all its spellings."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import group_change
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange

NONE = GroupChange(exact=())
KEEP = GroupChange()


OBJECT = " (an object has id or display_name, and may have filter and filter_mode beside)"


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (["A", "B"], GroupChange(exact=("A", "B"))),
        ("A", GroupChange(exact=("A",))),
        ("A, B", GroupChange(exact=("A, B",))),
        ({"set": ["A"]}, GroupChange(exact=("A",))),
        ({"set": "A"}, GroupChange(exact=("A",))),
        ({"add": ["A"]}, GroupChange(add=("A",))),
        ({"add": "A"}, GroupChange(add=("A",))),
        ({"remove": ["A", "B"]}, GroupChange(remove=("A", "B"))),
        ({"add": ["A"], "remove": ["B"]}, GroupChange(add=("A",), remove=("B",))),
        ([], NONE),
        ({}, NONE),
        ("", NONE),
        ({"set": []}, NONE),
        ({"set": ""}, NONE),
        ({"add": []}, KEEP),
        ({"add": [], "remove": []}, KEEP),
        ({"remove": ""}, KEEP),
        ('["A", "B"]', GroupChange(exact=("A", "B"))),
        (' {"add": ["A"]} ', GroupChange(add=("A",))),
        ('{"set": "A"}', GroupChange(exact=("A",))),
        ("[]", NONE),
        ("{}", NONE),
        ("Team (A)", GroupChange(exact=("Team (A)",))),
        ([{"id": "x", "display_name": "A"}, "B"], GroupChange(exact=("x", "B"))),
        ({"set": [{"display_name": "A"}]}, GroupChange(exact=("A",))),
        ('{"add": [{"id": "x"}]}', GroupChange(add=("x",))),
    ],
)
def test_spellings(value: t.Any, change: GroupChange) -> None:
    assert group_change(value, "policy 'A'") == change


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (None, "it is of type NoneType"),
        (5, "it is of type int"),
        (True, "it is of type bool"),
        (False, "it is of type bool"),
        ({"set": ["A"], "add": ["B"]}, "set is combined with add or remove"),
        ({"set": [], "remove": []}, "set is combined with add or remove"),
        ({"sets": ["A"]}, "it has the unknown key sets"),
        ({"Set": ["A"]}, "it has the unknown key Set"),
        ({1: ["A"]}, "it has the unknown key 1"),
        ({"set": None}, "groups.set is null, not a list"),
        ({"add": None}, "groups.add is null, not a list"),
        ({"set": 5}, "groups.set is int, not a list"),
        ({"set": 0}, "groups.set is int, not a list"),
        ({"set": False}, "groups.set is bool, not a list"),
        ({"set": {}}, "groups.set is dict, not a list"),
        ({"set": {"A": 1}}, "groups.set is dict, not a list"),
        ([None], "groups holds None, which is not a group name or id"),
        ([5], "groups holds 5, which is not a group name or id (quote it if it is a name)"),
        ([""], "groups holds '', which is not a group name or id"),
        ([" "], "groups holds ' ', which is not a group name or id"),
        ([["A"]], "groups holds ['A'], which is not a group name or id"),
        ({"add": ["A", {"ID": "x"}]}, "groups.add holds {'ID': 'x'}, which is not a group name or id"),
        (
            [{"id": "x", "name": "A"}],
            f"groups holds {{'id': 'x', 'name': 'A'}}, which is not a group name or id{OBJECT}",
        ),
        (
            [{"id": "", "display_name": "A"}],
            "groups holds {'display_name': 'A', 'id': ''}, which is not a group name or id",
        ),
        ([{"id": None, "display_name": "A"}], "groups holds {'display_name': 'A', 'id': None}, which is not a group"),
        ([{"display_name": 5}], "groups holds {'display_name': 5}, which is not a group name or id"),
        ([{}], "groups holds {}, which is not a group name or id"),
        ({"id": "x"}, "it has the unknown key id"),
        ("[A, B]", "it looks like JSON but is not"),
        ("{set: A}", "it looks like JSON but is not"),
        ("[null]", "groups holds None, which is not a group name or id"),
        ('{"set": null}', "groups.set is null, not a list"),
    ],
)
def test_wrong_spellings_are_refused_with_the_cause(value: t.Any, cause: str) -> None:
    with pytest.raises(UserError) as caught:
        group_change(value, "policy 'A'")
    assert str(caught.value).startswith(f"policy 'A': cannot use groups: {cause}")
    assert str(caught.value).endswith("or a dict with set, or with add and remove.")


ID = "11111111-2222-4333-8444-aaaaaaaaaaaa"


@pytest.mark.parametrize("around", ["{%s}", " %s", "%s\n", "({%s})", "\t%s "])
@pytest.mark.parametrize("form", [lambda text: text, lambda text: [text], lambda text: {"add": [{"id": text}]}])
def test_an_id_with_blanks_or_braces_around_it_is_told_from_a_name(around: str, form: t.Callable[[str], t.Any]) -> None:
    with pytest.raises(UserError, match="a group id with more around it") as caught:
        group_change(form(around % ID), "policy 'A'")
    assert f"Give the id alone ({ID})" in str(caught.value)


def test_a_group_may_have_such_a_name() -> None:
    assert group_change([{"display_name": f"{{{ID}}}"}], "policy 'A'") == GroupChange(exact=(f"{{{ID}}}",))
