# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the forms in which tools keep policies: how each is told, and where the policy in it is.

Facts on the forms: the sources of IntuneManagement, IntuneCD and CIPP-API, and exports that people published.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid

from .found import LeftError, Place, Reason
from .plain import Document, is_setting, member, policy_of
from .texts import json_of

_GRAPH = "#microsoft.graph."
_NEXT_PAGE = "@odata.nextLink"
_POLICY_TYPE = f"{_GRAPH}deviceManagementConfigurationPolicy"
CIPP = "cipp"
_DETAILS = "settingsDetails"
# Texts in texts: a template of CIPP has two levels.
_MOST_TEXTS = 4


@dataclass(frozen=True)
class Export:
    """One policy of an export, as the tool wrote it. ``name`` is what else than the policy says what it is called."""

    place: Place
    format: str
    document: Document
    name: str = ""


@dataclass(frozen=True)
class Other:
    """Something in a file that is not a policy of the settings catalog, and the error that says what it is."""

    place: Place
    error: LeftError
    document: t.Any = None


@dataclass(frozen=True)
class Form:
    """A form in which a policy is kept: its word in results, and what tells it."""

    name: str
    fits: t.Callable[[Document], bool]


@dataclass(frozen=True)
class Wrapping:
    """What tools put around policies: what tells it, and what is in it, each with its place there."""

    fits: t.Callable[[t.Any], bool]
    unwrapped: t.Callable[[t.Any], t.Iterable[tuple[str, t.Any]]]
    # The form of a policy in it, "" where the policy tells itself.
    form: str = ""
    # Whether it is JSON text, which is bounded for each text, and not for texts in texts.
    is_text: bool = False
    # What the wrapping calls the policy.
    name: t.Callable[[t.Any], str] = lambda _document: ""


def exports_in(value: t.Any, place: Place) -> list[Export | Other]:
    """Return all policies in a value of a file, and what else is in it."""
    return list(_exports_in(value, place, "", "", 0))


def _exports_in(value: t.Any, place: Place, form: str, name: str, texts: int) -> t.Iterator[Export | Other]:
    wrapping = next((each for each in WRAPPINGS if each.fits(value)), None)
    if wrapping is None:
        yield _export(value, place, form, name)
        return
    texts += wrapping.is_text
    if texts > _MOST_TEXTS:
        yield Other(place, LeftError(Reason.BROKEN, "it holds JSON text in JSON text without an end"))
        return
    form = form or wrapping.form
    try:
        found = list(wrapping.unwrapped(value))
    except LeftError as error:
        yield Other(place, error)
        return
    if not found:
        yield Other(place, LeftError(Reason.NOT_A_POLICY, "it is an empty list"), value)
    if isinstance(value, dict) and value.get(_NEXT_PAGE):
        cause = "it is one page of a list that goes on at Graph: export the other pages, too"
        yield Other(place, LeftError(Reason.INCOMPLETE, cause))
    for item, each in found:
        where = place.within(item) if item else place
        yield from _exports_in(each, where, form, wrapping.name(value) or name, texts)


def _export(value: t.Any, place: Place, form: str, name: str) -> Export | Other:
    what = _not_a_policy(value)
    if what:
        return Other(place, LeftError(Reason.NOT_A_POLICY, what), value)
    return Export(place, form or next(each.name for each in FORMS if each.fits(value)), value, name)


def names_in(value: t.Any) -> dict[str, str]:
    """Return the names of groups by their ids that something tells which is not a policy: a group as Graph shows it, or
    the table that IntuneManagement keeps beside its exports.
    """
    if not isinstance(value, dict):
        return {}
    listed = member(value, "objects")
    groups = [each for each in listed if _is_group_of_table(each)] if isinstance(listed, list) else []
    groups += [value] if _GROUP_MEMBERS & value.keys() else []
    pairs = [(member(group, "id"), member(group, "displayName")) for group in groups]
    return {key.lower(): name for key, name in pairs if _is_text(key) and is_guid(key) and _is_text(name)}


_GROUP_MEMBERS = {"groupTypes", "securityEnabled"}


def _is_group_of_table(value: t.Any) -> bool:
    return isinstance(value, dict) and str(member(value, "type")).lower() == "group"


