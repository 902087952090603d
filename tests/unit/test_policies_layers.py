# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Layers, case by case: how parts are called, what is refused, what goes with them, what lint says."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Prune
from ansible_collections.m365.apps.plugins.module_utils._policy.part_names import (
    description_of_part,
    name_of_part,
    owner_of_part,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, PolicyType
from ansible_collections.m365.apps.plugins.plugin_utils import _surface_rules
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layer_names import layer_guards, with_parts
from ansible_collections.m365.apps.tests.unit.layered import SPELLED, layered, members, names, policy, refusal
from ansible_collections.m365.apps.tests.unit.own_settings import MACROS
from ansible_collections.m365.apps.tests.unit.own_settings import write as write_catalog
from ansible_collections.m365.apps.tests.unit.some_policies import Document, findings

FINANCE = policy("Macros for Finance", 1, ("Finance",), 4)
STAFF = policy("Macros", 5, ("Staff",), 3)


def test_a_part_is_called_after_the_groups_that_it_leaves_to_others_and_says_whose_it_is() -> None:
    staff = policy("Macros", 5, ("Staff",), description="Of all", id="7", scope_tags=["T"])
    staff["settings"] = [SPELLED["excel", 3][0], SPELLED["word", 3][1]]
    assert layered([staff, FINANCE]) == [
        {
            "display_name": "Macros",
            "id": "7",
            "description": "Of all",
            "scope_tags": ["T"],
            "settings": [SPELLED["word", 3][1]],
            "groups": ["Staff"],
            "exclude_groups": [],
            "all_users": False,
            "all_devices": False,
        },
        {
            "display_name": "Macros (not for Finance)",
            "description": "Of all\nPart of 'Macros' for all but Finance, "
            "for whom stronger policies have other values.",
            "scope_tags": ["T"],
            "settings": [SPELLED["excel", 3][0]],
            "groups": ["Staff"],
            "exclude_groups": ["Finance"],
            "all_users": False,
            "all_devices": False,
        },
        {
            "display_name": "Macros for Finance",
            "settings": [SPELLED["excel", 4][0]],
            "groups": ["Finance"],
            "exclude_groups": [],
            "all_users": False,
            "all_devices": False,
        },
    ]


@pytest.mark.parametrize(
    ("policies", "called"),
    [
        ([], []),
        ([policy("A")], ["A"]),
        ([policy("A", 1), policy("B", 2)], ["A", "B"]),
        # Nobody is left of B.
        ([policy("A", 1, value=4), policy("B", 2)], ["A"]),
        ([policy("A", 1, "GH", 4), policy("B", 2, "HI")], ["A", "B (not for G, H)"]),
        # Nobody gets both.
        ([policy("A", 1, "GH", 4, exclude_groups=["I"]), policy("B", 2, "I")], ["A", "B"]),
        ([policy("A", 1, "G", 4), policy("B", 2, "I", exclude_groups=["G"])], ["A", "B"]),
        # B excludes H anyway.
        ([policy("A", 1, "GH", 4), policy("B", 2, "I", exclude_groups=["H"])], ["A", "B (not for G)"]),
        (
            [policy("A", 1, "G", 4, exclude_groups=["J"]), policy("B", 2, "I", exclude_groups=["J"])],
            ["A", "B (not for G)"],
        ),
        ([policy("A", 1, "G", 4), policy("B", 2, "", all_users={"filter": "F"})], ["A", "B (not for G)"]),
        ([policy("A", 1, "", 4), policy("B", 2)], ["A", "B"]),
        # Without a priority it stays as it is, and one that goes does not count.
        ([policy("A", None), policy("B", 2)], ["A", "B"]),
        ([policy("A", 1, value=4, state="absent"), policy("B", 2)], ["A", "B"]),
        ([policy("A", 1, settings=[])], ["A"]),
        ([policy("A", 1, settings={"set": [SPELLED["excel", 4][0]]}), policy("B", 2, "I")], ["A", "B (not for G)"]),
        (
            [policy("A", 1, settings=str(SPELLED["excel", 4][:1]).replace("'", '"')), policy("B", 2, "I")],
            ["A", "B (not for G)"],
        ),
        ([policy("A", 1, {"set": ["G"]}, 4), policy("B", 2, "I")], ["A", "B (not for G)"]),
    ],
)
def test_parts_are_made_where_somebody_may_get_both(policies: list[Document], called: list[str]) -> None:
    assert names(*policies) == called


def test_a_group_by_name_and_by_id_is_one_where_that_is_known() -> None:
    key = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
    policies = policy("A", 1, (key.upper(),), 4), policy("B", 2, ("Pilots", "Staff"))
    assert names(*policies) == ["A", f"B (not for {key})"]
    [_strong, part] = layered([*policies], group_names={key: "Pilots"})
    assert part["display_name"] == "B (not for Pilots)"
    assert (part["groups"], part["exclude_groups"]) == (["Staff"], [key.upper()])
    told = policy("C", 3, ({"id": key, "display_name": "Pilots"},), settings=[SPELLED["word", 3][0]])
    part = layered([*policies, told])[1]
    assert (part["display_name"], part["exclude_groups"]) == ("B (not for Pilots)", told["groups"])


def test_many_groups_are_cut_in_names_and_told_apart() -> None:
    groups = [f"A group with a long name {number}" for number in range(12)]
    strong = [policy(f"S{number}", number, (each,), 4) for number, each in enumerate(groups)]
    strong[3]["settings"] = [SPELLED["excel", 4][0], SPELLED["word", 4][0]]
    weak = policy("W", 99, ("Staff",), settings=[SPELLED["excel", 3][0], SPELLED["word", 3][0]])
    [long, short] = [each for each in names(*strong, weak) if each.startswith("W")]
    assert short == "W (not for A group with a long name 3)"
    assert long.startswith("W (not for A group with a long name 0, A group with a long name 1 and 10 more, ")
    assert len(long) < 120
    # Another set with the same beginning has another name.
    assert long not in names(*strong[:-1], weak)


def test_a_second_spelling_of_the_same_value_needs_no_exclusion(tmp_path: t.Any) -> None:
    """The display name of an option is known from a catalog file alone."""
    path = str(write_catalog(tmp_path / "catalog.jsonl"))
    own = f"excel16/{MACROS.name}"
    one, other = (
        policy(name, place, group, settings=[{"setting": own, "value": value}])
        for place, (name, group, value) in enumerate((("A", "G", "Run all of them"), ("B", "H", 1)))
    )
    assert names(one, other, catalog_file=path) == ["A", "B"]
    assert "cannot use its settings" in refusal(one, other)
    assert "cannot be read" in refusal(one, catalog_file=str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        ([policy("A", 1, "", 4, all_users=True), policy("B", 2)], "'A' goes to all users, whom no policy can exclude"),
        (
            [policy("A", 1, "", 4, all_devices=True), policy("B", 2)],
            "'A' goes to all devices, which no policy can exclude",
        ),
        (
            [policy("A", 1, "G", 4), policy("B", 2, "", all_devices="yes")],
            "'B' goes to all devices, from which no groups",
        ),
        ([policy("A", 1, value=4, groups=members("G", True)), policy("B", 2, "H")], "'A' has an assignment filter"),
        (
            [policy("A", 1, "G", 4, exclude_groups=["J"]), policy("B", 2, "H")],
            "'A' excludes group 'J' and 'B' does not",
        ),
        ([policy("A", 1, "G", 4), policy("B", None, "H")], "'B' has no priority. Give each of them a priority"),
        ([policy("A", None, "G", 4), policy("B", None, "H")], "'A' and 'B' have no priority"),
        ([policy("A", None, {"add": []}, 4), policy("B", 1, "H")], "'A' has no priority"),
        ([policy("A", 1), policy("B", 1)], "2 policies ('A', 'B'): cannot layer them: they share priority 1"),
        ([policy("A", 1, settings={"add": SPELLED["excel", 3][:1]})], "it does not say all of its settings"),
        ([policy("A", 1, settings=None) | {"settings": None}], "it does not say all of its settings"),
        ([policy("A", 1, groups={"add": ["G"]})], "it does not say all of its targets"),
        ([policy("A", 1, exclude_groups={"remove": ["G"]})], "it does not say all of its targets"),
        ([{"display_name": "A", "priority": 1, "settings": []}], "it does not say all of its targets"),
        ([{**policy("A", 1), "display_name": "", "id": "7"}], "policy '7': cannot layer it: it has no display_name"),
        ([policy("A", "first")], "priority is 'first', not a whole number"),  # type: ignore[arg-type]
        ([policy("A", 1, settings=[{"setting": "excel16/L_No"}])], "cannot layer it: cannot use its settings"),
        ([policy("A", settings="[{]")], "cannot layer it: cannot use its settings"),
        ([policy("A", 1, groups=[7])], "its groups cannot be used"),
        ([FINANCE, policy("Macros", 5, ("Staff",), id="7")], "policy 'Macros': cannot layer it: it has an id"),
        ([FINANCE, policy("Macros", 5, ("Staff",), description="x" * 990)], "its description leaves no room"),
        ([FINANCE, STAFF, policy("Macros (not for Finance)")], "2 policies: cannot layer them: all would be called"),
        ([FINANCE, STAFF, policy("Macros (not for Finance)", state="absent")], "2 policies: cannot layer them"),
    ],
)
def test_what_cannot_be_layered_is_refused(policies: list[Document], says: str) -> None:
    told = refusal(*policies)
    assert told.startswith("m365.apps.layered_policies: ")
    assert says in told


