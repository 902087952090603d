# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that a policy's settings have to keep: what the service checks against the definitions.

Texts are those that public records have; marked *ours* where none was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import Refused
from .baseline import BASELINE, reference
from .refusals import refused
from .shapes import REFERENCES, Json, length_in_dotnet, type_name, values_of

if TYPE_CHECKING:
    from .definitions import Definitions


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules have to know of the policy: its platform, technologies, and the template it was made from."""

    definitions: Definitions
    platforms: str = "windows10"
    technologies: str = "mdm"
    template_id: str = ""
    # Templates that the tenant has and this emulator does not: what refers to them is taken unchecked.
    held_templates: frozenset[str] = frozenset()
    # Definitions that the catalogue lacks and the tenant has, in lower case: what refers to them is taken unchecked.
    unjudged: frozenset[str] = frozenset()
    accepts_unknown: bool = False

    def skips(self, key: str) -> bool:
        """Whether a setting with this definition is taken unchecked."""
        return key.casefold() in self.unjudged or (self.accepts_unknown and self.definitions.get(key) is None)


def check(context: Context, settings: Iterable[Json]) -> None:
    """Check all settings of a policy, whose JSON fits the model.

    :raises Refused: 400 for the first rule that is broken.
    """
    if context.template_id not in ("", BASELINE, *context.held_templates):
        raise refused(f"Policy template {context.template_id} was not found")  # ours
    seen: set[str] = set()
    for place, setting in enumerate(settings):
        instance = setting["settingInstance"]
        if context.skips(instance["settingDefinitionId"]):
            continue
        definition = context.definitions.known(instance["settingDefinitionId"])
        if context.definitions.is_child(definition["id"]):
            raise refused(f"{definition['id']}: {PARENT_MISSING}")
        _once(definition, seen)
        _check_applicability(context, definition)
        _check_instance(context, definition, instance, f"dCV2Policy.Settings[{place}].SettingInstance")


PARENT_MISSING = "Setting contains parent setting that are not present in the policy"


def _once(definition: Json, seen: set[str]) -> None:
    """Refuse a setting that was there before (ours)."""
    if definition["id"].casefold() in seen:
        raise refused(f"{definition['id']}: Setting is present more than once in the policy")
    seen.add(definition["id"].casefold())


def _flags(text: str) -> set[str]:
    return {flag.strip().casefold() for flag in text.split(",") if flag.strip()}


def _shown(text: str) -> str:
    """Flags as the service writes them: MDM, EdgeMAM, MicrosoftSense."""
    flags = [flag.strip() for flag in text.split(",")]
    return ", ".join("MDM" if flag.casefold() == "mdm" else flag[:1].upper() + flag[1:] for flag in flags)


def _check_applicability(context: Context, definition: Json) -> None:
    """The policy has to be for a platform (ours) and a technology of each setting."""
    applicability = definition.get("applicability") or {}
    for name, member, given in (
        ("platform", "platform", context.platforms),
        ("technology", "technologies", context.technologies),
    ):
        offered = str(applicability.get(member) or "")
        if offered and not _flags(offered) & _flags(given):
            raise refused(
                f"Setting with {name} applicability {_shown(offered)} does not match with the policy's {name} "
                f"applicability {_shown(given)}"
            )


def _check_instance(context: Context, definition: Json, instance: Json, path: str) -> None:
    _check_reference(context, instance, "settingInstanceTemplateReference", reference("instance", definition["id"]))
    expected, checks = KINDS[type_name(definition["@odata.type"])]
    actual = type_name(instance["@odata.type"])
    if actual != expected:
        raise refused(  # ours
            f"{definition['id']}: Setting Instance has unexpected type. Expected type {expected} does not match "
            f"actual type {actual}"
        )
    _check_count(definition, instance, path)
    for value in values_of(instance):
        _check_reference(context, value, "settingValueTemplateReference", reference("value", definition["id"]))
        checks(context, definition, value, path)


def _check_reference(context: Context, part: Json, member: str, own: str) -> None:
    """Each part of a policy from a template refers to it, as the template spells the id; no part of another does."""
    if context.template_id in context.held_templates:
        return
    found = (part.get(member) or {}).get(REFERENCES[member][0])
    if found != (own if context.template_id else None):
        raise invalid_reference(context.template_id, found or "")


def invalid_reference(template: str, key: str) -> Refused:
    """400 for a reference that the policy's template does not have."""
    return refused(
        f"Info\nInvalid Reference id found in Policy created from Template {template}\nPolicyId\n\n"
        f"TemplateId\n{template}\nInvalidReferenceId\n{key}"
    )


def _check_count(definition: Json, instance: Json, path: str) -> None:
    """Too many members are refused by the model's text, too few by the service's."""
    if "maximumCount" not in definition:
        return
    count, least, most = len(values_of(instance)), definition["minimumCount"] or 0, definition["maximumCount"] or 0
    if most and count > most:
        field = f"{type_name(instance['@odata.type']).removesuffix('Instance')}Value"
        text = f"{path}.{field} : Count is not >= 0 and <= {most}"
        raise refused(f"The request is invalid. {text}", inner=text)
    if count < least:
        raise refused(
            f"{definition['id']}: Count Of List of Setting Values {count}, does not meet bound requirements. Expected "
            f"count would be {least} and  {most}"
        )


