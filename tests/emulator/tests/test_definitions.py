# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of a policy are checked for, in process: one row for each fact."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.errors import Refused
from graph_emulator.graph.catalog.baseline import BASELINE, reference
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.small_catalog import GRAPH, Json, chosen, grouped, listed, settings, valued

CATALOG = Definitions.of(small.DOCUMENTS)
REFERENCE = "0f0e0d0c-0000-4000-8000-0000000000f1"
EDGE = chosen(small.EDGE, 1)


def changed(instance: Json, **members: Any) -> Json:
    """A copy of an instance with other members."""
    return {**copy.deepcopy(instance), **members}


def refusal(sent: object, **policy: Any) -> Refused:
    """How settings are refused."""
    with pytest.raises(Refused) as caught:
        CATALOG.check(sent, **policy)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize("name", small.VALID)
def test_every_shape_is_taken(name: str) -> None:
    CATALOG.check(settings(small.VALID[name]))


def test_a_whole_policy_is_taken_and_left_as_it_is() -> None:
    sent = settings(*small.VALID.values())[:1] + settings(small.VALID["enum"], small.VALID["key/value list"])
    before = copy.deepcopy(sent)
    CATALOG.check(sent)
    assert sent == before


@pytest.mark.parametrize("spell", [str.upper, str.title])
def test_ids_of_settings_and_options_compare_without_case(spell: Any) -> None:
    sent = copy.deepcopy(small.VALID["enum"])
    sent["settingDefinitionId"] = spell(sent["settingDefinitionId"])
    sent["choiceSettingValue"]["value"] = spell(sent["choiceSettingValue"]["value"])
    CATALOG.check(settings(sent))


def test_what_an_answer_has_can_be_sent_back() -> None:
    value = {
        "@odata.type": f"{GRAPH}ChoiceSettingValue",
        "settingValueTemplateReference": None,
        "value": f"{small.TOGGLE}_1",
    }
    answered = changed(
        chosen(small.TOGGLE, 1),
        settingInstanceTemplateReference=None,
        auditRuleInformation=None,
        choiceSettingValue={**value, "children@odata.type": "#Collection(x)", "children": []},
    )
    CATALOG.check([{"id": "0", "settingInstance": answered, "settingDefinitions@odata.context": "x", "#a.b": {}}])