def test_all_that_is_wrong_is_told_at_once() -> None:
    policies = (
        policy("A", 1, "", 4, all_users=True),
        policy("B", 2),
        policy("C", 2, groups={"add": ["G"]}),
        policy("D", None, "H"),
        policy("E", 3, settings=[{"setting": "excel16/L_No"}]),
    )
    told = refusal(*policies)
    assert told.count("cannot layer") == 5
    assert told == refusal(*reversed(policies))


@pytest.mark.parametrize("wrong", [None, "A", {"display_name": "A"}, ["A"]])
def test_what_is_no_list_of_policies_is_refused(wrong: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="cannot use"):
        layered(wrong)


@pytest.mark.parametrize(
    "form",
    [
        lambda entries: entries,
        json.dumps,
        lambda entries: {"set": entries},
        lambda entries: {"set": json.dumps(entries)},
        lambda entries: json.dumps({"set": entries}),
        lambda entries: json.dumps({"set": json.dumps(entries)}),
    ],
)
def test_no_form_of_settings_loses_any(form: t.Callable[[t.Any], t.Any]) -> None:
    """Each form that the modules take: what a policy does not get back, a rollout would delete from it."""
    entries = [SPELLED["excel", 3][0], SPELLED["word", 3][0]]
    [_strong, base, part] = layered([policy("A", 1, value=4), policy("B", 2, "H", settings=form(entries))])
    assert (base["settings"], part["settings"]) == (entries[1:], entries[:1])


