# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions of settings as values: what Graph's documents of ``configurationSettings`` state as facts."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

# The ADMX files of Office, as the catalog spells them.
OFFICE_FILES = frozenset(
    {"access16", "excel16", "lync16", "office16", "onent16", "outlk16", "ppt16", "proj16", "pub16", "teams"}
    | {"visio16", "word16"}
)
CHOICE, SIMPLE, SIMPLE_LIST = "choice", "simple", "simple_list"
GROUP, GROUP_LIST, CHOICE_LIST = "group", "group_list", "choice_list"
STRING, INTEGER, SECRET, REFERENCE = "string", "integer", "secret", "reference"
# Kinds by the type of Graph's document without what they have in common.
GRAPH_KINDS = {
    "ChoiceSetting": CHOICE,
    "SimpleSetting": SIMPLE,
    "SimpleSettingCollection": SIMPLE_LIST,
    "SettingGroup": GROUP,
    "SettingGroupCollection": GROUP_LIST,
    "ChoiceSettingCollection": CHOICE_LIST,
}
_GRAPH_VALUES = {"String": STRING, "Integer": INTEGER, "Reference": REFERENCE}
_TYPE = re.compile(r"#?microsoft\.graph\.deviceManagementConfiguration(?P<name>\w+?)(Value)?(Definition)?$")
# <ADMX file>[v<n>[h<n>][.<m>]][.updates[.<m>]] is how Microsoft names one batch of an ADMX file.
_BATCH = r"(?P<file>[^~/]+?)(?:v\d+(?:h\d+)?(?:\.\d+)?)?(?:\.updates(?:\.\d+)?)?~"
_FILE_IN_URI = re.compile("/Config/" + _BATCH, re.IGNORECASE)
_FILE_IN_ID = re.compile("(?:user|device)_vendor_msft_policy_config_" + _BATCH, re.IGNORECASE)
# The update channel of today: its id lost the beginning that says so.
LOST_BEGINNING = "pdates~policy~l_microsoftofficemachine~"
# Settings of Office that Microsoft's security guide has in an ADMX file of its own.
SECURITY_GUIDE = "_secguide"
_SCOPES = {"./user": "user", "./device": "device"}


class DefinitionError(ValueError):
    """A document or a line that is not a definition; the text says why."""


@dataclass(frozen=True)
class Child:
    """A definition below another: ``required`` says that its parent cannot be set without it."""

    id: str
    required: bool