SELECTED = f"{small.MACROS}: Selected option {small.MACROS}_1 with dependent settings doesnt contain required dependent"
NO_PARENT = "Setting contains parent setting that are not present in the policy"
SERVICE: dict[str, tuple[list[Json], str]] = {
    "unknown definition": (settings(chosen("user_no_such", 1)), "user_no_such: Setting Definition was not found"),
    "unknown option": (
        settings(chosen(small.TOGGLE, 7)),
        (
            f"{small.TOGGLE}: Selected Option {small.TOGGLE}_7 does not match with the list of expected options: "
            f"{small.TOGGLE}_0, {small.TOGGLE}_1"
        ),
    ),
    "unknown option of a child": (
        settings(chosen(small.MACROS, 1, chosen(small.MACROS_CHILD, 9))),
        (
            f"Selected Option {small.MACROS_CHILD}_9 does not match with the list of expected options: "
            f"{small.MACROS_CHILD}_1, {small.MACROS_CHILD}_2, {small.MACROS_CHILD}_3, {small.MACROS_CHILD}_4"
        ),
    ),
    "missing required child": (
        settings(chosen(small.MACROS, 1)),
        f"{SELECTED} settings. Required dependent settings are {small.MACROS_CHILD}",
    ),
    "one of two required children": (
        settings(chosen(small.REPAIR, 1, valued(small.REPAIR_URL, ""))),
        f"Required dependent settings are {small.REPAIR_URL},{small.REPAIR_FALLBACK}",
    ),
    "missing child on the third level": (
        settings(chosen(small.MODE, 1, chosen(f"{small.MODE}_l_mode", 1), chosen(small.ACTIVEX_V2, 1))),
        f"Required dependent settings are {small.ACTIVEX_CHILD}",
    ),
    "child at top level": (settings(chosen(small.MACROS_CHILD, 1)), f"{small.MACROS_CHILD}: {NO_PARENT}"),
    "optional child at top level": (settings(chosen(small.ACTIVEX_V2, 0)), NO_PARENT),
    "member of a group at top level": (settings(valued(small.RULE_ID, "a")), NO_PARENT),
    "child of another setting": (
        settings(chosen(small.CIPHER, 1, chosen(small.MACROS_CHILD, 1))),
        f"{small.MACROS_CHILD}: {NO_PARENT}",
    ),
    "child below the other option": (settings(chosen(small.MACROS, 0, chosen(small.MACROS_CHILD, 1))), NO_PARENT),
    "top-level setting as a child": (
        settings(chosen(small.MACROS, 1, chosen(small.TOGGLE, 1))),
        f"{small.TOGGLE}: Setting is not a dependent setting of {small.MACROS}_1",
    ),
    "setting twice": (settings(chosen(small.TOGGLE, 1), chosen(small.TOGGLE, 0)), "present more than once"),
    "child twice": (
        settings(chosen(small.MACROS, 1, *[chosen(small.MACROS_CHILD, 1)] * 2)),
        f"{small.MACROS_CHILD}: Setting is present more than once",
    ),
    "text for an integer": (
        settings(chosen(small.STORAGE, 1, valued(small.STORAGE_CHILD, "137"))),
        "Simple Setting has unexpected value. Expected value type Integer does not match actual value type String",
    ),
    "text for a secret": (
        settings(valued(small.SECRET, "hunter2")),
        "Simple Setting has unexpected value. Expected value type Secret does not match actual value type String",
    ),
    "secret for a text": (
        settings(chosen(small.CIPHER, 1, valued(small.CIPHER_CHILD, "x", "Secret", valueState="notEncrypted"))),
        "Expected value type String does not match actual value type Secret",
    ),
    "text for a reusable setting": (
        settings(valued(small.REUSED, "r0")),
        "Expected value type Reference does not match actual value type String",
    ),
    "token of a secret": (
        settings(valued(small.SECRET, "token", "Secret", valueState="encryptedValueToken")),
        "Expected state is notEncrypted",
    ),
    "integer below its bounds": (settings(valued(small.BRACES, 0)), "Integer Setting Value 0, does not meet bound"),
    "integer above its bounds": (settings(valued(small.BRACES, 6)), "Expected value would be 1 and  5"),
    "text too long": (
        settings(chosen(small.REPAIR, 1, valued(small.REPAIR_URL, "x" * 256), chosen(small.REPAIR_FALLBACK, 1))),
        "Length of String Setting Value 256, does not meet bound requirements. Expected length would be 0 and  255",
    ),
    "text in a list too long": (
        settings(chosen(small.INSPECTORS, 1, listed(small.INSPECTORS_LIST, "123456789"))),
        "Expected length would be 0 and  8",
    ),
    "list too long": (
        settings(chosen(small.INSPECTORS, 1, listed(small.INSPECTORS_LIST, *"12345"))),
        "SimpleSettingCollectionValue : Count is not >= 0 and <= 4",
    ),
    "list too short": (
        settings(chosen(small.INSPECTORS, 1, listed(small.INSPECTORS_LIST))),
        (
            f"{small.INSPECTORS_LIST}: Count Of List of Setting Values 0, does not meet bound requirements. "
            "Expected count would be 1 and  4"
        ),
    ),
    "key/value list too long": (
        settings(small.addins(a="", b="", c="", d="")),
        (
            "The request is invalid. dCV2Policy.Settings[0].SettingInstance.ChoiceSettingValue.Children[0]."
            "GroupSettingCollectionValue : Count is not >= 0 and <= 3"
        ),
    ),
    "empty group": (settings(grouped(small.RULES, ())), f"{small.RULES}: SettingGroupValue should not be empty"),
    "key without a value": (
        settings(chosen(small.ADDINS, 1, grouped(small.ADDINS_LIST, (valued(small.ADDINS_KEY, "a"),)))),
        f"Required dependent settings are {small.ADDINS_KEY},{small.ADDINS_VALUE}",
    ),
    "another kind of instance": (
        settings(valued(small.TOGGLE, 1)),
        "Expected type ChoiceSettingInstance does not match actual type SimpleSettingInstance",
    ),
    "reference to a template": (
        settings(
            changed(EDGE, settingDefinitionId=small.TOGGLE)
            | {"settingInstanceTemplateReference": {"settingInstanceTemplateId": REFERENCE}}
        ),
        "Invalid Reference id found in Policy created from Template ",
    ),
    "another technology": (
        settings(EDGE),
        "Setting with technology applicability EdgeMAM does not match with the policy's technology applicability MDM",
    ),
    "another platform": (
        settings(chosen(small.MAC, 1)),
        "Setting with platform applicability MacOS does not match with the policy's platform applicability Windows10",
    ),
    "no settings": ([], "dCV2Policy.Settings : Count is not >= 1 and <= 5000"),
    "too many settings": (settings(EDGE) * 5001, "dCV2Policy.Settings : Count is not >= 1 and <= 5000"),
    "no instance": ([{"id": "0"}], "The SettingInstance field is required."),
    "no value": (
        [{"settingInstance": changed(EDGE, choiceSettingValue=None)}],
        "ChoiceSettingValue field is required.",
    ),
    "null for a text": (settings(changed(EDGE, choiceSettingValue={"value": None})), "The Value field is required."),
    "no definition": (settings(changed(EDGE, settingDefinitionId="")), "SettingDefinitionId field is required."),
}


