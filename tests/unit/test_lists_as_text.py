# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists and dicts that arrive as text: JSON of one is taken as it, everything else is refused and never split."""

from __future__ import annotations

import contextlib
import io
import json
import re
import typing as t
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import GROUPS
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.given import read_lists
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import group_change
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path, _role_inputs
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups
from ansible_collections.m365.apps.plugins.plugin_utils._policies.groups import given_groups
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import checkin_gate
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_CLIENT_CHECKIN_INFO,
    OFFICE_CLIENT_CONFIG_INFO,
    OFFICE_CLIENT_CONFIG_ORDER,
    OFFICE_CLIENT_CONFIGS,
    ModuleDefinition,
)

BOM = "\ufeff"
GUARDED = ("policies", "order", "protect", "limit_to_groups", "reach")
LISTS = [(OFFICE_CLIENT_CONFIGS, name) for name in GUARDED] + [(OFFICE_CLIENT_CONFIG_ORDER, "order")]
# Text that is a list to somebody, but not JSON of one.
NO_LISTS = [
    "Keep*",
    "Keep*, Pilot*",
    '"Keep*", "Pilot*"',
    '["Keep*",',
    "",
    " ",
    "5",
    "null",
    "true",
    '"Keep*"',
    '{"Keep*": 1}',
    "('Keep*', 'Pilot*')",
    "Keep*\nPilot*",
    "- Keep*\n- Pilot*",
    "<generator object do_map at 0x7f0>",
    "[Keep*]",
    '["Keep*"] and more',
]


def read(definition: ModuleDefinition, **params: t.Any) -> dict[str, t.Any]:
    """Return the options after lists were read. Raises UserError."""
    given, error = read_lists(params, definition.spec)
    if error is not None:
        raise error
    return given


@pytest.mark.parametrize(("definition", "name"), LISTS)
@pytest.mark.parametrize("text", NO_LISTS)
def test_text_that_is_no_json_list_is_refused(definition: ModuleDefinition, name: str, text: str) -> None:
    given, error = read_lists({name: text}, definition.spec)
    assert str(error).startswith(f"the option {name}: cannot use it: it")
    assert str(error).endswith(". Give a list, or the JSON text of one.")
    assert given == {name: []}, "Ansible must not see the text"


@pytest.mark.parametrize("value", [5, True, 1.5, {"a": 1}])
@pytest.mark.parametrize(("definition", "name"), LISTS)
def test_a_value_that_is_no_list_is_refused(definition: ModuleDefinition, name: str, value: t.Any) -> None:
    with pytest.raises(UserError, match=rf"^the option {name}: cannot use it: it is a \w+, not a list\. Give"):
        read(definition, **{name: value})


NAMES = ["Keep*", "Pilot, [PROD] *", "Größe"]


@pytest.mark.parametrize(
    "text",
    [json.dumps(NAMES), json.dumps(NAMES, ensure_ascii=False, indent=2), BOM + json.dumps(NAMES), f"\n {NAMES!r} "],
    ids=["ascii", "indented", "byte order mark", "as Python writes it"],
)
@pytest.mark.parametrize("name", ["order", "protect", "limit_to_groups", "reach"])
def test_text_of_a_list_is_that_list(name: str, text: str) -> None:
    assert read(OFFICE_CLIENT_CONFIGS, **{name: text}) == {name: NAMES}


@pytest.mark.parametrize("member", [None, True, False, 1.10, [], ["Keep*"], {}, {"a": 1}, "", "  "], ids=repr)
@pytest.mark.parametrize("name", ["order", "protect"])
@pytest.mark.parametrize("form", [list, json.dumps])
def test_a_member_that_is_no_text_is_refused(form: t.Callable[[t.Any], t.Any], name: str, member: t.Any) -> None:
    with pytest.raises(UserError, match=rf"^the option {name}\[1\]: cannot use it: it is "):
        read(OFFICE_CLIENT_CONFIGS, **{name: form(["A", member])})


def test_a_whole_number_is_the_name_that_it_spells() -> None:
    assert read(OFFICE_CLIENT_CONFIGS, protect=[2024, "B"]) == {"protect": ["2024", "B"]}


@pytest.mark.parametrize("text", ["display_name=Keep*", "{", "", "[]", "kind=windows display_name=x"])
def test_a_scope_that_is_no_dict_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^the option prune_scope: cannot use it: it.* Give a dict, or the JSON text"):
        read(OFFICE_CLIENT_CONFIGS, prune_scope=text)


