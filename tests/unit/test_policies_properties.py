# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What policies mean, held against every user that there can be: each set of groups, setting by setting."""

from __future__ import annotations

import itertools
import json
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.plugin_utils._policies.conflicts import policy_conflicts
from ansible_collections.m365.apps.plugins.plugin_utils._policies.effective import effective_policy
from ansible_collections.m365.apps.tests.unit.some_policies import findings

GROUP_IDS = [f"0000000{number}-0000-4000-8000-00000000000a" for number in range(3)]
NAMES = {group_id: f"Group {place}" for place, group_id in enumerate(GROUP_IDS)}
USERS = [
    list(users) for size in range(len(GROUP_IDS) + 1) for users in itertools.combinations(sorted(NAMES.values()), size)
]
SETTINGS = ["a", "b"]

Document = dict[str, t.Any]


def group_forms(group_id: str) -> st.SearchStrategy[t.Any]:
    """A group in each way it can be written."""
    return st.sampled_from(
        [
            group_id,
            group_id.upper(),
            NAMES[group_id],
            {"id": group_id, "display_name": "Another name"},
            {"id": group_id},
        ]
    )


@st.composite
def groups_of_policies(draw: st.DrawFn) -> t.Any:
    chosen = draw(st.lists(st.sampled_from(GROUP_IDS), unique=True))
    members = [draw(group_forms(group_id)) for group_id in chosen]
    return draw(st.sampled_from([members, {"set": members}, {"add": members, "remove": ["Another group"]}]))


def payloads() -> st.SearchStrategy[t.Any]:
    values = st.sampled_from([1, True, "1"])
    settings = st.dictionaries(st.sampled_from(SETTINGS), values).map(
        lambda chosen: [{"settingId": setting, "value": value} for setting, value in chosen.items()]
    )
    return settings | settings.map(json.dumps)


@st.composite
def policy_lists(draw: st.DrawFn) -> list[Document]:
    """Policies with distinct names; priorities may be missing or stand twice."""
    policies = []
    for name in draw(st.lists(st.sampled_from("ABCDE"), unique=True)):
        policy = {"display_name": name, "groups": draw(groups_of_policies()), "policy_payload": draw(payloads())}
        policy["user_preference_payload"] = draw(payloads())
        priority = draw(st.none() | st.integers(0, 4))
        policy |= {} if priority is None else {"priority": priority}
        policy |= {"state": "absent"} if draw(st.integers(0, 9)) == 0 else {}
        policies.append(policy)
    return policies


def group_names_of(policy: Document) -> set[str]:
    """The names of a policy's groups, however they are written."""
    groups = policy["groups"]
    members = groups if isinstance(groups, list) else groups.get("set", groups.get("add"))
    texts = [member["id"] if isinstance(member, dict) else member for member in members]
    return {NAMES.get(text.lower(), text) for text in texts}


def pieces(policy: Document) -> list[tuple[bool, str, t.Any]]:
    """Each setting of a policy: whether it is enforced, its id, its object."""
    found = []
    for field, enforced in (("policy_payload", True), ("user_preference_payload", False)):
        payload = policy[field]
        for item in json.loads(payload) if isinstance(payload, str) else payload:
            found.append((enforced, item["settingId"], item))
    return found


def brute_force(policies: list[Document], user: list[str]) -> dict[str, tuple[str, bool, str]]:
    """Return for each setting the policy that wins, whether it enforces, and the value as text: by looking at all."""
    best: dict[str, tuple[t.Any, ...]] = {}
    for policy in policies:
        if policy.get("state") == "absent" or not group_names_of(policy).intersection(user):
            continue
        for enforced, setting, item in pieces(policy):
            priority = policy.get("priority", float("inf"))
            candidate = (not enforced, priority, policy["display_name"], repr(item["value"]))
            best[setting] = min(best.get(setting, candidate), candidate)
    return {setting: (found[2], not found[0], found[3]) for setting, found in best.items()}


def winners(policies: list[Document], user: list[str]) -> dict[str, tuple[str, bool, str]]:
    effective = effective_policy(policies, user, group_names=NAMES)
    return {
        entry["setting"]: (entry["policy"], entry["enforced"], repr(entry["value"]["value"]))
        for entry in effective["settings"]
    }


@given(policy_lists())
def test_what_wins_is_what_looking_at_all_policies_finds(policies: list[Document]) -> None:
    for user in USERS:
        assert winners(policies, user) == brute_force(policies, user)


