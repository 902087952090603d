# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting instances as the data model has them: which types there are, which properties, which JSON values.

What is checked here needs no definition; it is what Graph's own reader refuses (code ``ModelValidationFailure``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .refusals import model_failure, no_collection, refused, unknown_property, unknown_type

GRAPH = "microsoft.graph."
PREFIX = "deviceManagementConfiguration"
MAX_SETTINGS = 5000
INT64 = 2**63

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of instance: the property that holds its value, whether that is a list, and the type of a value."""

    payload: str = ""
    many: bool = False
    item: str = ""


INSTANCES: dict[str, Shape] = {
    "ChoiceSettingInstance": Shape("choiceSettingValue", False, "ChoiceSettingValue"),
    "ChoiceSettingCollectionInstance": Shape("choiceSettingCollectionValue", True, "ChoiceSettingValue"),
    "SimpleSettingInstance": Shape("simpleSettingValue", False, "SimpleSettingValue"),
    "SimpleSettingCollectionInstance": Shape("simpleSettingCollectionValue", True, "SimpleSettingValue"),
    "GroupSettingInstance": Shape("groupSettingValue", False, "GroupSettingValue"),
    "GroupSettingCollectionInstance": Shape("groupSettingCollectionValue", True, "GroupSettingValue"),
    # The generator's types without a value.
    "SettingGroupInstance": Shape(),
    "SettingGroupCollectionInstance": Shape(),
}
# Type of a value -> its properties beside settingValueTemplateReference, with what each holds.
VALUES: dict[str, dict[str, str]] = {
    "ChoiceSettingValue": {"value": "Edm.String", "children": "Instances"},
    "GroupSettingValue": {"children": "Instances"},
    "StringSettingValue": {"value": "Edm.String"},
    "IntegerSettingValue": {"value": "Edm.Int64"},
    "SecretSettingValue": {"value": "Edm.String", "valueState": "State"},
    "ReferenceSettingValue": {"value": "Edm.String", "note": "Text"},
}
SIMPLE = ("StringSettingValue", "IntegerSettingValue", "SecretSettingValue", "ReferenceSettingValue")
STATES = ("invalid", "notEncrypted", "encryptedValueToken")
# Property of an instance or value that refers to a template -> the properties of the reference.
REFERENCES = {
    "settingInstanceTemplateReference": ("settingInstanceTemplateId",),
    "settingValueTemplateReference": ("settingValueTemplateId", "useTemplateDefault"),
}
# auditRuleInformation is in every answer and in no document.
INSTANCE_PROPERTIES = ("settingDefinitionId", "settingInstanceTemplateReference", "auditRuleInformation")
SETTING_PROPERTIES = ("id", "settingInstance", "settingDefinitions")


def length_in_dotnet(text: str) -> int:
    """How long a text is for the service, which is written for .NET: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def type_name(stated: str) -> str:
    """The name of a type without its namespace and the words that all types here begin with."""
    return stated.removeprefix("#").removeprefix(GRAPH).removeprefix(PREFIX)


def is_control(name: str) -> bool:
    """Whether a member is control information or an action's description, which readers skip."""
    return "@" in name or name.startswith("#")


def check_settings(settings: object) -> list[Json]:
    """The settings of a policy as a list of objects that fit the model.

    :raises Refused: 400 for what the model does not take.
    """
    if settings is None:
        raise refused("dCV2Policy.Settings : The Settings field is required.")
    if not isinstance(settings, list):
        raise no_collection("settings")
    if not 1 <= len(settings) <= MAX_SETTINGS:
        raise refused(f"dCV2Policy.Settings : Count is not >= 1 and <= {MAX_SETTINGS}")
    for setting in settings:
        _check_setting(setting)
    return settings


def _check_setting(setting: object) -> None:
    if not isinstance(setting, dict):
        raise no_collection("settings")
    stated = setting.get("@odata.type", f"#{GRAPH}{PREFIX}Setting")
    if not isinstance(stated, str) or type_name(stated) != "Setting":
        raise unknown_type(str(stated))
    _check_names(setting, SETTING_PROPERTIES, "Setting")
    if setting.get("settingInstance") is None:
        raise refused("dCV2Policy.Settings.SettingInstance : The SettingInstance field is required.")
    pending = [setting["settingInstance"]]
    while pending:  # a loop, since nesting has no limit here
        pending.extend(_check_instance(pending.pop()))


def _check_names(value: Json, known: tuple[str, ...], name: str) -> None:
    for member in value:
        if member not in known and not is_control(member):
            raise unknown_property(member, PREFIX + name)


