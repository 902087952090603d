# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a policy of an export to the options of a definition, which mean the same or are not made."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import (
    NO_TEMPLATE,
    OWN_TYPE,
    PLATFORM,
    TECHNOLOGIES,
    type_of,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import is_office
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import from_instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import Problem, SettingsError, listed
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings, clear_secrets, hidden_secrets
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import unknown_definitions
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import HALF_CHARACTER

from .assignments import assigned
from .formats import CIPP, Export
from .found import LeftError, Place, Reason
from .plain import Document, cut_off, definition_id, member, policy_of, with_types
from .unsaid import template_part, unfilled_variables, unsaid_members

Entry = dict[str, t.Any]

_SHOWN = 3
# Characters of a text.
_CUT_SHOWN = 20
# The words of people for what is not for Windows.
_PLATFORMS = {"macos": "macOS", "ios": "iOS", "linux": "Linux", "android": "Android", "windows10x": "Windows 10X"}


@dataclass(frozen=True)
class Options:
    """What else than the export decides what a definition says."""

    catalog: Catalog
    group_names: t.Mapping[str, str]
    # Whether a definition of Office that the catalog does not know may be written as raw.
    unknown_as_raw: bool = False


@dataclass(frozen=True)
class Taken:
    """A policy as a definition: its options, its settings in the canonical form, and what is to be known of it."""

    place: Place
    format: str
    definition: Document
    settings: Settings
    id: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the policy."""
        return str(self.definition["display_name"])

    @property
    def secrets(self) -> list[str]:
        """The ids of its settings that hold a secret in clear text."""
        return sorted(clear_secrets(self.settings))

    @property
    def raw(self) -> int:
        """How many of its settings only ``raw`` can hold."""
        return sum("raw" in entry for entry in self.definition["settings"])


def taken(export: Export, options: Options) -> Taken:
    """Return the definition of a policy. Raises LeftError where it is not imported."""
    policy = policy_of(export.document)
    _check_purpose(policy)
    if member(export.document, "settings@odata.nextLink") is not None:
        raise LeftError(Reason.INCOMPLETE, "its settings go on at Graph: export it with all of them")
    settings = _settings_of(policy, options)
    try:
        groups = assigned(policy.get("assignments", ()), options.group_names)
        definition = {
            "display_name": _name_of(policy, export),
            "description": _text(policy, "description"),
            **{name: value for name, value in groups.options.items() if name == "groups"},
            "settings": _entries(settings, options.catalog),
            **_scope_tags(policy),
            **{name: value for name, value in groups.options.items() if name != "groups"},
        }
        policy_id = _text(policy, "id") or None
    except ValueError as error:
        if isinstance(error, LeftError):
            raise
        raise LeftError(Reason.INVALID, str(error)) from None
    notes = (
        *groups.lost,
        *unsaid_members(export.document),
        *(unfilled_variables(definition) if export.format == CIPP else ()),
        *_notes_on_name(policy, definition["display_name"]),
    )
    return Taken(export.place, export.format, definition, settings, policy_id, notes)


def name_of(export: Export) -> str | None:
    """Return what a policy is called, as far as it can be told, for what is said of it."""
    name = export.document.get("name")
    return name if isinstance(name, str) and name.strip() else export.name or None


def _check_purpose(policy: Document) -> None:
    """Raise LeftError for a policy that is none of this surface: for another platform, or made from a template.

    What is trimmed says neither, and Office has settings for Windows alone.
    """
    told = {"platforms": PLATFORM, "technologies": TECHNOLOGIES, **policy}
    try:
        found = type_of(told)
    except ValueError as error:
        raise LeftError(Reason.INVALID, str(error)) from None
    if found == OWN_TYPE:
        return
    platforms, technologies, family = found.name.split("/", 2)
    if platforms.lower() != PLATFORM:
        shown = ", ".join(_PLATFORMS.get(each.lower(), each) for each in platforms.split(","))
        raise LeftError(Reason.PLATFORM, f"it is for {shown}, and Office policies are for {PLATFORM}")
    if family.lower() != NO_TEMPLATE:
        reference = policy["templateReference"]
        named = reference.get("templateDisplayName") or family
        raise LeftError(Reason.TEMPLATE, f"it was made from a template ({named}), which a definition cannot say")
    if technologies.lower() != TECHNOLOGIES:
        cause = f"it is managed by {technologies}, and Office policies are managed by {TECHNOLOGIES}"
        raise LeftError(Reason.PLATFORM, cause)


def _settings_of(policy: Document, options: Options) -> Settings:
    """Return the settings of a policy that can be imported. Raises LeftError."""
    given = policy.get("settings") or []
    if not isinstance(given, list):
        raise LeftError(Reason.INVALID, f"its settings are of type {type(given).__name__}, not a list")
    cut = cut_off(given)
    if cut:
        cause = f"PowerShell wrote a part of it as text ('{cut[:_CUT_SHOWN]}...')"
        step = "ConvertTo-Json does so below its depth: export it again with -Depth 100"
        raise LeftError(Reason.INCOMPLETE, f"{cause}. {step}")
    part = template_part(given)
    if part:
        cause = f"one of its settings refers to a part of a template ({part}), which a definition cannot say"
        raise LeftError(Reason.TEMPLATE, cause)
    count = policy.get("settingCount")
    if not given and count != 0:
        cause = "the export does not hold its settings, as a list of policies does not: export it with them"
        raise LeftError(Reason.INCOMPLETE, cause)
    if not any(is_office(each) for each in map(definition_id, given)):
        raise LeftError(Reason.NOT_OFFICE, "none of its settings is one of Office")
    settings = _canonical(given, options.catalog)
    if isinstance(count, int) and not isinstance(count, bool) and count > len(settings):
        cause = f"the export holds {len(settings)} of its {count} settings: export it again, with all of them"
        raise LeftError(Reason.INCOMPLETE, cause)
    unknown = sorted(each for each in unknown_definitions(settings, options.catalog) if is_office(each))
    if unknown and not options.unknown_as_raw:
        which = "this definition" if len(unknown) == 1 else f"these {len(unknown)} definitions"
        cause = f"the catalog does not know {which} of Office: {listed(unknown, _SHOWN)}"
        raise LeftError(Reason.UNKNOWN, f"{cause}; give a newer catalog file, or have them written as raw")
    secrets = sorted(hidden_secrets(settings))
    if secrets:
        cause = f"it holds a secret, of which Graph shows a token alone: {listed(secrets, _SHOWN)}"
        raise LeftError(Reason.INVALID, cause)
    return settings


def _canonical(given: list[t.Any], catalog: Catalog) -> Settings:
    """Return settings in the canonical form, those of a tool that leaves types out, too. Raises LeftError."""
    try:
        return from_instances(given)
    except SettingsError:
        pass
    try:
        return from_instances(with_types(given, catalog))
    except SettingsError as error:
        raise LeftError(Reason.INVALID, _told(error)) from None


def _entries(settings: Settings, catalog: Catalog) -> list[Entry]:
    """Return the entries of the settings language that mean exactly these settings. Raises LeftError."""
    entries = shorten(settings, catalog, explicit=True, checked=False)
    with contextlib.suppress(LeftError):
        _check_same(entries, settings, catalog)
        return entries
    entries = shorten(settings, catalog, explicit=True)
    _check_same(entries, settings, catalog)
    return entries


def _check_same(entries: t.Any, settings: Settings, catalog: Catalog) -> None:
    """Raise LeftError unless entries compile to exactly these settings."""
    try:
        compiled = compile_settings(entries, catalog, suggest=0)
    except SettingsError as error:
        raise LeftError(Reason.INVALID, f"Graph would not take it: {_told(error, _setting_of)}") from None
    if compiled != settings:
        differ = sorted(key for key in {*compiled, *settings} if compiled.get(key) != settings.get(key))
        cause = f"the definition would mean something else than the export: {listed(differ, _SHOWN)}"
        raise LeftError(Reason.INVALID, cause)


def _told(error: SettingsError, shown: t.Callable[[Problem], str] = str) -> str:
    more = len(error.problems) - _SHOWN
    told = "; ".join(map(shown, error.problems[:_SHOWN]))
    return told + (f"; and {more} more problems" if more > 0 else "")


def _setting_of(problem: Problem) -> str:
    """Return a problem by its setting: its number is that of an entry, which the export knows nothing of."""
    return str(replace(problem, place=problem.key) if problem.key else problem)


def _name_of(policy: Document, export: Export) -> str:
    """Return the name of a policy: its own, that of a template, or that of its file."""
    own = _text(policy, "name")
    return own if own.strip() else export.name.strip() or _stem(export.place)


def _stem(place: Place) -> str:
    stem = place.file.rpartition("/")[2].rpartition(".")[0] or place.file
    return f"{stem} {place.item}".strip()


def _notes_on_name(policy: Document, name: str) -> list[str]:
    return [] if str(policy.get("name") or "").strip() else [f"the export tells no name, so it is called '{name}'"]


def _scope_tags(policy: Document) -> dict[str, list[str]]:
    tags = policy.get("roleScopeTagIds")
    if not tags:
        return {}
    if not all(isinstance(tag, str) and tag.strip() for tag in tags):
        raise ValueError("its roleScopeTagIds are not a list of texts")
    return {
        "scope_tags": sorted(set(tags), key=lambda tag: (not tag.isdecimal(), int(tag) if tag.isdecimal() else 0, tag))
    }


def _text(policy: Document, name: str) -> str:
    value = policy.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"its {name} is of type {type(value).__name__}, not str")
    if value and HALF_CHARACTER.search(value):
        raise ValueError(f"its {name} holds an unpaired surrogate")
    return value or ""