@given(policy_lists())
def test_what_wins_and_what_loses_is_everything_that_applies(policies: list[Document]) -> None:
    for user in USERS:
        told: list[tuple[str, str, bool]] = []
        for entry in effective_policy(policies, user, group_names=NAMES)["settings"]:
            told.append((entry["setting"], entry["policy"], entry["enforced"]))
            for lost in entry["lost"]:
                told.append((entry["setting"], lost["policy"], lost["enforced"]))
                value, other = entry["value"]["value"], lost["value"]["value"]
                assert lost["same"] is (value == other and type(value) is type(other))
        applying = [
            (setting, policy["display_name"], enforced)
            for policy in policies
            if policy.get("state") != "absent" and group_names_of(policy).intersection(user)
            for enforced, setting, _item in pieces(policy)
        ]
        assert sorted(told) == sorted(applying)


@given(policy_lists(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing(policies: list[Document], random: t.Any) -> None:
    shuffled = random.sample(policies, len(policies))
    for user in USERS:
        one, other = (effective_policy(given, user, group_names=NAMES) for given in (policies, shuffled))
        assert one == other
    assert policy_conflicts(policies, group_names=NAMES) == policy_conflicts(shuffled, group_names=NAMES)
    one_list, other_list = (findings(given, group_names=NAMES) for given in (policies, shuffled))
    assert one_list == other_list


@given(policy_lists())
def test_conflicts_are_the_disagreements_within_each_group(policies: list[Document]) -> None:
    """Each entry that disagrees with the winner of one of its groups is told, with just these groups, and no other."""
    told = {
        (found["setting"], found["loser"]["policy"], found["loser"]["enforced"], found["winner"]["policy"], group)
        for found in policy_conflicts(policies, group_names=NAMES)
        if found["kind"] != "redundant"
        for group in found["groups"]
    }
    expected = set()
    for group in NAMES.values():
        best = brute_force(policies, [group])
        for policy in policies:
            if policy.get("state") == "absent" or group not in group_names_of(policy):
                continue
            for enforced, setting, item in pieces(policy):
                winner, _enforced, value = best[setting]
                if repr(item["value"]) != value:
                    expected.add((setting, policy["display_name"], enforced, winner, group))
    assert told == expected


def without(policies: list[Document], conflict: Document) -> list[Document]:
    """Return the policies without the entry that loses."""
    loser = conflict["loser"]
    field = "policy_payload" if loser["enforced"] else "user_preference_payload"

    def changed(policy: Document) -> Document:
        payload = policy[field]
        items = json.loads(payload) if isinstance(payload, str) else payload
        return {**policy, field: [item for item in items if item["settingId"] != conflict["setting"]]}

    return [changed(policy) if policy["display_name"] == loser["policy"] else policy for policy in policies]


@given(policy_lists())
def test_what_never_wins_does_so_for_no_user_and_can_go(policies: list[Document]) -> None:
    for conflict in policy_conflicts(policies, group_names=NAMES):
        if conflict["kind"] != "conflict":
            for user in USERS:
                assert winners(without(policies, conflict), user) == winners(policies, user)


@given(policy_lists())
def test_what_never_wins_is_told(policies: list[Document]) -> None:
    """An entry of a policy whose groups are all known, and which wins for nobody, is shadowed or redundant."""
    kinds: dict[tuple[str, str, bool], set[str]] = {}
    for found in policy_conflicts(policies, group_names=NAMES):
        key = (found["setting"], found["loser"]["policy"], found["loser"]["enforced"])
        kinds.setdefault(key, set()).add(found["kind"])
    won = {
        (setting, policy, enforced)
        for user in USERS
        for setting, (policy, enforced, _value) in winners(policies, user).items()
    }
    for policy in policies:
        exact = isinstance(policy["groups"], list) or "set" in policy["groups"]
        if policy.get("state") != "absent" and exact and group_names_of(policy):
            for enforced, setting, _item in pieces(policy):
                key = (setting, policy["display_name"], enforced)
                never = kinds.get(key, set()) & {"shadowed", "redundant"}
                assert bool(never) is (key not in won)
                assert len(never) <= 1


@given(policy_lists())
def test_who_wins_is_certain_where_no_priority_decides_by_chance(policies: list[Document]) -> None:
    """Where all conflicts are certain, the names of the policies could be any others."""
    renamed = {name: chr(ord("Z") - place) for place, name in enumerate("ABCDE")}
    other = [{**policy, "display_name": renamed[policy["display_name"]]} for policy in policies]
    for user in USERS:
        one, two = (effective_policy(given, user, group_names=NAMES)["settings"] for given in (policies, other))
        for entry, renamed_entry in zip(one, two, strict=True):
            sides = [entry, *entry["lost"]]
            priorities = [side["priority"] for side in sides if side["enforced"] is entry["enforced"]]
            if None not in priorities and len(set(priorities)) == len(priorities):
                assert renamed_entry["policy"] == renamed[entry["policy"]]
