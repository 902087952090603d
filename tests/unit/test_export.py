# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definition files from live policies: what is in them, their names, and that the lookup reads them back."""

from __future__ import annotations

import json
import random
import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export
from ansible_collections.m365.apps.tests.unit.exports import FORMATS, Config, config, exported
from ansible_collections.m365.apps.tests.unit.schemas import VALIDATOR

ONE, TWO = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11", "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"


def read(made: Export) -> list[dict[str, t.Any]]:
    return [policy for file in made.files for policy in read_definitions(file.name, file.data)]


def file_names(*configs: Config) -> list[str]:
    return [file.name for file in exported(*configs).files]


def test_a_file_has_the_options_in_order_and_nothing_else() -> None:
    [file] = exported(config()).files
    assert file.name == "contoso-macros.yml"
    assert file.data.decode() == (
        "# Written by m365.apps.definition_files, sha256 68783007a91d7505\n"
        "---\n"
        "display_name: Contoso - Macros\n"
        "kind: windows_security\n"
        "description: ''\n"
        "priority: 20\n"
        "groups: []\n"
        "policy_payload:\n"
        "  - settingId: a;b\n"
        "    value: '4'\n"
        "user_preference_payload: {}\n"
    )


def test_a_schema_is_named_where_it_is_asked_for() -> None:
    """Else the same policies would give other bytes where the collection is installed in another place."""
    [bare], [named] = (exported(config(), schema=schema).files for schema in ("", "schema.json"))
    assert named.data.decode().startswith("# yaml-language-server: $schema=schema.json\n# Written by m365.apps.")
    assert named.data.splitlines()[2:] == bare.data.splitlines()[1:]
    [bare_file], [named_file] = (
        exported(config(), file_format="json", schema=each).files for each in ("", "schema.json")
    )
    bare_json, named_json = json.loads(bare_file.data), json.loads(named_file.data)
    assert named_json.pop("$schema") == "schema.json"
    assert "$schema" not in bare_json
    VALIDATOR.validate(bare_json)


def test_a_json_file_has_its_record_in_a_comment() -> None:
    [file] = exported(config(), file_format="json").files
    assert file.name == "contoso-macros.json"
    assert json.loads(file.data)["$comment"].startswith("Written by m365.apps.definition_files, sha256 ")


def test_what_a_policy_has_twice_is_written_twice() -> None:
    payload = [{"settingId": "a;b", "value": [1]}]
    made = exported(config(policy_payload=payload, user_preference_payload=payload))
    assert b"&" not in made.files[0].data
    assert read(made)[0]["policy_payload"] == read(made)[0]["user_preference_payload"] == payload


@pytest.mark.parametrize("text", ["08", "1e5", "0o17", "yes", "1:30", "=", "~", "2026-01-01", "0x1f", ".5", ""])
def test_what_looks_like_another_type_is_quoted(text: str) -> None:
    [file] = exported(config(description=text)).files
    assert f"description: '{text}'\n" in file.data.decode()


def test_several_lines_stay_several_lines() -> None:
    [file] = exported(config(description="One\ntwo: 2\n")).files
    assert "description: |\n  One\n  two: 2\n" in file.data.decode()


def test_groups_are_sorted_by_name_with_their_ids() -> None:
    assignments = [
        {"id": "x", "group_id": ONE, "group_name": "Zebra"},
        {"id": "y", "group_id": TWO, "group_name": None},
    ]
    [policy] = read(exported(config(groups=[ONE, TWO], assignments=assignments), names={TWO: "Ape"}))
    assert policy["groups"] == [{"id": TWO, "display_name": "Ape"}, {"id": ONE, "display_name": "Zebra"}]


def test_a_group_that_is_gone_has_its_id_only() -> None:
    assignments = [{"id": "x", "group_id": ONE, "group_name": None}]
    [policy] = read(exported(config(groups=[ONE], assignments=assignments)))
    assert policy["groups"] == [{"id": ONE}]


def test_an_assignment_that_is_no_group_is_not_taken_away_and_warned_of() -> None:
    made = exported(config(groups=[ONE], assignments=[{"id": "x", "group_id": None}, {"id": "y", "group_id": ONE}]))
    assert read(made)[0]["groups"] == {"add": [{"id": ONE}]}
    assert made.warnings == (
        "policy 'Contoso - Macros' (id p1): it has an assignment that is not a group, which is not in the definition",
    )