@pytest.mark.parametrize("key", ["kind", "display_name"])
@pytest.mark.parametrize("value", ["windows, office", "windows", 5, "", "{}"])
def test_what_a_scope_lists_is_a_list(key: str, value: t.Any) -> None:
    with pytest.raises(UserError, match=rf"^the option prune_scope\.{key}: cannot use it: it"):
        read(OFFICE_CLIENT_CONFIGS, prune_scope={key: value})


@pytest.mark.parametrize("scope", [{"display_name": ["A*"]}, '{"display_name": ["A*"]}', {"display_name": '["A*"]'}])
def test_a_scope_may_be_text_at_each_level(scope: t.Any) -> None:
    assert read(OFFICE_CLIENT_CONFIGS, prune_scope=scope) == {"prune_scope": {"display_name": ["A*"]}}


def test_a_null_is_left_to_those_who_refuse_it() -> None:
    given = {"protect": None, "prune_scope": {"kind": None}}
    assert read(OFFICE_CLIENT_CONFIGS, **given) == given


def test_items_of_policies_are_dicts_and_no_text_of_other_kinds() -> None:
    assert read(OFFICE_CLIENT_CONFIGS, policies=['{"display_name": "A"}']) == {"policies": [{"display_name": "A"}]}
    with pytest.raises(UserError, match=r"^the option policies\[0\]: cannot use it: it is text, not a dict"):
        read(OFFICE_CLIENT_CONFIGS, policies=["display_name=A state=absent"])


@pytest.mark.parametrize("definition", [OFFICE_CLIENT_CONFIG_INFO, OFFICE_CLIENT_CHECKIN_INFO])
def test_words_without_commas_may_be_split_by_ansible(definition: ModuleDefinition) -> None:
    assert read(definition, gather="payloads,assignments") == {"gather": "payloads,assignments"}
    assert read(definition, gather='["policies"]') == {"gather": ["policies"]}
    with pytest.raises(UserError, match=r"^the option gather\[0\]"):
        read(definition, gather=[None])


# Both ways of running a module read options in one place, so one of them shows that Ansible comes later.


def test_ansible_never_splits_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(request: Request, _opening: t.Any) -> Reply:
        return Reply({"changed": False, "protect": request.params["protect"]})

    monkeypatch.setattr(_fast_path, "open_client", lambda *_arguments: None)
    stand_in = type("T", (), {"tokens": (), "notices": staticmethod(list), "client": mock.MagicMock()})
    monkeypatch.setattr(_fast_path, "tenant_of", lambda *_arguments: stand_in())
    definition = ModuleDefinition(OFFICE_CLIENT_CONFIGS.spec, handler)
    with contextlib.redirect_stderr(io.StringIO()):
        taken, refused = (
            json.loads(_fast_path.run_here(definition, {"access_token": "t" * 20, "policies": [], "protect": text})[0])
            for text in ('["A, B"]', "A, B")
        )
    assert taken["protect"] == ["A, B"]
    assert refused["msg"].startswith("the option protect: cannot use it: it is text, not a list.")


# Groups of policies


@pytest.mark.parametrize("text", ['["A, B", "C"]', "['A, B', 'C']", BOM + '["A, B", "C"]'])
def test_groups_may_be_text_of_a_list(text: str) -> None:
    for value in (text, {"set": text}, json.dumps({"set": ["A, B", "C"]})):
        assert group_change(value, "it").exact == ("A, B", "C")
        assert [group.text for group in given_groups(value).members] == ["A, B", "C"]
    assert group_change({"add": text}, "it").add == ("A, B", "C")
    assert mapped_groups([{"groups": {"add": text}}], {"C": "D"}) == [{"groups": {"add": ["A, B", "D"]}}]


def test_one_name_of_a_group_is_never_split() -> None:
    assert group_change("A, B", "it").exact == ("A, B",)
    assert [group.text for group in given_groups("A, B").members] == ["A, B"]
    assert GROUPS["groups"]["type"] == "raw"


def test_names_of_a_gate_are_a_list() -> None:
    checkins = {"policies": [{"display_name": "A", "statuses": [{"user_id": "u", "was_successful": True}]}]}
    assert checkin_gate(checkins, '["A"]')["users"] == checkin_gate(checkins, ["A"])["users"] == 1
    for text in ("A", "A, B", "[A"):
        with pytest.raises(PoliciesError, match="policies is a text, not a list"):
            checkin_gate(checkins, text)


# Variables of the role

WAVE = {"name": "pilot", "groups": ["A"]}


@pytest.mark.parametrize("name", ["rollout_policies", "rollout_waves", "rollout_order", "rollout_protect"])
@pytest.mark.parametrize("text", NO_LISTS)
def test_text_of_a_variable_that_is_no_list_is_refused(name: str, text: str) -> None:
    with pytest.raises(UserError, match=rf"^the option {name}: cannot use it: it"):
        _role_inputs.role_input(text, name)