@pytest.mark.parametrize("name", SERVICE)
def test_the_service_refuses_with_json_text(name: str) -> None:
    sent, text = SERVICE[name]
    found = refusal(sent)
    assert text in found.message
    assert (found.code, found.nested) == ("BadRequest", True)


def test_no_settings_at_all() -> None:
    assert refusal(None).message == "dCV2Policy.Settings : The Settings field is required."


MODEL: dict[str, tuple[Any, str]] = {
    "unknown type of instance": (
        settings(changed(EDGE, **{"@odata.type": "#microsoft.graph.noSuchInstance"})),
        (
            "A type named 'microsoft.graph.noSuchInstance' could not be resolved by the model. When a model is "
            "available, each type name must resolve to a valid type."
        ),
    ),
    "type of another namespace": (
        settings(changed(EDGE, **{"@odata.type": f"{small.PREFIX}ChoiceSettingInstance"})),
        f"A type named '{small.PREFIX}ChoiceSettingInstance' could not be resolved by the model.",
    ),
    "unknown type of setting": (
        [{"@odata.type": "#microsoft.graph.deviceConfiguration", "settingInstance": EDGE}],
        "A type named 'microsoft.graph.deviceConfiguration' could not be resolved by the model.",
    ),
    "no type of instance": (
        settings({k: v for k, v in EDGE.items() if "@" not in k}),
        "Cannot create an abstract class",
    ),
    "no type of value": (
        settings(changed(valued(small.BRACES, 1), simpleSettingValue={"value": 1})),
        "Cannot create an abstract class",
    ),
    "type of something else": (
        settings(changed(EDGE, **{"@odata.type": f"{GRAPH}StringSettingValue"})),
        "it is not assignable to the expected type 'microsoft.graph.deviceManagementConfigurationSettingInstance'",
    ),
    "unknown property": (
        settings(changed(valued(small.BRACES, 1), simpleSettingValue={**small.simple_value(1), "intValue": 1})),
        (
            "The property 'intValue' does not exist on type "
            "'microsoft.management.services.api.deviceManagementConfigurationIntegerSettingValue'."
        ),
    ),
    "value of another kind of instance": (
        settings({**EDGE, "simpleSettingValue": {}}),
        "'simpleSettingValue' does not",
    ),
    "text in an integer": (
        settings(valued(small.BRACES, "3", "Integer")),
        "Cannot convert the literal '3' to the expected type 'Edm.Int32'.",
    ),
    "number in a text": (
        settings(valued(small.BRACES, 3, "String")),
        "Cannot convert the literal '3' to the expected type 'Edm.String'.",
    ),
    "true for an integer": (settings(valued(small.BRACES, True)), "'True' to the expected type 'Edm.Int32'"),
    "unknown state of a secret": (settings(valued(small.SECRET, "a", "Secret", valueState="open")), "literal 'open'"),
    "an object for a list": ({}, "Cannot convert the value of property 'settings'"),
    "a text for a setting": (["x"], "Cannot convert the value of property 'settings'"),
    "a text for an instance": ([{"settingInstance": "x"}], "to the expected type 'microsoft.graph."),
    "a text for children": (
        settings(changed(EDGE, choiceSettingValue={"value": "x", "children": "y"})),
        "Cannot convert the value of property 'children'",
    ),
    "an object for a list of values": (
        settings(changed(listed(small.INSPECTORS_LIST), simpleSettingCollectionValue={})),
        "Cannot convert the value of property 'simpleSettingCollectionValue'",
    ),
    "a text for a reference": (
        settings(changed(EDGE, settingInstanceTemplateReference="x")),
        "Cannot convert the value of property 'settingInstanceTemplateReference'",
    ),
}


@pytest.mark.parametrize("name", MODEL)
def test_the_model_refuses_in_plain_text(name: str) -> None:
    sent, text = MODEL[name]
    found = refusal(sent)
    assert text in found.message
    assert (found.code, found.nested, found.inner) == ("ModelValidationFailure", False, found.message)