@pytest.mark.parametrize("more", [{}, {"priority": 5}])
def test_a_policy_that_is_to_be_absent_goes_with_its_parts(more: Document) -> None:
    """A part that stays would still set what it set, and meet what others get now."""
    made = _surface_rules.layers_of_rollout([{"display_name": "Macros", "state": "absent", **more}, FINANCE])
    assert made["leftovers"] == ["Macros", "Macros for Finance"]
    assert _surface_rules.layers_of_rollout([{"id": "7", "state": "absent"}])["leftovers"] == []


def test_what_was_made_before_is_known_by_its_name() -> None:
    made = _surface_rules.layers_of_rollout(
        [FINANCE, STAFF, policy("Plain [x]", 7, "J", settings=SPELLED["word", 3][:1])]
    )
    assert made["leftovers"] == ["Macros for Finance", "Macros", "Plain [[]x]"]
    assert [each["definition"] for each in made["layers"]] == ["Macros for Finance", "Macros", "Plain [x]"]
    assert made["layers"][1]["policies"] == [
        {
            "display_name": "Macros (not for Finance)",
            "without": ["Finance"],
            "settings": ["excel16/L_VBAWarningsPolicy"],
        }
    ]
    # What would meet its own parts is to be absent: not pruned, which ``protect`` may prevent without a word.
    assert made["policies"][-1] == {"display_name": "Macros", "state": "absent"}
    assert [each["display_name"] for each in made["policies"]].count("Macros") == 1
    assert with_parts(["Macros", "Contoso*"]) == ["Macros", "Contoso*", "Macros (not for *)"]


MADE = {"leftovers": ["A"]}


