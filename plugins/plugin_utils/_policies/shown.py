# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages of a report show: settings by app and category, a value first and what is secondary behind it. Pure.

A page has thousands of these rows, and both its forms have the same ones, so they are made here and not in templates.
"""

from __future__ import annotations

import itertools
import json
import re
import typing as t

from .payloads import SETTING_KEY
from .targets import ALL_OPTIONS, GROUP_LISTS

NOTHING = "\u2013"
# The ADMX files of Office by the names of their apps.
APPS = {
    "access16": "Access",
    "excel16": "Excel",
    "lync16": "Skype for Business",
    "office16": "Office",
    "onent16": "OneNote",
    "outlk16": "Outlook",
    "ppt16": "PowerPoint",
    "proj16": "Project",
    "pub16": "Publisher",
    "teams": "Teams",
    "visio16": "Visio",
    "word16": "Word",
}
# Of the objects of payloads: what is secondary. Texts of a diff have it as key=value, before or behind the value.
_SECONDARY = "(?:app|platform|type|valueName)=[^,]*"
_OF_A_DIFF = re.compile(rf"((?:{_SECONDARY}, )*)value=(.*?)((?:, {_SECONDARY})*)", re.DOTALL)
# A path of a diff: the id of a setting in brackets, and what of it.
_IN_BRACKETS = re.compile(r"\[([^\]]+)\](?:\.value)?(.*)", re.DOTALL)
_NAMED_ID = re.compile(r"(.+?) \(([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\)(.*)", re.DOTALL)
# What says which setting it is, and not what it is set to.
_KEYS = (SETTING_KEY, "setting", "scope")

_SIDES = ("before", "after")
_TARGETS = (*GROUP_LISTS, *ALL_OPTIONS)

Dict = dict[str, t.Any]
Side = t.Mapping[str, t.Any]
# Display names by the keys of settings: title and category.
About = t.Mapping[str, t.Mapping[str, str]]


def shown_value(value: t.Any) -> dict[str, str]:
    """Return a setting's value as text, and in ``more`` what is secondary: app, platform, type.

    Takes an entry of the settings language, an object of a payload, or any other value.
    """
    if not isinstance(value, t.Mapping):
        return {"value": _text(value), "more": ""}
    rest = {key: part for key, part in value.items() if key not in _KEYS}
    state = rest.pop("state", None)
    if "value" in rest:
        main = _text(rest.pop("value"))
    elif isinstance(rest.get("values"), t.Mapping) and rest["values"]:
        main = _pairs(rest.pop("values"))
    elif state is not None or not rest:
        main = str(state or "enabled")
    else:
        return {"value": _pairs(rest), "more": ""}
    return {"value": main, "more": _pairs(rest)}


def name_and_id(member: t.Any) -> dict[str, str]:
    """Return the ``name`` of a group, the ``id`` that stands behind it, and ``more``: its filter."""
    told = _NAMED_ID.fullmatch(text := _text(member))
    return {"name": told[1], "id": told[2], "more": told[3].strip()} if told else {"name": text, "id": "", "more": ""}


def diff_parts(before: Side, after: Side, about: About | None = None) -> list[Dict]:
    """Return the sides of a diff apart by field, app and category: ``field``, ``place``, ``before`` and ``after``.

    What has no values below it is the one value of its part, by its own name. Texts have the value first.
    """
    return [
        {**part, **{side: {_label(key): _value_first(value) for key, value in part[side].items()} for side in _SIDES}}
        for part in _parts(before, after, about or {})
    ]


def change_groups(before: Side, after: Side, names: t.Any = None, about: About | None = None) -> list[Dict]:
    """Return what differs of a policy, for each field, app and category: ``field``, ``place`` and ``rows``.

    A row has ``change`` (added, changed, removed), ``key``, ``title`` (the display name, where it is known), and for
    each side its text, what is secondary of it, and its display name: ``before``, ``before_more``, ``before_name``.
    Lists such as groups are ``members``: their rows have the first two of these, and ``id`` and ``more`` of a group.
    """
    groups = [_group(part, names or {}, about or {}) for part in _parts(before, after, about or {})]
    return [group for group in groups if group["rows"]]


def by_place(rows: t.Iterable[Dict], about: About | None = None) -> list[Dict]:
    """Return rows with a ``setting`` by app and category: ``place`` and ``rows``, each with the ``title`` it has."""
    known = about or {}
    found = [({**row, "title": known.get(row["setting"], {}).get("title", "")}, row["setting"]) for row in rows]
    found.sort(key=lambda pair: _order(pair[1], known))
    return [
        {"place": place, "rows": [row for row, _key in alike]}
        for place, alike in itertools.groupby(found, lambda pair: place_of(pair[1], known))
    ]


def place_of(key: str, about: About) -> str:
    """Return the app of a setting and its category there, "Excel: Excel Options > Security"; "" where none is known."""
    app, category = _app_of(key), about.get(key, {}).get("category", "")
    steps = [step.strip() for step in category.split("\\") if step.strip()]
    # The first step mostly says the app once more, as in "Microsoft Excel 2016".
    if app and steps and app.lower() in steps[0].lower():
        steps = steps[1:]
    return ": ".join(filter(None, [app, " \u203a ".join(steps)]))


def _app_of(key: str) -> str:
    bare = _IN_BRACKETS.fullmatch(key)
    file, mark, _name = (bare[1] if bare else key).replace(";", "/").partition("/")
    return APPS.get(file.strip().lower(), file.strip()) if mark else ""


def _order(key: str, about: About) -> tuple[bool, str, str]:
    """Return what settings are sorted by; those of which no app is known come last."""
    place = place_of(key, about)
    return not place, place.lower(), (about.get(key, {}).get("title") or key).lower()


def _parts(before: Side, after: Side, about: About) -> t.Iterator[Dict]:
    # Who gets a policy is looked at before all else.
    for field in sorted({**before, **after}, key=lambda field: field not in _TARGETS):
        old, new = before.get(field), after.get(field)
        if not isinstance(old, t.Mapping) and not isinstance(new, t.Mapping):
            sides = [{field: side[field]} if field in side else {} for side in (before, after)]
            yield {"field": field, "place": "", "before": sides[0], "after": sides[1], "single": True}
            continue
        left, right = old or {}, new or {}
        keys = sorted({**left, **right}, key=lambda key: _order(key, about))
        for place, alike in itertools.groupby(keys, lambda key: place_of(key, about)):
            chosen = list(alike)
            sides = [{key: side[key] for key in chosen if key in side} for side in (left, right)]
            yield {"field": field, "place": place, "before": sides[0], "after": sides[1]}


def _group(part: Dict, names: t.Mapping[str, Side], about: About) -> Dict:
    head, (old, new) = {key: part[key] for key in ("field", "place")}, (part["before"], part["after"])
    if not part.get("single"):
        return {**head, "rows": _rows(list({**old, **new}), old, new, names, about)}
    values = [side.get(part["field"]) for side in (old, new)]
    if any(isinstance(value, (list, tuple)) for value in values):
        return {**head, "members": True, "rows": _members(*(value or () for value in values))}
    return {**head, "rows": _rows([part["field"]], old, new, {}, {})}


def _rows(keys: t.Sequence[str], old: Side, new: Side, names: t.Mapping[str, Side], about: About) -> list[Dict]:
    rows: list[Dict] = []
    left, right = names.get("before") or {}, names.get("after") or {}
    for key in keys:
        title = about.get(key, {}).get("title", "")
        row: Dict = {"key": _label(key), "title": title}
        if key not in old:
            row |= {"change": "added", **_absent("before"), **_side("after", new[key], right.get(key), title)}
        elif key not in new:
            row |= {"change": "removed", **_side("before", old[key], left.get(key), title), **_absent("after")}
        elif _is_same(old[key], new[key]):
            continue
        else:
            row |= {"change": "changed", **_side("before", old[key], left.get(key), title)}
            row |= _side("after", new[key], right.get(key), title)
            if row["before"] == row["after"] and row["before_more"] == row["after_more"]:
                # "0" is not 0, though both look alike.
                row |= {"before": _json(old[key]), "after": _json(new[key])}
        rows.append(row)
    return rows


def _members(old: t.Sequence[t.Any], new: t.Sequence[t.Any]) -> list[Dict]:
    """Return the rows of a list of groups or tags; what stays is in none."""
    gone = [("removed", each) for each in old if each not in new]
    come = [("added", each) for each in new if each not in old]
    parts = [(change, name_and_id(_name(each))) for change, each in (*gone, *come)]
    return [{"change": change, "key": told["name"], "id": told["id"], "more": told["more"]} for change, told in parts]


def _name(member: t.Any) -> t.Any:
    return (member.get("display_name") or member.get("id")) if isinstance(member, t.Mapping) else member


def _absent(side: str) -> Dict:
    return {side: NOTHING, f"{side}_more": "", f"{side}_name": ""}


def _side(side: str, value: t.Any, name: t.Any, title: str) -> Dict:
    """Return a side of a row. A name says the setting's own first, which stands before the row where it is known."""
    text, more = _apart(value)
    shown = str(name or "")
    if title.startswith(shown):
        shown = ""
    elif title and shown.startswith(f"{title}: "):
        shown = shown[len(title) + 2 :]
    return {side: text, f"{side}_more": more, f"{side}_name": shown}


def _apart(value: t.Any) -> tuple[str, str]:
    """Return a value of a diff as text, and what is secondary of it."""
    told = _OF_A_DIFF.fullmatch(value) if isinstance(value, str) else None
    if told is None:
        return _text(value), ""
    return told[2] or "(empty)", ", ".join(filter(None, [told[1].rstrip(", "), told[3].lstrip(", ")]))


def _value_first(value: t.Any) -> t.Any:
    text, more = _apart(value)
    return f"{text} ({more})" if more else value


def _label(key: str) -> str:
    bare = _IN_BRACKETS.fullmatch(key)
    return f"{bare[1]}{bare[2]}" if bare else key


def _is_same(one: t.Any, other: t.Any) -> bool:
    """Tell whether two values are the same; true is not 1."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _pairs(values: t.Mapping[str, t.Any]) -> str:
    return ", ".join(f"{key}={_text(value)}" for key, value in values.items())


def _text(value: t.Any) -> str:
    if value is None:
        return NOTHING
    return (value or "(empty)") if isinstance(value, str) else _json(value)


def _json(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
