# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting instances, the JSON of Graph and of exports, from and to the canonical form."""

from __future__ import annotations

import json
import typing as t

from .._json import is_too_deep, may_be_deep
from .._policy.texts import MASK
from .definitions import CHOICE, CHOICE_LIST, GROUP, GROUP_LIST, INTEGER, REFERENCE, SECRET, SIMPLE, SIMPLE_LIST, STRING
from .problems import Problem, SettingsError
from .settings import (
    LIST_KINDS,
    Choice,
    Group,
    Members,
    Other,
    Setting,
    Settings,
    Simple,
    Unknown,
    Value,
    without_unknown,
)

# Made once, as IN_ORDER of _json.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

PREFIX = "#microsoft.graph.deviceManagementConfiguration"
TYPE = "@odata.type"
_ID = "settingDefinitionId"
# The kind of an instance by Graph's type, and the property that holds its value.
KINDS = {
    "ChoiceSettingInstance": (CHOICE, "choiceSettingValue"),
    "SimpleSettingInstance": (SIMPLE, "simpleSettingValue"),
    "SimpleSettingCollectionInstance": (SIMPLE_LIST, "simpleSettingCollectionValue"),
    "ChoiceSettingCollectionInstance": (CHOICE_LIST, "choiceSettingCollectionValue"),
    "GroupSettingInstance": (GROUP, "groupSettingValue"),
    "GroupSettingCollectionInstance": (GROUP_LIST, "groupSettingCollectionValue"),
}
_TYPES = {kind: (name, member) for name, (kind, member) in KINDS.items()}
_VALUE_TYPES = {
    STRING: "StringSettingValue",
    INTEGER: "IntegerSettingValue",
    SECRET: "SecretSettingValue",
    REFERENCE: "ReferenceSettingValue",
}
_SIMPLE_TYPES = {name: value_type for value_type, name in _VALUE_TYPES.items()}
# What Graph and tools add without a meaning of its own: references to templates, what audits note, documents of
# definitions beside their settings.
_NOISE = {
    "settingInstanceTemplateReference",
    "settingValueTemplateReference",
    "auditRuleInformation",
    "settingDefinitions",
}
# What else simple values say: a state of secrets, a note of references.
_MORE = {SECRET: "valueState", REFERENCE: "note"}
# Members that Graph's types have; in a type that does not have them Graph refuses them.
MEMBERS = {TYPE, _ID, "value", "children", *_MORE.values(), *(member for _kind, member in KINDS.values())}


class FormError(ValueError):
    """Something that is not a setting instance; the text says why."""


def from_instances(documents: t.Iterable[t.Any]) -> Settings:
    """Return the settings of instances, or of the objects with an id around them, as Graph and exports show them.

    Raises SettingsError with all that is not one, and for a definition that is there more than once.
    """
    found: dict[str, Setting] = {}
    problems: list[Problem] = []
    for number, document in enumerate(documents, 1):
        try:
            setting = setting_of(document)
        except FormError as error:
            problems.append(Problem(f"setting {number}", str(error)))
            continue
        if setting.id.lower() in found:
            problems.append(Problem(f"setting {number}", f"{setting.id} is there more than once"))
        found[setting.id.lower()] = setting
    if problems:
        raise SettingsError(problems)
    return Settings(found.values())


def setting_of(document: t.Any) -> Setting:
    """Return the setting of an instance, or of the object with an id around it. Raises FormError."""
    try:
        data = _dumps(document).encode()
    except (TypeError, ValueError, RecursionError):
        data = None
    if (data is None or may_be_deep(data)) and is_too_deep(document):
        raise FormError("it is nested too deeply")
    _object(document, "a setting instance")
    if data is None:
        raise FormError("it holds a key or a value that JSON does not know, or an unpaired surrogate")
    if "settingInstance" not in document:
        return _setting(document)
    setting = _setting(_object(document["settingInstance"], "settingInstance"))
    around = _unknown(document, {"id", "settingInstance"})
    return Setting(setting.id, setting.value, tuple(sorted({*setting.unknown, *around})))


def _setting(document: t.Mapping[str, t.Any]) -> Setting:
    definition_id = document.get(_ID)
    if not isinstance(definition_id, str) or not definition_id:
        raise FormError(f"{_ID} is not there, and it says which definition an instance is of")
    type_name = document.get(TYPE)
    if not isinstance(type_name, str):
        raise FormError(f"{definition_id}: {TYPE} is not there, and it says which kind of setting it is")
    kind, member = KINDS.get(_short(type_name), ("", ""))
    if not kind:
        rest = {name: value for name, value in document.items() if name != _ID}
        return Setting(definition_id, Other(_dumps(_kept(rest))))
    try:
        value = _value_of(kind, document.get(member), member)
    except FormError as error:
        raise FormError(f"{definition_id}: {error}") from None
    return Setting(definition_id, value, _unknown(document, {_ID, member}))


def _value_of(kind: str, document: t.Any, member: str) -> Value:
    if kind not in LIST_KINDS:
        value: Value = _READ[kind](_object(document, member))
        return value
    if not isinstance(document, (list, tuple)) and document is not None:
        raise FormError(f"{member} is not a list")
    return Members.of(kind, [_READ[LIST_KINDS[kind]](_object(each, member)) for each in document or ()])


