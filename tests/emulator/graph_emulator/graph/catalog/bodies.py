# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy's body may hold: names and types as the data model has them, then the service's own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import Refused
from ..exchange import Exchange
from .answers import EXTRA_FIELDS
from .expressions import flags
from .model import DEFAULT_TAG, PLAIN_TEMPLATE, CatalogPolicy, shown_settings
from .refusals import model_failure, refused, unknown_property, unknown_type
from .shapes import length_in_dotnet
from .views import check_tags, scope_of

MODEL = "microsoft.management.services.api."
TYPE = "deviceManagementConfigurationPolicy"
MAX_DESCRIPTION = 1000
MAX_TAGS = 100
PLATFORMS = (
    "none",
    "android",
    "iOS",
    "macOS",
    "windows10X",
    "windows10",
    "linux",
    "unknownFutureValue",
    "androidEnterprise",
    "aosp",
    "visionOS",
    "tvOS",
)
TECHNOLOGIES = (
    "none",
    "mdm",
    "windows10XManagement",
    "configManager",
    "intuneManagementExtension",
    "thirdParty",
    "documentGateway",
    "appleRemoteManagement",
    "microsoftSense",
    "exchangeOnline",
    "mobileApplicationManagement",
    "linuxMdm",
    "extensibility",
    "enrollment",
    "endpointPrivilegeManagement",
    "unknownFutureValue",
    "windowsOsRecovery",
    "android",
)
TEMPLATE_PROPERTIES = tuple(PLAIN_TEMPLATE)
UNCHANGEABLE = "Platform, PolicyType, and CreationSource cannot be changed once created."


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _members(known: tuple[str, ...]) -> Callable[[Any], bool]:
    names = {name.casefold() for name in known}
    return lambda value: isinstance(value, str) and bool(flags(value)) and flags(value) <= names


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _object(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _anything(_value: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a policy: what it accepts, and the type that a refusal names."""

    accepts: Callable[[Any], bool]
    type: str


EDM_STRING = Property(_text, "Edm.String")
# The service makes these; bodies that were read before have them, and they are skipped.
MADE_BY_SERVICE = ("id", "createdDateTime", "lastModifiedDateTime", "settingCount", "isAssigned", "priorityMetaData")
PROPERTIES: dict[str, Property] = {
    "name": EDM_STRING,
    "description": EDM_STRING,
    "platforms": Property(_members(PLATFORMS), f"{MODEL}deviceManagementConfigurationPlatforms"),
    "technologies": Property(_members(TECHNOLOGIES), f"{MODEL}deviceManagementConfigurationTechnologies"),
    "roleScopeTagIds": Property(_texts, "Collection(Edm.String)"),
    "templateReference": Property(_object, f"{MODEL}{TYPE}TemplateReference"),
    "creationSource": EDM_STRING,
    "disableEntraGroupPolicyAssignment": Property(_flag, "Edm.Boolean"),
    "id": EDM_STRING,
    "createdDateTime": Property(_text, "Edm.DateTimeOffset"),
    "lastModifiedDateTime": Property(_text, "Edm.DateTimeOffset"),
    "settingCount": Property(lambda value: isinstance(value, int) and not isinstance(value, bool), "Edm.Int32"),
    "isAssigned": Property(_flag, "Edm.Boolean"),
    "priorityMetaData": Property(_object, f"{MODEL}deviceManagementPriorityMetaData"),
    # Checked with the definitions.
    "settings": Property(_anything, ""),
    # Assignments are set by the action assign alone; in a policy they are skipped.
    "assignments": Property(_anything, ""),
}


def check_types(body: Mapping[str, Any]) -> None:
    """Refuse values that a property's type does not take.

    :raises Refused: 400 as the model's reader words it.
    """
    for name, value in body.items():
        rule = PROPERTIES.get(name)
        if rule is not None and not rule.accepts(value):
            shown = "null" if value is None else value
            raise model_failure(f"Cannot convert the literal '{shown}' to the expected type '{rule.type}'.")
    stated = body.get("@odata.type")
    if stated is not None and (not isinstance(stated, str) or stated.removeprefix("#") != f"microsoft.graph.{TYPE}"):
        raise unknown_type(str(stated))
    for name in body.get("templateReference") or {}:
        if name not in TEMPLATE_PROPERTIES and "@" not in name:
            raise unknown_property(name, f"{TYPE}TemplateReference")
        if "@" not in name and not _text(body["templateReference"][name]):
            raise model_failure("Cannot convert a value of 'templateReference' to the expected type 'Edm.String'.")


def check_names(exchange: Exchange, body: Mapping[str, Any], policy: CatalogPolicy | None) -> dict[str, Any]:
    """Refuse names that a policy does not have; the fields that only this tenant knows are returned."""
    own = dict(policy.extra) if policy else {}
    if exchange.settings.catalog_extra_fields:
        own |= EXTRA_FIELDS
    for name in body:
        if name not in PROPERTIES and name not in own and "@" not in name and not name.startswith("#"):
            raise unknown_property(name, TYPE)
    return {name: body[name] for name in own if name in body and name not in EXTRA_FIELDS}


def check_texts(body: Mapping[str, Any], *, name_needed: bool) -> None:
    """The service's rules for name and description."""
    if (name_needed or "name" in body) and not body.get("name"):
        raise refused("dCV2Policy.Name : The Name field is required.")
    if length_in_dotnet(body.get("description") or "") > MAX_DESCRIPTION:
        raise refused(
            "dCV2Policy.Description : The field Description must be a string with a maximum length of "
            f"{MAX_DESCRIPTION}."
        )


def tags_of(exchange: Exchange, body: Mapping[str, Any], before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The scope tags of a create or replace; left out they are those of the caller, else the default tag.

    :raises Refused: 400 for null in a replace, a tag that the tenant does not have, or that the caller may not add.
    """
    if "roleScopeTagIds" in body and body["roleScopeTagIds"] is None and exchange.call.method != "POST":
        raise refused("dCV2Policy.RoleScopeTagIds : The RoleScopeTagIds field is required.")
    tags = tuple(dict.fromkeys(body.get("roleScopeTagIds") or _own_tags(exchange)))
    if len(tags) > MAX_TAGS:
        raise refused(f"dCV2Policy.RoleScopeTagIds : Count is not >= 1 and <= {MAX_TAGS}")
    known = {DEFAULT_TAG, *exchange.tenant.scope_tags}
    unknown = [tag for tag in tags if tag not in known]
    if unknown:
        valid = ", ".join(tag for tag in tags if tag in known)
        raise refused(f"Scope Tags validation failed : Scope Tags {', '.join(unknown)} , Validated scope tags {valid}")
    check_tags(exchange, tags, before)
    return tags


def _own_tags(exchange: Exchange) -> tuple[str, ...]:
    """The tags of what is made without any: a new policy has its maker's, unless a setting says otherwise."""
    made = exchange.call.method == "POST" and exchange.settings.untagged_policies == "creator"
    return (scope_of(exchange) if made else ()) or (DEFAULT_TAG,)


def template_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The template reference of a new policy; names and versions are the service's."""
    sent = body.get("templateReference") or {}
    return {
        **PLAIN_TEMPLATE,
        "templateId": sent.get("templateId") or "",
        "templateFamily": sent.get("templateFamily") or "none",
    }


def check_unchanged(body: Mapping[str, Any], policy: CatalogPolicy, *, whole: bool) -> None:
    """Refuse another platform, kind or source than the policy was made with; a replace (``whole``) has to name them."""
    for name, own in (("platforms", policy.platforms), ("technologies", policy.technologies)):
        if (name in body or whole) and flags(body.get(name) or "none") != flags(own):
            raise refused(UNCHANGEABLE)
    if body.get("creationSource") is not None and body["creationSource"] != policy.creation_source:
        raise refused(UNCHANGEABLE)
    if body.get("templateReference") is not None:
        sent = template_of(body)
        if any(sent[name] != policy.template[name] for name in ("templateId", "templateFamily")):
            raise refused(UNCHANGEABLE)


def _held(exchange: Exchange) -> Iterator[str]:
    """Definitions that the tenant's policies refer to: it knows them, whether or not the catalogue has them."""
    for _ordinal, policy in exchange.tenant.catalog.items():
        for setting in policy.settings:
            yield str(setting["settingInstance"]["settingDefinitionId"])


def check_settings(exchange: Exchange, body: Mapping[str, Any], policy: CatalogPolicy) -> CatalogPolicy:
    """The policy with the body's settings, checked against the tenant's definitions.

    :raises Refused: 400 for the first thing that is wrong.
    """
    settings = body.get("settings")
    exchange.tenant.definitions.check(
        settings,
        platforms=policy.platforms,
        technologies=policy.technologies,
        template_id=str(policy.template["templateId"]),
        held_templates=(str(item.template["templateId"]) for _ordinal, item in exchange.tenant.catalog.items()),
        unjudged=_held(exchange),
        accepts_unknown=exchange.settings.catalog_unknown_definitions == "accept",
    )
    assert isinstance(settings, list)
    return replace(policy, settings=shown_settings(settings))


def patched_navigation(name: str) -> Refused:
    """400: PATCH takes no navigation property."""
    return model_failure(f"Cannot apply PATCH to navigation property '{name}' on entity type '{MODEL}{TYPE}'.")