@pytest.mark.parametrize(
    ("given", "guards"),
    [
        ((False, {}, []), (True, {"parts_of": ["A"]}, [])),
        # Nothing of a scope counts without the pruning that it is of.
        ((False, {"display_name": ["B"]}, ["C"]), (True, {"parts_of": ["A"]}, ["C", "C (not for *)"])),
        (
            (True, {"display_name": "B, D*"}, []),
            (True, {"display_name": "B, D*", "parts_of": ["B", "D*", "A"]}, []),
        ),
        # A protected policy does not keep parts that would meet its others; those of policies not described stay.
        ((False, {}, ["A", "C"]), (True, {"parts_of": ["A"]}, ["A", "C", "C (not for *)"])),
        (
            (False, {}, ["A (not for *)"]),
            (True, {"parts_of": ["A"]}, ["A (not for *)", "A (not for *) (not for *)"]),
        ),
        # What the module refuses without layers, it refuses with them.
        ((True, {}, []), (True, {}, [])),
        ((True, {"display_name": []}, []), (True, {"display_name": []}, [])),
    ],
)
def test_pruning_takes_parts_that_are_not_made_any_more(given: tuple[t.Any, ...], guards: tuple[t.Any, ...]) -> None:
    assert tuple(layer_guards(MADE, *given).values()) == guards
    assert not layer_guards({"leftovers": []}, False, {}, [])["prune"]


# Lint


def rules(*policies: Document, **options: t.Any) -> list[tuple[str, str]]:
    return [(each["level"], each["rule"]) for each in findings([*policies], **options)]


def test_a_priority_is_an_error_of_lint_unless_there_are_layers() -> None:
    assert ("error", "foreign_option") in rules(FINANCE, STAFF, surface="settings_catalog")
    # Layers are of one surface alone, so it needs no name, and nothing that is compiled can conflict.
    assert rules(FINANCE, STAFF, layers=True) == []
    assert rules(FINANCE, STAFF, layers="true") == []
    assert ("error", "foreign_option") in rules(FINANCE, layers="no", surface="settings_catalog")
    with pytest.raises(AnsibleFilterError, match="layers: cannot make them"):
        findings([FINANCE], layers=True, surface="office_configuration")


def test_lint_tells_what_cannot_be_layered_and_what_nobody_gets() -> None:
    assert rules(policy("A", 1, value=4), policy("B", 1, "H"), layers=True) == [("error", "not_layered")]
    [found] = findings([policy("A", 1, value=4), policy("B", 2)], layers=True)
    assert (found["level"], found["rule"], found["policies"]) == ("warning", "shadowed", ["A", "B"])
    assert found["setting"] == "excel16/L_VBAWarningsPolicy"


def test_lint_tells_of_settings_that_cannot_be_read_once() -> None:
    assert rules(policy("A", 1, settings=[{"setting": "excel16/L_No"}]), layers=True) == [("error", "unknown_setting")]
    # Such a one is a note where nothing is to be compared.
    foreign = policy("A", 1, settings=[{"setting": "microsoft_edge/HomepageLocation"}])
    assert rules(foreign, layers=True) == [("error", "not_layered"), ("note", "unchecked_setting")]


MACROS_OF_TWO = [SPELLED["excel", 3][0], SPELLED["word", 3][0]]
NAMES_OF_PARTS = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["A", "A (not for B)", "(not for ", ")", "A (not for B) (not for C)", "A\nB"]
)


@given(NAMES_OF_PARTS, NAMES_OF_PARTS, st.sampled_from(["", "Own", "Own\nlines"]))
def test_a_part_is_told_by_its_name_and_its_description_together(policy_name: str, groups: str, own: str) -> None:
    name, description = name_of_part(policy_name, groups), description_of_part(policy_name, groups, own)
    assert owner_of_part(name, description) == policy_name
    # Somebody else's policy of that name, one that was renamed, and the policy whose part it is.
    for other in (own, "", f"{description}.", f"{description}\nMore"):
        assert owner_of_part(name, other) is None
    assert owner_of_part(f"{name} 2", description) is None
    assert owner_of_part(policy_name, own) is None


def test_what_only_has_the_name_of_a_part_is_not_pruned() -> None:
    """The guards of layers on policies as they are live."""
    [_strong, _base, part] = layered([policy("A", 1, value=4), policy("B", 2, "H", settings=[*MACROS_OF_TWO])])
    made = _surface_rules.layers_of_rollout([policy("A", 1), policy("B", 2, "H")])
    scope = layer_guards(made, False, {}, [])["prune_scope"]
    prune = Prune(names=(), parts_of=tuple(scope["parts_of"]))
    live = {
        "the part": (part["display_name"], part["description"]),
        "of somebody else": (part["display_name"], "Not for group G, says the help desk"),
        "of another policy": ("C (not for G)", description_of_part("C", "G", "")),
        "the policy": ("B", ""),
    }
    taken = {
        what
        for what, (name, description) in live.items()
        if prune.takes(Policy("p", PolicyType(""), {"display_name": name, "description": description}))
    }
    assert taken == {"the part"}
