# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies with priorities, and what the filter layered_policies makes of them."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.filter import layered_policies as plugin
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.elements import elements_of
from ansible_collections.m365.apps.tests.unit.some_policies import Document

layered = plugin.FilterModule().filters()["layered_policies"]

GROUPS = ("G", "H", "I", "J")
IDS = {name: f"1000000{place}-0000-4000-8000-00000000000a" for place, name in enumerate(GROUPS)}
NAMES = {key: name for name, key in IDS.items()}
MEMBERSHIPS = [frozenset(each) for size in range(len(GROUPS) + 1) for each in itertools.combinations(GROUPS, size)]
ELEMENTS = {
    app: elements_of(built_in().of_name(f"{app}16", "L_VBAWarningsPolicy")[0], built_in())[0].name
    for app in ("excel", "word", "ppt")
}
# Spellings of one value of a setting, by what is set to what.
SPELLED: t.Mapping[tuple[str, int], list[Document]] = {
    (app, value): [
        {"setting": f"{app}16/L_VBAWarningsPolicy", "value": value},
        {"setting": f"{app}16;l_vbawarningspolicy", "value": str(value)},
        {"setting": f"{app}16/L_VBAWarningsPolicy", "values": {ELEMENTS[app]: value}},
    ]
    for app in ELEMENTS
    for value in (3, 4)
}
MEANT = {repr(spelled): meant for meant, each in SPELLED.items() for spelled in each}


def policy(name: str, priority: int | None = None, groups: t.Any = ("G",), value: int = 3, **more: t.Any) -> Document:
    """Return a policy with one setting unless others are given."""
    given = {
        "display_name": name,
        "priority": priority,
        "groups": list(groups) if isinstance(groups, (str, tuple)) else groups,
        "settings": [SPELLED["excel", value][0]],
    }
    return {key: each for key, each in {**given, **more}.items() if each is not None}


def refusal(*policies: Document, **options: t.Any) -> str:
    with pytest.raises(AnsibleFilterError) as caught:
        layered([*policies], **options)
    return str(caught.value)


def names(*policies: Document, **options: t.Any) -> list[str]:
    return [each["display_name"] for each in layered([*policies], **options)]


def members(groups: t.Iterable[str], filtered: bool = False) -> list[t.Any]:
    return [{"display_name": each, "filter": "F", "filter_mode": "include"} if filtered else each for each in groups]
