# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items of Cloud Policy as registry values: they have names without keys, so the ADMX policy says where they are."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._admx.model import Policy
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import Data, Place

from .items import Item


class NotLocated(ValueError):
    """Items whose registry values cannot be told; the text is the cause, ``readings`` are the places that fit."""

    def __init__(self, cause: str, readings: t.Sequence[str] = ()) -> None:
        super().__init__(cause)
        self.readings = tuple(readings)


def located(policy: Policy, items: t.Iterable[Item]) -> dict[Place, Data]:
    """Return the registry values of the items of one policy. Raises NotLocated."""
    found: dict[Place, Data] = {}
    for item in items:
        place = _place(policy, item.name)
        data = item.data
        if data is None:
            raise NotLocated(item.wrong)
        if found.get(place, data) != data:
            raise NotLocated(f"{item.name} is given more than once, as {found[place]} and as {data}")
        found[place] = data
    return found


def _place(policy: Policy, name: str) -> Place:
    """Return where a value of this name is: a value of the policy's own, else a member of its one list."""
    places = sorted((place for place in policy.places if place.name == name.lower()), key=lambda place: place.key)
    places = places or [place for each in policy.lists if each.takes(place := Place.of(each.key, name))]
    if len(places) == 1:
        return Place.of(places[0].key, name)
    if places:
        raise NotLocated(
            f"the ADMX policy has {len(places)} values called {name}, and items have no key to tell them by",
            [f"{place.key}\\{name}" for place in places],
        )
    names = sorted({place.spelled for place in policy.places})[:8]
    names += [f"{each.prefix}1, {each.prefix}2 and so on" for each in policy.lists if each.prefix is not None]
    knows = f"its values are {', '.join(names)}" if names else "it has none"
    raise NotLocated(f"the ADMX policy has no value called {name}; {knows}")