def _named_type(value: object, known: Mapping[str, Any], declared: str) -> str:
    """The type that an object of the abstract type ``declared`` states."""
    if not isinstance(value, dict):
        raise model_failure(f"Cannot convert the value to the expected type '{GRAPH}{PREFIX}{declared}'.")
    stated = value.get("@odata.type")
    if stated is None:
        raise model_failure(f"Cannot create an abstract class: send '@odata.type' for '{GRAPH}{PREFIX}{declared}'.")
    name = type_name(stated) if isinstance(stated, str) else ""
    if name not in (*INSTANCES, *VALUES) or not str(stated).removeprefix("#").startswith(GRAPH):
        raise unknown_type(str(stated))
    if name not in known:
        raise model_failure(
            f"A resource with type '{str(stated).removeprefix('#')}' was found, but it is not assignable to the "
            f"expected type '{GRAPH}{PREFIX}{declared}'. The type specified in the resource must be equal to either "
            "the expected type or a derived type."
        )
    return name


def _check_instance(instance: object) -> Iterator[object]:
    """Check one instance; gives the instances in it."""
    name = _named_type(instance, INSTANCES, "SettingInstance")
    assert isinstance(instance, dict)
    shape = INSTANCES[name]
    _check_names(instance, (*INSTANCE_PROPERTIES, shape.payload), name)
    if not isinstance(instance.get("settingDefinitionId"), str) or not instance["settingDefinitionId"]:
        raise refused("dCV2Policy.SettingInstance.SettingDefinitionId : The SettingDefinitionId field is required.")
    _check_reference(instance, "settingInstanceTemplateReference")
    for value in values_of(instance):
        yield from _check_value(value, shape.item)


def values_of(instance: Json) -> list[Any]:
    """The values of an instance, one for a type that has no list.

    :raises Refused: 400 where there is none, or something else in its place.
    """
    shape = INSTANCES[type_name(instance["@odata.type"])]
    if not shape.payload:
        return []
    value = instance.get(shape.payload)
    if value is None and not shape.many:
        field = shape.payload[0].upper() + shape.payload[1:]
        raise refused(f"dCV2Policy.SettingInstance.{field} : The {field} field is required.")
    if shape.many and value is not None and not isinstance(value, list):
        raise no_collection(shape.payload)
    return (value or []) if shape.many else [value]


def _check_value(value: object, declared: str) -> Iterator[object]:
    """Check one value; gives the instances in it."""
    name = declared
    if declared == "SimpleSettingValue":
        name = _named_type(value, dict.fromkeys(SIMPLE), declared)
    elif isinstance(value, dict) and "@odata.type" in value:
        name = _named_type(value, {declared: None}, declared)
    if not isinstance(value, dict):
        raise model_failure(f"Cannot convert the value to the expected type '{GRAPH}{PREFIX}{declared}'.")
    properties = VALUES[name]
    _check_names(value, (*properties, "settingValueTemplateReference"), name)
    _check_reference(value, "settingValueTemplateReference")
    for member, kind in properties.items():
        if kind != "Instances":
            _check_literal(value.get(member), kind)
    children = value.get("children", []) if "children" in properties else []
    if not isinstance(children, list):
        raise no_collection("children")
    yield from children


LITERALS: dict[str, Callable[[Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Int64": lambda value: isinstance(value, int) and not isinstance(value, bool) and -INT64 <= value < INT64,
    "State": lambda value: value is None or value in STATES,
    "Text": lambda value: value is None or isinstance(value, str),
}
# What a literal is called where it does not fit.
LITERAL_TYPES = {"State": f"{GRAPH}{PREFIX}SecretSettingValueState", "Text": "Edm.String", "Edm.Int64": "Edm.Int32"}


def _check_literal(value: object, kind: str) -> None:
    if value is None and kind.startswith("Edm."):
        raise refused("dCV2Policy.SettingInstance.Value : The Value field is required.")
    if not LITERALS[kind](value):
        expected = LITERAL_TYPES.get(kind, kind)
        raise model_failure(f"Cannot convert the literal '{value}' to the expected type '{expected}'.")


def _check_reference(value: Json, member: str) -> None:
    reference = value.get(member)
    if reference is None:
        return
    if not isinstance(reference, dict):
        raise model_failure(f"Cannot convert the value of property '{member}' to the expected type 'Edm.ComplexType'.")
    known = REFERENCES[member]
    _check_names(reference, known, member[0].upper() + member[1:])
    if not isinstance(reference.get(known[0]), str):
        raise model_failure(f"Cannot convert the value of property '{known[0]}' to the expected type 'Edm.String'.")
