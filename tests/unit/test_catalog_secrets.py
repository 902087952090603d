# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in clear text in a policy is sent as it is, and nobody is shown it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.changes import changes, sides, whole
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import SETTINGS, fields_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import PREFIX, from_instances, instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.masking import shown_arguments
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import MASK
from ansible_collections.m365.apps.plugins.plugin_utils._policies.agreement import by_agreement
from ansible_collections.m365.apps.plugins.plugin_utils._policies.conflicts import policy_conflicts

SECRET, OTHER = "Hunter2", "Hunter3"


def instance(value: str, state: str = "notEncrypted") -> dict[str, t.Any]:
    simple = {"@odata.type": f"{PREFIX}SecretSettingValue", "value": value, "valueState": state}
    child = {
        "@odata.type": f"{PREFIX}SimpleSettingInstance",
        "settingDefinitionId": "vendor_msft_secret",
        "simpleSettingValue": simple,
    }
    return {
        "@odata.type": f"{PREFIX}GroupSettingCollectionInstance",
        "settingDefinitionId": "vendor_msft_group",
        "groupSettingCollectionValue": [{"children": [child]}],
    }


def settings(value: str, state: str = "notEncrypted") -> Settings:
    return from_instances([instance(value, state)])


@pytest.mark.parametrize("before", [Settings(), settings(OTHER), settings("token", "encryptedValueToken")])
def test_no_difference_shows_a_secret(before: Settings) -> None:
    catalog, after = built_in(), settings(SECRET)
    [field] = [each for each in fields_of(built_in) if each.name == SETTINGS]
    ways = [(before, after), (after, before)]
    shown = [
        *(side for way in ways for side in sides(*way, catalog)),
        whole(after, catalog),
        *(vars(changes(*way, catalog)) for way in ways),
        field.result(field, after),
    ]
    for each in shown:
        text = json.dumps(each)
        assert SECRET not in text
        assert OTHER not in text
    assert all(MASK in json.dumps(each) for each in [*shown[1:3], *shown[4:]])
    # It is what is sent, and Graph's token is no secret.
    assert SECRET in json.dumps(instances(after))
    assert "token" in json.dumps(whole(settings("token", "encryptedValueToken"), catalog))


@pytest.mark.parametrize("name", ["settings", "policies"])
def test_no_invocation_shows_a_secret(name: str) -> None:
    entries: t.Any = [{"raw": instance(SECRET)}]
    given = entries if name == "settings" else [{"display_name": "A", "settings": {"add": entries}}]
    shown = shown_arguments({name: given}, {name: POLICY_IN_LIST["settings"]})
    assert SECRET not in json.dumps(shown)
    assert SECRET in json.dumps(given)


def test_no_conflict_shows_a_secret() -> None:
    policies = [
        {"display_name": name, "groups": ["G"], "settings": [{"raw": instance(value)}]}
        for name, value in (("A", SECRET), ("B", OTHER))
    ]
    [conflict] = policy_conflicts(policies, None, by_agreement(built_in()), None)
    assert "Hunter" not in json.dumps(conflict)


def test_a_secret_that_was_written_is_shown_as_a_token() -> None:
    """Else a run would read until its time is over, and fail. Whether it is the secret that is there, nobody knows."""
    [field] = [each for each in fields_of(built_in) if each.name == SETTINGS]
    token = settings("token", "encryptedValueToken")
    assert field.is_shown is not None
    assert field.is_shown(settings(SECRET), token)
    assert not field.is_shown(settings(SECRET), Settings())
    assert not field.same(settings(SECRET), token)
    assert field.warnings(settings(SECRET)) == [
        "Graph does not show a secret, so each run writes the policy again: vendor_msft_group."
    ]
    assert not field.warnings(token)
