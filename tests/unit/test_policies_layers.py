# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Layers, held against every person there can be: each set of groups, with and without the filter.

What somebody must get is found by looking at all policies, the strongest first, and knows nothing of exclusions made.
"""

from __future__ import annotations

import itertools
import json
import random
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.filter import layered_policies as plugin
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.elements import elements_of
from ansible_collections.m365.apps.plugins.plugin_utils import _surface_rules
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layer_names import with_parts
from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import layer_guards
from ansible_collections.m365.apps.tests.unit.own_settings import MACROS
from ansible_collections.m365.apps.tests.unit.own_settings import write as write_catalog
from ansible_collections.m365.apps.tests.unit.some_policies import Document, conflicts, findings

layered = plugin.FilterModule().filters()["layered_policies"]

GROUPS = ("G", "H", "I", "J")
IDS = {name: f"1000000{place}-0000-4000-8000-00000000000a" for place, name in enumerate(GROUPS)}
NAMES = {key: name for name, key in IDS.items()}
MEMBERSHIPS = [frozenset(each) for size in range(len(GROUPS) + 1) for each in itertools.combinations(GROUPS, size)]
ELEMENTS = {
    app: elements_of(built_in().of_name(f"{app}16", "L_VBAWarningsPolicy")[0], built_in())[0].name
    for app in ("excel", "word", "ppt")
}
# Spellings of one value of a setting, by what is set to what.
SPELLED: t.Mapping[tuple[str, int], list[Document]] = {
    (app, value): [
        {"setting": f"{app}16/L_VBAWarningsPolicy", "value": value},
        {"setting": f"{app}16;l_vbawarningspolicy", "value": str(value)},
        {"setting": f"{app}16/L_VBAWarningsPolicy", "values": {ELEMENTS[app]: value}},
    ]
    for app in ELEMENTS
    for value in (3, 4)
}
MEANT = {repr(spelled): meant for meant, each in SPELLED.items() for spelled in each}


def policy(name: str, priority: int | None = None, groups: t.Any = ("G",), value: int = 3, **more: t.Any) -> Document:
    """Return a policy with one setting unless others are given."""
    given = {
        "display_name": name,
        "priority": priority,
        "groups": list(groups) if isinstance(groups, (str, tuple)) else groups,
        "settings": [SPELLED["excel", value][0]],
    }
    return {key: each for key, each in {**given, **more}.items() if each is not None}


def refusal(*policies: Document, **options: t.Any) -> str:
    with pytest.raises(AnsibleFilterError) as caught:
        layered([*policies], **options)
    return str(caught.value)


def names(*policies: Document, **options: t.Any) -> list[str]:
    return [each["display_name"] for each in layered([*policies], **options)]


# Random sets


def members(groups: t.Iterable[str], filtered: bool = False) -> list[t.Any]:
    return [{"display_name": each, "filter": "F", "filter_mode": "include"} if filtered else each for each in groups]


def name_of(member: t.Any) -> str:
    """Return the name of a group, however it is written."""
    text = str(member["display_name"] if isinstance(member, dict) else member)
    return NAMES.get(text.lower(), text)


@st.composite
def spelled(draw: st.DrawFn, groups: t.Sequence[str]) -> list[t.Any]:
    """Groups as they may be written where the names of their ids are known."""
    forms = [(each, IDS[each], IDS[each].upper(), {"id": IDS[each], "display_name": each}) for each in groups]
    return [draw(st.sampled_from(each)) for each in forms]


@st.composite
def policy_sets(draw: st.DrawFn, plain: bool = False) -> list[Document]:
    """Policies with distinct priorities; ``plain`` ones have groups alone."""
    found = []
    for place, name in enumerate(draw(st.permutations("ABCDE"))[: draw(st.integers(2, 5))]):
        chosen = draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=3))
        set_to = draw(st.dictionaries(st.sampled_from(("excel", "word", "ppt")), st.sampled_from((3, 4)), min_size=1))
        settings = [draw(st.sampled_from(SPELLED[each])) for each in set_to.items()]
        document: Document = {
            "display_name": name,
            "priority": place * 3,
            "groups": draw(spelled(chosen)),
            "settings": settings,
        }
        rare = draw(st.integers(0, 11))
        if not plain and rare < 4:
            left = sorted(set(GROUPS) - set(chosen))
            document |= (
                {"exclude_groups": draw(spelled(left[:1]))},
                {"all_users": True},
                {"groups": members(chosen, filtered=True)},
                {"all_users": {"filter": "F", "filter_mode": "exclude"}, "exclude_groups": left[-1:]},
            )[rare]
        found.append(document)
    return found


def gets(document: Document, groups: t.Collection[str], passes: bool) -> bool:
    """Tell whether somebody in these groups, whose device passes the filter or not, gets a policy."""
    if set(map(name_of, document.get("exclude_groups", []))) & set(groups):
        return False
    wanted = [member for member in document.get("groups", []) if name_of(member) in groups]
    if document.get("all_users"):
        wanted.append(document["all_users"])
    modes = [each.get("filter_mode") if isinstance(each, dict) else None for each in wanted]
    return any(mode is None or (mode == "include") == passes for mode in modes)


def meant(document: Document) -> dict[str, int]:
    return dict(MEANT[repr(entry)] for entry in document["settings"])


def must_get(policies: list[Document], groups: t.Collection[str], passes: bool) -> dict[str, int]:
    """Return the value of each setting that the strongest policy has."""
    found: dict[str, int] = {}
    for document in sorted(policies, key=lambda each: t.cast(int, each["priority"])):
        if gets(document, groups, passes):
            found = {**meant(document), **found}
    return found


def got(policies: list[Document], groups: t.Collection[str], passes: bool) -> dict[str, set[int]]:
    """Return all values of each setting that policies without priorities bring."""
    found: dict[str, set[int]] = {}
    for document in policies:
        if gets(document, groups, passes):
            for setting, value in meant(document).items():
                found.setdefault(setting, set()).add(value)
    return found


def assert_refused(error: AnsibleFilterError) -> None:
    assert "cannot layer it" in str(error)


def check(policies: list[Document], compiled: list[Document]) -> None:
    for groups, passes in itertools.product(MEMBERSHIPS, (False, True)):
        wanted = {setting: {value} for setting, value in must_get(policies, groups, passes).items()}
        assert got(compiled, groups, passes) == wanted, (sorted(groups), passes)


@given(policy_sets(plain=True))
def test_everybody_gets_what_the_strongest_policy_says(policies: list[Document]) -> None:
    compiled = layered(policies, group_names=NAMES)
    check(policies, compiled)
    assert all("priority" not in each for each in compiled)
    assert conflicts(compiled, group_names=NAMES) == []


@given(policy_sets())
def test_what_cannot_be_said_is_refused_and_all_else_is_right(policies: list[Document]) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError as error:
        event("refused")
        assert_refused(error)
        return
    event("compiled")
    check(policies, compiled)


@given(policy_sets(plain=True))
def test_parts_are_as_many_as_there_are_sets_of_groups_to_exclude(policies: list[Document]) -> None:
    for document in policies:
        stronger = [each for each in policies if each["priority"] < document["priority"]]
        sets = {
            frozenset(
                group
                for each in stronger
                if meant(each).get(setting, value) != value and not reach_nobody(document, each)
                for group in map(name_of, each["groups"])
            )
            for setting, value in meant(document).items()
        }
        # A part for nobody is none.
        wanted = [each for each in sets if not each or not set(map(name_of, document["groups"])) <= each]
        name = document["display_name"]
        parts = [each for each in layered(policies, group_names=NAMES) if each["display_name"].split(" (")[0] == name]
        assert len(parts) == len(wanted)


def reach_nobody(*documents: Document) -> bool:
    return any(not document["groups"] for document in documents)


@given(policy_sets(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing_and_a_second_compile_changes_nothing(
    policies: list[Document], rng: random.Random
) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError:
        return
    shuffled = [{**each, "groups": rng.sample(each["groups"], len(each["groups"]))} for each in policies]
    rng.shuffle(shuffled)
    again = layered(shuffled, group_names=NAMES)
    by_name = [{**each, "groups": sorted(map(repr, each["groups"]))} for each in again]
    assert by_name == [{**each, "groups": sorted(map(repr, each["groups"]))} for each in compiled]
    assert layered(policies, group_names=NAMES) == compiled
    assert layered(compiled, group_names=NAMES) == compiled
    assert len({each["display_name"] for each in compiled}) == len(compiled)


@given(policy_sets())
def test_what_others_set_the_same_and_weaker_policies_change_no_part(policies: list[Document]) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError:
        return
    weakest = policy("Weak", 99, GROUPS, settings=[{"setting": "outlk16/L_CheckForgottenAttachments"}])
    more = layered([*policies, weakest], group_names=NAMES)
    assert [each for each in more if each["display_name"] != "Weak"] == compiled


# One by one


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
            "description": "Of all\nPart of 'Macros' for all but Finance: "
            "what stronger policies set otherwise for these.",
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
    assert made["leftovers"] == ["Macros (not for *)", "Macros for Finance (not for *)"]
    assert _surface_rules.layers_of_rollout([{"id": "7", "state": "absent"}])["leftovers"] == []


def test_what_was_made_before_is_known_by_its_name() -> None:
    made = _surface_rules.layers_of_rollout(
        [FINANCE, STAFF, policy("Plain [x]", 7, "J", settings=SPELLED["word", 3][:1])]
    )
    assert made["leftovers"] == [
        "Macros for Finance (not for *)",
        "Macros (not for *)",
        "Plain [[]x] (not for *)",
    ]
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


MADE = {"leftovers": ["A (not for *)"]}


@pytest.mark.parametrize(
    ("given", "guards"),
    [
        ((False, {}, []), (True, {"display_name": ["A (not for *)"]}, [])),
        # Nothing of a scope counts without the pruning that it is of.
        ((False, {"display_name": ["B"]}, ["C"]), (True, {"display_name": ["A (not for *)"]}, ["C", "C (not for *)"])),
        (
            (True, {"display_name": "B, D*"}, []),
            (True, {"display_name": ["B", "D*", "B (not for *)", "A (not for *)"]}, []),
        ),
        # A protected policy does not keep parts that would meet its others; those of policies not described stay.
        ((False, {}, ["A", "C"]), (True, {"display_name": ["A (not for *)"]}, ["A", "C", "C (not for *)"])),
        (
            (False, {}, ["A (not for *)"]),
            (True, {"display_name": ["A (not for *)"]}, ["A (not for *)", "A (not for *) (not for *)"]),
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