@dataclass(frozen=True)
class Option:
    """What a choice can be: its id, its registry value, and the children that it has. ``title`` may be ""."""

    id: str
    value: int | str
    children: tuple[Child, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Definition:
    """One definition.

    ``root`` is the id of the setting that it belongs to, its own id where it is one. ``file`` and ``name`` are the ADMX
    file, and the policy or element of it. ``kind`` is one of the kinds above, or Graph's word where this collection
    does not know it; ``value_type`` is the type of simple values. ``options`` belong to choices, ``children`` to
    groups. ``bounds`` are those of a text's length (a maximum of 0: none) or of a number, ``counts`` those of a list.
    ``default`` is an option's id or a simple value, None where there is none.

    Texts of Microsoft's are "" or none in the catalog that the collection brings: ``title`` is the display name; of a
    setting, ``category`` is the path to it in the display tree, with backslashes, and ``keywords`` are further words
    that people may look for.
    """

    id: str
    root: str
    scope: str
    file: str
    name: str
    kind: str
    value_type: str = ""
    options: tuple[Option, ...] = ()
    children: tuple[Child, ...] = ()
    default: int | str | None = None
    bounds: tuple[int | None, int | None] = (None, None)
    counts: tuple[int | None, int | None] = (None, None)
    deprecated: bool = False
    platform: str = "windows10"
    technologies: str = "mdm"
    title: str = ""
    category: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def is_setting(self) -> bool:
        """Whether a policy can hold it by itself; else it is an element of one."""
        return self.root == self.id

    @property
    def all_children(self) -> tuple[Child, ...]:
        """The children of a group, or of all options."""
        return self.children + tuple(child for option in self.options for child in option.children)


def is_office(definition_id: str) -> bool:
    """Tell whether a definition is one of Office's ADMX files, by its id, which the catalog need not know."""
    found = _FILE_IN_ID.match(definition_id)
    if found:
        return found["file"].lower() in OFFICE_FILES
    return definition_id.lower().startswith(LOST_BEGINNING)


def is_collected(definition_id: str) -> bool:
    """Tell whether a definition is one of those that catalogs are made of: Office's and the security guide's."""
    return is_office(definition_id) or SECURITY_GUIDE in definition_id.lower()


def definitions_from_graph(documents: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[Definition, ...]:
    """Return the definitions of Graph's documents. Raises DefinitionError."""
    return tuple(map(definition_from_graph, documents))


def definition_from_graph(document: t.Mapping[str, t.Any]) -> Definition:
    """Return the definition of one document of Graph's. Raises DefinitionError."""
    try:
        return _from_graph(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        name = document.get("id") if isinstance(document, dict) else None
        raise DefinitionError(
            f"the definition {name or 'without an id'} has not the form of Graph's: {error!r}"
        ) from None


def _from_graph(document: t.Mapping[str, t.Any]) -> Definition:
    kind = _type_name(document["@odata.type"])
    title = str(document.get("displayName") or "").strip()
    applicability = document.get("applicability") or {}
    file = _FILE_IN_URI.match(document.get("offsetUri") or "")
    bounds, value_type = _bounds_of(document.get("valueDefinition") or {})
    root = _text(document.get("rootDefinitionId") or document["id"])
    default = document.get("defaultOptionId") or (document.get("defaultValue") or {}).get("value")
    if default is not None and not isinstance(default, (str, int)):
        raise ValueError("its default is neither text nor a number")
    return Definition(
        id=_text(document["id"]),
        root=root,
        scope=_scope_of(document),
        file=file["file"].lower() if file else "",
        name=_text(document["name"]),
        kind=GRAPH_KINDS.get(kind, kind),
        value_type=value_type,
        options=tuple(map(_option_from_graph, document.get("options") or ())),
        children=_children_from_graph(document.get("dependedOnBy")),
        default=default,
        bounds=bounds,
        counts=_pair(document, "minimumCount", "maximumCount"),
        deprecated="deprecated" in title.lower(),
        platform=_text(applicability.get("platform") or "windows10"),
        technologies=_text(applicability.get("technologies") or "mdm"),
        title=title,
        **(_words_of(document, title) if root == document["id"] else {}),
    )


def _words_of(document: t.Mapping[str, t.Any], title: str) -> dict[str, t.Any]:
    """Return the category of a setting and its keywords, without those that say what other facts say.

    Graph has the path of the category among the keywords: it is the one that begins with a backslash.
    """
    words = list(dict.fromkeys(" ".join(str(each).split()) for each in document.get("keywords") or ()))
    category = next((each.strip("\\ ") for each in words if each.startswith("\\")), "")
    told = ("", document["name"], category, category.rpartition("\\")[2])
    new = (each for each in words if each.strip("\\ ") not in told and not " ".join(title.split()).startswith(each))
    return {"category": category, "keywords": tuple(new)}


def _option_from_graph(document: t.Mapping[str, t.Any]) -> Option:
    value = document["optionValue"]["value"]
    if not isinstance(value, (str, int)):
        raise ValueError("the value of an option is neither text nor a number")
    title = str(document.get("displayName") or "").strip()
    return Option(_text(document["itemId"]), value, _children_from_graph(document.get("dependedOnBy")), title)


def _children_from_graph(documents: t.Iterable[t.Mapping[str, t.Any]] | None) -> tuple[Child, ...]:
    return tuple(Child(_text(each["dependedOnBy"]), bool(each.get("required"))) for each in documents or ())


def _bounds_of(document: t.Mapping[str, t.Any]) -> tuple[tuple[int | None, int | None], str]:
    if not document:
        return (None, None), ""
    name = _type_name(document["@odata.type"]).removesuffix("Setting")
    names = ("minimumValue", "maximumValue") if name == "Integer" else ("minimumLength", "maximumLength")
    secret = document.get("isSecret") is True
    return _pair(document, *names), SECRET if secret else _GRAPH_VALUES.get(name, name)


def _pair(document: t.Mapping[str, t.Any], least: str, most: str) -> tuple[int | None, int | None]:
    for name in (least, most):
        value = document.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise ValueError(f"its {name} is not a whole number")
    return document.get(least), document.get(most)


def _type_name(type_name: str) -> str:
    found = _TYPE.fullmatch(type_name)
    return found["name"] if found else type_name


def _scope_of(document: t.Mapping[str, t.Any]) -> str:
    base = "/".join(str(document.get("baseUri") or "").lower().split("/")[:2])
    first = document["id"].lower().partition("_")[0]
    return _SCOPES.get(base) or (first if first in _SCOPES.values() else "")


def _text(value: t.Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} where a text is needed")
    return value