def test_a_policy_of_the_setting_s_technology_and_platform_takes_it() -> None:
    CATALOG.check(settings(EDGE), technologies="mdm,edgeMAM")
    CATALOG.check(settings(chosen(small.MAC, 1)), platforms="macOS", technologies="mdm")


def referring(key: str, name: str = "settingInstanceTemplateReference", part: str = "instance") -> Json:
    """What refers to the baseline's template of a definition."""
    member = "settingInstanceTemplateId" if part == "instance" else "settingValueTemplateId"
    return {name: {member: reference(part, key)}}


def from_baseline() -> Json:
    """An instance of a policy that is made from the baseline."""
    value = {
        "value": f"{small.MACROS}_0",
        **referring(small.MACROS, "settingValueTemplateReference", "value"),
    }
    return {**chosen(small.MACROS, 0), "choiceSettingValue": value, **referring(small.MACROS)}


def test_a_policy_from_a_template_refers_to_it_in_each_part() -> None:
    CATALOG.check(settings(from_baseline()), template_id=BASELINE)
    text = refusal(settings(chosen(small.MACROS, 0)), template_id=BASELINE).message
    assert text == (
        f"Info\nInvalid Reference id found in Policy created from Template {BASELINE}\nPolicyId\n\nTemplateId\n"
        f"{BASELINE}\n"
        "InvalidReferenceId\n"
    )
    without = from_baseline()
    del without["choiceSettingValue"]["settingValueTemplateReference"]
    assert "Invalid Reference id" in refusal(settings(without), template_id=BASELINE).message


def test_a_reference_is_spelled_as_the_template_has_it() -> None:
    sent = from_baseline()
    key = sent["settingInstanceTemplateReference"]["settingInstanceTemplateId"].upper()
    sent["settingInstanceTemplateReference"]["settingInstanceTemplateId"] = key
    assert refusal(settings(sent), template_id=BASELINE).message.endswith(f"InvalidReferenceId\n{key}")


def test_an_unknown_template_and_one_that_the_tenant_has() -> None:
    assert "Policy template t_1 was not found" in refusal(settings(from_baseline()), template_id="t_1").message
    CATALOG.check(settings(from_baseline(), chosen(small.TOGGLE, 1)), template_id="t_1", held_templates=["", "t_1"])
    assert "Invalid Reference id" in refusal(settings(from_baseline()), held_templates=["", "t_1"]).message


def test_the_inner_error_tells_of_a_list_that_is_too_long() -> None:
    inner = refusal(settings(small.addins(a="", b="", c="", d=""))).inner
    assert inner == (
        "dCV2Policy.Settings[0].SettingInstance.ChoiceSettingValue.Children[0].GroupSettingCollectionValue : "
        "Count is not >= 0 and <= 3"
    )


def test_a_reference_of_a_value_is_checked_like_that_of_an_instance() -> None:
    sent = copy.deepcopy(small.VALID["toggle"])
    sent["choiceSettingValue"]["settingValueTemplateReference"] = {"settingValueTemplateId": REFERENCE}
    assert "Invalid Reference id" in refusal(settings(sent)).message


def test_deep_nesting_is_refused_like_any() -> None:
    sent = chosen(small.MACROS_CHILD, 1)
    for _unused in range(5000):
        sent = chosen(small.MACROS, 1, sent)
    assert f"{small.MACROS}: Setting is not a dependent setting" in refusal(settings(sent)).message


def test_what_only_the_tenant_knows_is_taken_where_the_caller_says_so() -> None:
    foreign = chosen("device_vendor_msft_other", 1)
    CATALOG.check(settings(foreign), unjudged=["Device_Vendor_MSFT_Other"])
    assert "was not found" in refusal(settings(foreign), unjudged=["another"]).message
    assert "Selected Option" in refusal(settings(chosen(small.TOGGLE, 7)), unjudged=[small.TOGGLE]).message


def test_a_default_is_not_held_to_its_bounds() -> None:
    found = {**next(item for item in small.DOCUMENTS if item["id"] == small.BRACES), "defaultValue": {"value": 0}}
    catalog = Definitions.of([found])
    catalog.check(settings(valued(small.BRACES, 0)))
    with pytest.raises(Refused, match="Integer Setting Value 6"):
        catalog.check(settings(valued(small.BRACES, 6)))


def test_definitions_are_read_when_they_are_needed_and_once() -> None:
    reads: list[int] = []

    def read() -> list[Json]:
        reads.append(1)
        return small.DOCUMENTS

    catalog = Definitions(read)
    assert reads == []
    catalog.check(settings(small.VALID["toggle"]))
    assert catalog.get(small.TOGGLE.upper()) is catalog.known(small.TOGGLE)
    assert reads == [1]
