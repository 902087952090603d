# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two canonical values, in the settings language, for results and diffs.

A mask stands in the place of each secret in clear text. What differs is told before it is put there.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .catalog import Catalog
from .instances import with_masks
from .keys import name_of
from .settings import Setting, Settings, same
from .shorten import Entry, shorten
from .texts import texts_of

_KEY = ("setting", "scope")
_WORDS = ("enabled", "disabled")


@dataclass(frozen=True)
class Changes:
    """Entries that are ``added``, ``changed`` (with ``before`` and ``after`` of what differs) and ``removed``."""

    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()


def changes(before: Settings, after: Settings, catalog: Catalog) -> Changes:
    """Return what differs, with all values, also those that are defaults."""
    both = [key for key in after if key in before and not _same(before[key], after[key])]
    changed: list[Entry] = []
    for key in both:
        old, new = _entry(before[key], catalog), _entry(after[key], catalog)
        left, right = _different(old, new)
        head = {name: new[name] for name in _KEY if name in new} or {"setting": after[key].id}
        changed.append({**head, "before": with_masks(left), "after": with_masks(right)})
    return Changes(
        added=_shown((after[key] for key in after if key not in before), catalog),
        changed=tuple(sorted(changed, key=lambda entry: (entry["setting"].lower(), entry.get("scope", "")))),
        removed=_shown((before[key] for key in before if key not in after), catalog),
    )


def sides(before: Settings, after: Settings, catalog: Catalog) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return what is only or otherwise in each of two values, as key to value, a line each.

    A setting that both have takes a line for each element that differs.
    """
    left: dict[str, t.Any] = {}
    right: dict[str, t.Any] = {}
    for told in _told_settings(before, after, catalog):
        left |= told.lines(told.before)
        right |= told.lines(told.after)
    return left, right


def names(before: Settings, after: Settings, catalog: Catalog) -> tuple[dict[str, str], dict[str, str]]:
    """Return the display names of what ``sides`` returns, by the same keys, as far as the catalog knows them.

    One says the name of the setting, and of its value or its element: "Repair: Fall back: True".
    """
    left: dict[str, str] = {}
    right: dict[str, str] = {}
    # Without texts, which is what most runs have, it takes no time.
    before, after = (_titled(each, catalog) for each in (before, after))
    for told in _told_settings(before, after, catalog):
        left |= told.names(told.before, catalog)
        right |= told.names(told.after, catalog)
    return left, right


def _titled(settings: Settings, catalog: Catalog) -> Settings:
    """Return the settings that the catalog has a display name for."""
    return Settings(each for each in settings.values() if (known := catalog.get(each.id)) and known.title)


@dataclass(frozen=True)
class _Told:
    """A setting that differs: its id, its key, and what each side says of it; None where it does not have it."""

    id: str
    name: str
    before: Entry | None
    after: Entry | None

    def lines(self, saying: Entry | None) -> dict[str, t.Any]:
        """Return the lines of one side."""
        if saying is None:
            return {}
        in_both = self.before is not None and self.after is not None
        return _lines(self.name, saying) if in_both else {self.name: _told(saying)}

    def names(self, saying: Entry | None, catalog: Catalog) -> dict[str, str]:
        """Return the display names of these lines."""
        if saying is None:
            return {}
        texts = texts_of({"setting": self.id, **saying}, catalog)
        found = {f"{self.name}.{element}": text for element, text in texts.values.items()}
        named = {self.name: texts.value, **found}
        return {line: ": ".join(filter(None, [texts.setting, named.get(line, "")])) for line in self.lines(saying)}


def _told_settings(before: Settings, after: Settings, catalog: Catalog) -> t.Iterator[_Told]:
    for key in sorted({*before, *after}):
        if key in before and key in after:
            if _same(before[key], after[key]):
                continue
            parts = _different(_entry(before[key], catalog), _entry(after[key], catalog))
            yield _Told(key, name_of(key, catalog), *map(with_masks, parts))
        else:
            old, new = (_saying(each[key], catalog) if key in each else None for each in (before, after))
            yield _Told(key, name_of(key, catalog), old, new)


def whole(settings: Settings, catalog: Catalog) -> dict[str, t.Any]:
    """Return all settings as key to value, a line each."""
    return {name_of(setting.id, catalog): _told(_saying(setting, catalog)) for setting in settings.values()}


def _same(one: Setting, other: Setting) -> bool:
    return same(Settings([one]), Settings([other]))


def _different(old: Entry, new: Entry) -> tuple[Entry, Entry]:
    """Return what two entries of one setting say otherwise, each."""
    sayings = [{name: value for name, value in entry.items() if name not in _KEY} for entry in (old, new)]
    if "disabled" in (old.get("state"), new.get("state")) and old.get("state") != new.get("state"):
        left, right = ({"state": "enabled", **each} for each in sayings)
        return left, right
    left, right = (
        {name: value for name, value in own.items() if name not in other or other[name] != value}
        for own, other in (sayings, sayings[::-1])
    )
    if "values" in left and "values" in right:
        values = left["values"], right["values"]
        left, right = (
            {**each, "values": {name: own[name] for name in own if name not in other or other[name] != own[name]}}
            for each, own, other in ((left, *values), (right, *values[::-1]))
        )
    return left, right


def _entry(setting: Setting, catalog: Catalog) -> Entry:
    [entry] = shorten(Settings([setting]), catalog, explicit=True)
    return entry


def _saying(setting: Setting, catalog: Catalog) -> Entry:
    """Return what the entry of a setting says beside its key."""
    return {name: with_masks(value) for name, value in _entry(setting, catalog).items() if name not in _KEY}


def _shown(settings: t.Iterable[Setting], catalog: Catalog) -> tuple[Entry, ...]:
    """Return the entries of settings as they may be shown."""
    return tuple(with_masks(shorten(Settings(settings), catalog, explicit=True)))


def _lines(name: str, saying: Entry) -> dict[str, t.Any]:
    values = saying.get("values")
    rest = {key: value for key, value in saying.items() if key != "values"}
    if values is None or saying.get("state") == "enabled":
        return {name: _told(saying)}
    return {
        **({name: _told(rest)} if rest else {}),
        **{f"{name}.{element}": value for element, value in values.items()},
    }


def _told(saying: Entry) -> t.Any:
    """Return what an entry says as one value, or as a text."""
    if saying.get("state") == "disabled":
        return "disabled"
    said = {key: value for key, value in saying.items() if key != "state"}
    if not said:
        return "enabled"
    if said.keys() == {"value"}:
        value = said["value"]
        return f"value={value}" if value in _WORDS else value
    if said.keys() == {"values"}:
        said = said["values"]
    return ", ".join(f"{name}={_text(value)}" for name, value in said.items())


def _text(value: t.Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