def _is_text(value: t.Any) -> t.TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _not_a_policy(value: t.Any) -> str:
    """Return what something is that is not a policy of the settings catalog, "" for one."""
    if not isinstance(value, dict):
        return f"it is {_WORDS.get(type(value), 'a value')}, not a policy"
    type_name = value.get("@odata.type")
    if isinstance(type_name, str) and type_name not in (_POLICY_TYPE, _POLICY_TYPE.removeprefix("#")):
        return f"it is of the type {type_name.removeprefix(_GRAPH)}, not a policy of the settings catalog"
    if any(fits(value) for fits in _ADMINISTRATIVE):
        return "it is of Administrative Templates, not of the settings catalog: set the same there, and export that"
    settings = member(value, "settings")
    if is_setting(settings) or (isinstance(settings, list) and any(map(is_setting, settings))):
        return ""
    # Lists of policies come without their settings.
    if member(value, "platforms") is not None and member(value, "technologies") is not None:
        return ""
    return "it has no settings of the settings catalog"


def _has_bound_definitions(document: Document) -> bool:
    """Tell whether a document is a change of such a policy, as CIPP keeps it."""
    added = member(document, "added")
    return isinstance(added, list) and any(isinstance(each, dict) and _BOUND in each for each in added)


_BOUND = "definition@odata.bind"
# What tells a policy of Administrative Templates, which tools keep with settings of Office in it, too.
_ADMINISTRATIVE: tuple[t.Callable[[Document], bool], ...] = (
    lambda document: member(document, "definitionValues") is not None,
    lambda document: member(document, "policyConfigurationIngestionType") is not None,
    _has_bound_definitions,
)
_WORDS = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a text"}


def _has_noise(document: Document) -> bool:
    """Tell whether a document has what only odata.metadata=full gives."""
    return any(isinstance(key, str) and (key.endswith("@odata.type") and key != "@odata.type") for key in document)


def _has_names(document: Document) -> bool:
    """Tell whether a document has names where Graph has ids, which IntuneCD puts there."""
    policy = policy_of(document)
    targets = [each.get("target") for each in policy.get("assignments", ()) if isinstance(each, dict)]
    named = any(isinstance(target, dict) and "groupName" in target for target in targets)
    return named or not all(str(tag).isdecimal() or is_guid(str(tag)) for tag in policy.get("roleScopeTagIds", ()))


# The first that fits counts; the last fits all.
FORMS = (
    Form("intune_management", _has_noise),
    Form("intunecd", lambda document: "id" not in document and ("settingCount" in document or _has_names(document))),
    Form("portal", lambda document: "@odata.context" in document and "assignments" not in document),
    Form("graph", lambda document: "id" in document),
    Form("request_body", lambda _document: True),
)


def _inner(document: t.Any, name: str) -> t.Any:
    """Return a member that is JSON text, or what somebody made of that; None where there is none. ``name`` is in lower
    case.
    """
    if not isinstance(document, dict):
        return None
    found = (value for key, value in document.items() if isinstance(key, str) and key.lower() == name)
    return next((value for value in found if isinstance(value, dict) or _is_text(value)), None)


def _named(document: Document) -> str:
    name = _inner(document, "displayname")
    return name if isinstance(name, str) else ""


def _members(values: t.Sequence[t.Any]) -> t.Iterable[tuple[str, t.Any]]:
    return [(f"item {number}", each) for number, each in enumerate(values, 1)]


def _is_list_of_settings(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_setting, value))


def _template(name: str) -> Wrapping:
    """Return what CIPP puts around a policy as the text of a member."""
    return Wrapping(
        lambda value: _inner(value, name) is not None,
        lambda value: [("", _inner(value, name))],
        form=CIPP,
        name=_named,
    )


# The first that fits counts.
WRAPPINGS = (
    # A policy's settings alone, as Graph lists them.
    Wrapping(_is_list_of_settings, lambda value: [("", {"settings": value})], "settings"),
    Wrapping(lambda value: isinstance(value, list), _members),
    Wrapping(
        lambda value: isinstance(value, dict) and isinstance(value.get("value"), list) and "settings" not in value,
        lambda value: [("", value["value"])],
    ),
    # The settings of a policy as a provider of Terraform called them.
    Wrapping(
        lambda value: isinstance(value, dict) and _is_list_of_settings(value.get(_DETAILS)) and "settings" not in value,
        lambda value: [("", {"settings" if key == _DETAILS else key: each for key, each in value.items()})],
    ),
    # A template of CIPP: a row of its table, and in it the template.
    _template("rawjson"),
    _template("json"),
    Wrapping(
        lambda value: isinstance(value, str) and value.lstrip()[:1] in ("{", "["),
        lambda value: [("", json_of(value))],
        is_text=True,
    ),
)