def _check_choice(context: Context, definition: Json, value: Json, path: str) -> None:
    chosen = value["value"].casefold()
    option = next((item for item in definition["options"] if item["itemId"].casefold() == chosen), None)
    if option is None:
        expected = ", ".join(item["itemId"] for item in definition["options"])
        raise refused(
            f"{definition['id']}: Selected Option {value['value']} does not match with the list of expected options: "
            f"{expected}"
        )
    present = _check_children(context, option["itemId"], value, f"{path}.ChoiceSettingValue")
    needed = context.definitions.required(option["itemId"])
    if not {name.casefold() for name in needed} <= present:
        raise refused(
            f"{definition['id']}: Selected option {option['itemId']} with dependent settings doesnt contain required "
            f"dependent settings. Required dependent settings are {','.join(needed)}"
        )


def _check_group(context: Context, definition: Json, value: Json, path: str) -> None:
    if not value.get("children"):
        raise refused(f"{definition['id']}: SettingGroupValue should not be empty")
    present = _check_children(context, definition["id"], value, f"{path}.GroupSettingValue")
    needed = context.definitions.required(definition["id"])
    if not {name.casefold() for name in needed} <= present:
        raise refused(  # ours, by the text for options
            f"{definition['id']}: Setting group with dependent settings doesnt contain required dependent settings. "
            f"Required dependent settings are {','.join(needed)}"
        )


def _check_children(context: Context, parent: str, value: Json, path: str) -> set[str]:
    """Check what hangs on an option or group; the ids that are there, in lower case."""
    seen: set[str] = set()
    for place, child in enumerate(value.get("children") or ()):
        definition = context.definitions.known(child["settingDefinitionId"])
        if not context.definitions.depends_on(definition["id"], parent):
            raise refused(f"{definition['id']}: {_misplaced(context, definition, parent)}")
        _once(definition, seen)
        _check_instance(context, definition, child, f"{path}.Children[{place}]")
    return seen


def _misplaced(context: Context, definition: Json, parent: str) -> str:
    if context.definitions.is_child(definition["id"]):
        return PARENT_MISSING
    return f"Setting is not a dependent setting of {parent}"  # ours


def _check_simple(_context: Context, definition: Json, value: Json, _path: str) -> None:
    actual = type_name(value["@odata.type"]).removesuffix("SettingValue")
    expected = expected_kind(definition)
    if actual != expected:
        raise refused(
            f"{definition['id']}: Simple Setting has unexpected value. Expected value type {expected} does not match "
            f"actual value type {actual}"
        )
    BOUNDS[actual](definition, value)


def expected_kind(definition: Mapping[str, Any]) -> str:
    """The kind of simple value that a definition wants: String, Integer, Secret or Reference."""
    rules = definition.get("valueDefinition") or {}
    if definition.get("referredSettingInformationList"):
        return "Reference"
    if rules.get("isSecret"):
        return "Secret"
    stated = rules.get("@odata.type", "StringSettingValueDefinition")
    return type_name(str(stated)).removesuffix("SettingValueDefinition")


def _check_length(definition: Json, value: Json) -> None:
    """The length of a text; a greatest length of 0 is none (counted over the stored catalogue). Ours."""
    rules = definition.get("valueDefinition") or {}
    least, most = rules.get("minimumLength") or 0, rules.get("maximumLength") or 0
    length = length_in_dotnet(value["value"])
    if length < least or (most and length > most):
        raise refused(
            f"{definition['id']}: Length of String Setting Value {length}, does not meet bound requirements. Expected "
            f"length would be {least} and  {most}"
        )


def _check_number(definition: Json, value: Json) -> None:
    """The bounds of a number. Ours. The default is not held to them: one lies outside its own."""
    if value["value"] == (definition.get("defaultValue") or {}).get("value"):
        return
    rules = definition.get("valueDefinition") or {}
    least, most = rules.get("minimumValue"), rules.get("maximumValue")
    number = value["value"]
    if (least is not None and number < least) or (most is not None and number > most):
        raise refused(
            f"{definition['id']}: Integer Setting Value {number}, does not meet bound requirements. Expected value "
            f"would be {least} and  {most}"
        )


def _check_secret(definition: Json, value: Json) -> None:
    """A secret is written as plain text; the token that is read in its place cannot be written back. Ours."""
    if value.get("valueState") not in (None, "notEncrypted"):
        raise refused(f"{definition['id']}: Secret Setting Value has unexpected state. Expected state is notEncrypted")
    _check_length(definition, value)


BOUNDS: dict[str, Callable[[Json, Json], None]] = {
    "String": _check_length,
    "Integer": _check_number,
    "Secret": _check_secret,
    "Reference": lambda _definition, _value: None,
}
# Kind of definition -> the instance it wants, and the check of one of its values.
KINDS: dict[str, tuple[str, Callable[[Context, Json, Json, str], None]]] = {
    "ChoiceSettingDefinition": ("ChoiceSettingInstance", _check_choice),
    "ChoiceSettingCollectionDefinition": ("ChoiceSettingCollectionInstance", _check_choice),
    "SimpleSettingDefinition": ("SimpleSettingInstance", _check_simple),
    "SimpleSettingCollectionDefinition": ("SimpleSettingCollectionInstance", _check_simple),
    "SettingGroupDefinition": ("GroupSettingInstance", _check_group),
    "SettingGroupCollectionDefinition": ("GroupSettingCollectionInstance", _check_group),
}