@pytest.mark.parametrize("name", ["rollout_prune_scope", "rollout_group_map"])
@pytest.mark.parametrize("value", ["a=b", "", "[]", '["a"]', [], 5, None])
def test_a_variable_that_is_no_dict_is_refused(name: str, value: t.Any) -> None:
    with pytest.raises(UserError, match=rf"^the option {name}: cannot use it: it"):
        _role_inputs.role_input(value, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rollout_policies", [{"display_name": "A", "priority": 5, "groups": None}]),
        ("rollout_waves", [WAVE, {**WAVE, "name": "all", "pause": 5, "gate": {"min_users": 2}}]),
        ("rollout_order", ["A, B", "C"]),
        ("rollout_protect", ["[PROD] *"]),
        ("rollout_report_groups", ["A", {"id": "B"}]),
        ("rollout_prune_scope", {"display_name": ["A*"]}),
        ("rollout_group_map", {"A": "B"}),
        ("rollout_protect", []),
        ("rollout_waves", []),
    ],
)
def test_a_variable_means_the_same_as_value_and_as_text(name: str, value: t.Any) -> None:
    forms = (value, json.dumps(value), BOM + json.dumps(value), repr(value), type(value)(value))
    assert [_role_inputs.role_input(form, name) for form in forms] == [value] * len(forms)


def test_texts_inside_waves_become_what_they_mean() -> None:
    wave = {"name": "pilot", "groups": '["A"]', "pause": "5", "gate": {"min_users": "2", "max_failure_rate": "0.5"}}
    [read_wave] = _role_inputs.role_input(json.dumps([wave]), "rollout_waves")
    assert read_wave == {**WAVE, "pause": 5, "gate": {"min_users": 2, "max_failure_rate": 0.5}}


@pytest.mark.parametrize(
    ("wave", "words"),
    [
        ({"name": "pilot", "groups": "A, B"}, r"the option rollout_waves\[0\]\.groups: cannot use it: it is text"),
        ({"name": "pilot"}, "missing required arguments: groups"),
        ({**WAVE, "gate": {"min_user": 2}}, "min_user"),
        ({**WAVE, "pause": "soon"}, "pause"),
        ("pilot", r"the option rollout_waves\[0\]: cannot use it: it is text, not a dict"),
        (5, r"the option rollout_waves\[0\]: cannot use it: it is a number, not a dict"),
    ],
)
def test_a_wave_that_means_nothing_is_refused(wave: t.Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        _role_inputs.role_input([wave], "rollout_waves")


def test_what_is_omitted_stays_omitted() -> None:
    placeholder = "__omit_place_holder__0123456789"
    assert _role_inputs.role_input(placeholder, "rollout_protect") == placeholder


def test_every_list_of_the_role_goes_through_the_one_place() -> None:
    """Tasks and variables of the role use no list or dict that was given without reading it.

    Booleans may go to an option of a module as they are, which reads them.
    """
    to_modules = {"rollout_report", "rollout_prune", "rollout_assume_full_view", "rollout_overwrite_unknown"}
    for folder in ("tasks", "vars"):
        for path in sorted((_role_inputs.ROLE / folder).glob("*.yml")):
            text = re.sub(r"(?m)^ *#.*$", "", path.read_text(encoding="utf-8"))
            for name in sorted(set(_role_inputs.specs()) - to_modules):
                uses = re.findall(rf"(?m)(?<![\w'])\b{name}\b(?=\s*(?:[|)\]}}.\[]|$))", text)
                read_here = text.count(f"private('role_input', '{name}')")
                assert len(uses) == read_here, f"{path.name} uses {name} without reading it"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        *((text, True) for text in ("yes", "Y", "t", "true", "ON", "1", " yes ", 1, True)),
        *((text, False) for text in ("no", "N", "f", "false", "Off", "0", 0, False)),
    ],
)
def test_text_of_a_boolean_is_that_boolean(text: t.Any, means: bool) -> None:
    for name in ("rollout_restore_on_failure", "rollout_drift_fails", "rollout_report_checkins"):
        assert _role_inputs.role_input(text, name) is means


@pytest.mark.parametrize("value", ["", "maybe", "null", 2, [], None])
def test_what_is_no_boolean_is_refused(value: t.Any) -> None:
    with pytest.raises(UserError, match=r"^the option rollout_restore_on_failure: cannot use it: it is "):
        _role_inputs.role_input(value, "rollout_restore_on_failure")