def _choice(document: t.Mapping[str, t.Any]) -> Choice:
    option = document.get("value")
    if not isinstance(option, str):
        raise FormError("value of a choice must be the id of an option")
    children = _children(document)
    unknown = _unknown(document, {"value", "children"}, "ChoiceSettingValue")
    return Choice(option.lower(), children, unknown, option)


def _group(document: t.Mapping[str, t.Any]) -> Group:
    return Group(_children(document), _unknown(document, {"children"}, "GroupSettingValue"))


def _simple(document: t.Mapping[str, t.Any]) -> Simple:
    type_name = document.get(TYPE)
    if not isinstance(type_name, str):
        raise FormError(f"a simple value has no {TYPE}, which says whether it is a text or a number")
    name = _short(type_name)
    value = document.get("value")
    if value is None and _SIMPLE_TYPES.get(name) == STRING:
        # A text that is empty may be shown as nothing at all.
        value = ""
    if isinstance(value, (dict, list)):
        raise FormError("value of a simple value must be a text or a number")
    value_type = _SIMPLE_TYPES.get(name, name)
    own = _MORE.get(value_type, "")
    more = _unknown({own: document.get(own)}, ())
    return Simple(value_type, value, more, _unknown(document, {"value", own}))


def _children(document: t.Mapping[str, t.Any]) -> Settings:
    children = document.get("children") or []
    if not isinstance(children, list):
        raise FormError("children is not a list")
    found = [_setting(_object(child, "children")) for child in children]
    settings = Settings(found)
    if len(settings) < len(found):
        raise FormError("a definition is there more than once among the children")
    return settings


_READ: dict[str, t.Callable[[t.Mapping[str, t.Any]], t.Any]] = {CHOICE: _choice, SIMPLE: _simple, GROUP: _group}


def _unknown(document: t.Mapping[str, t.Any], known: t.Collection[str], type_name: str = "") -> Unknown:
    """Return the members with a value that this collection does not know."""
    # What is known is most of it, and is not copied: it may go deep.
    others = {name: value for name, value in document.items() if name != TYPE and name not in known}
    found = [(name, _dumps(value)) for name, value in _kept(others).items()]
    given = document.get(TYPE)
    if type_name and isinstance(given, str) and _short(given) != type_name:
        found.append((TYPE, _dumps(given)))
    return tuple(sorted(found))


def _kept(document: t.Any) -> t.Any:
    """Return JSON without nulls and noise, to any depth."""
    if isinstance(document, dict):
        return {
            str(name): _kept(value)
            for name, value in document.items()
            if value is not None and not _is_noise(str(name))
        }
    return [_kept(each) for each in document] if isinstance(document, list) else document


def _is_noise(name: str) -> bool:
    return name in _NOISE or name.startswith("#") or ("@" in name and name != TYPE)


def _object(document: t.Any, name: str) -> t.Mapping[str, t.Any]:
    if not isinstance(document, dict):
        raise FormError(f"{name} is not a JSON object")
    return document


def _short(type_name: str) -> str:
    name = type_name if type_name.startswith("#") else f"#{type_name}"
    return name.removeprefix(PREFIX)


def _dumps(value: t.Any) -> str:
    return _CANONICAL.encode(value)


def with_masks(value: t.Any) -> t.Any:
    """Return JSON that may hold setting instances, such as entries, with a mask in the place of each secret in clear
    text. A token of Graph's is none.
    """
    if isinstance(value, (list, tuple)):
        return [with_masks(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: with_masks(each) for name, each in value.items()}
    is_secret = isinstance(value.get(TYPE), str) and _SIMPLE_TYPES.get(_short(value[TYPE])) == SECRET
    if is_secret and value.get("value") not in (None, "") and value.get(_MORE[SECRET]) != "encryptedValueToken":
        found["value"] = MASK
    return found


def instances(settings: Settings) -> list[dict[str, t.Any]]:
    """Return the setting instances to send, by definition id."""
    return [instance_of(setting) for setting in settings.values()]


def sendable(settings: Settings) -> list[dict[str, t.Any]]:
    """Return the same without what is unknown in them: nobody here knows what it would mean."""
    return instances(without_unknown(settings))


def instance_of(setting: Setting) -> dict[str, t.Any]:
    """Return the setting instance to send."""
    value = setting.value
    if isinstance(value, Other):
        return {**json.loads(value.text), _ID: setting.id}
    name, member = _TYPES[value.kind]
    written = [_written(each) for each in value.given] if isinstance(value, Members) else _written(value)
    return {
        TYPE: PREFIX + name,
        _ID: setting.id,
        member: written,
        **_members_of(setting.unknown),
    }


def _written(value: t.Any) -> dict[str, t.Any]:
    unknown = _members_of(value.unknown)
    if isinstance(value, Simple):
        name = _VALUE_TYPES.get(value.value_type, value.value_type)
        more = _members_of(value.more)
        return {TYPE: name if name.startswith("#") else PREFIX + name, "value": value.value, **more, **unknown}
    children = instances(value.children)
    if isinstance(value, Choice):
        return {TYPE: f"{PREFIX}ChoiceSettingValue", "value": value.spelled, "children": children, **unknown}
    return {TYPE: f"{PREFIX}GroupSettingValue", "children": children, **unknown}


def _members_of(unknown: Unknown) -> dict[str, t.Any]:
    return {name: json.loads(text) for name, text in unknown}