def test_a_payload_that_is_text_is_left_out_and_warned_of() -> None:
    made = exported(config(policy_payload="<xml/>"))
    assert "policy_payload" not in read(made)[0]
    assert "its policy_payload is not a JSON object or array" in made.warnings[0]


def test_an_unknown_kind_is_left_out_and_warned_of() -> None:
    policy = config()
    del policy["kind"]
    made = exported(policy)
    assert "kind" not in read(made)[0]
    assert "its kind is not known" in made.warnings[0]


def test_ids_are_written_where_the_name_does_not_tell() -> None:
    policies = read(exported(config(), config(policy_id="p2"), config("Other", "p3")))
    assert [policy.get("id") for policy in policies] == ["p1", "p2", None] or [
        policy.get("id") for policy in policies
    ] == ["p2", "p1", None]
    assert [policy["id"] for policy in read(exported(config(), config("Other", "p3"), all_ids=True))] == ["p1", "p3"]


def test_names_that_meet_get_a_hash_each_whatever_the_order() -> None:
    configs = [
        config("A b", "p1"),
        config("a-B", "p2"),
        config("日本", "p3"),
        config("x" * 300, "p4"),
        config("Büro", "p5"),
    ]
    names = file_names(*configs)
    assert len(set(names)) == len(names)
    assert {"buro.yml", "x" * 80 + ".yml"} < set(names)
    assert sum(name.startswith("a-b-") for name in names) == 2
    assert "日本.yml" in names
    random.Random(1).shuffle(configs)
    assert file_names(*configs) == names


def test_a_name_like_another_ones_hash_is_no_trap() -> None:
    first = file_names(config("A", "p1"), config("a", "p2"))
    names = file_names(config("A", "p1"), config("a", "p2"), config(first[0].removesuffix(".yml"), "p3"))
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("東京", r"東京"), ("Con", r"con-[0-9a-f]{8}"), ("NUL", r"nul-[0-9a-f]{8}"), ("!!!", r"policy-[0-9a-f]{8}")],
)
def test_every_name_has_a_file_that_can_be_read_and_written(name: str, file_name: str) -> None:
    [made] = file_names(config(name))
    assert re.fullmatch(rf"{file_name}\.yml", made)


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(UserError, match="it is listed twice in configs"):
        exported(config(), config("Other"))


def test_a_config_without_name_and_id_is_refused() -> None:
    with pytest.raises(UserError, match=r"configs\[0\]: cannot export it: it has no display_name and no id"):
        exported(config("", ""))


# Round trip

CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=40) | st.sampled_from(
    ["a\nb\n", " \n x", "- a: b # c", "'\"\\", "\ufeff\x85\u2028", "null"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PAYLOADS = st.lists(VALUES, max_size=4) | st.dictionaries(TEXTS, VALUES, max_size=4)


@pytest.mark.parametrize("file_format", FORMATS)
@given(
    name=TEXTS.filter(str.strip),
    description=TEXTS,
    enforced=PAYLOADS,
    preferred=PAYLOADS,
    group=TEXTS.filter(str.strip),
)
def test_the_lookup_reads_it_back_to_the_letter(
    file_format: str, name: str, description: str, enforced: t.Any, preferred: t.Any, group: str
) -> None:
    assignments = [{"id": "x", "group_id": ONE, "group_name": group}]
    policy = config(
        name,
        description=description,
        policy_payload=enforced,
        user_preference_payload=preferred,
        groups=[ONE],
        assignments=assignments,
    )
    made = exported(policy, file_format=file_format, all_ids=True)
    fields = ("id", "display_name", "kind", "description", "priority", "policy_payload", "user_preference_payload")
    expected = {**{field: policy[field] for field in fields}, "groups": [{"id": ONE, "display_name": group}]}
    # As JSON text, since 1 == 1.0 == True.
    assert [json.dumps(each, sort_keys=True) for each in read(made)] == [json.dumps(expected, sort_keys=True)]
    VALIDATOR.validate(read(made)[0])
