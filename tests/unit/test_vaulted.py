# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vaulted text in what plugins are handed: it is decrypted, wherever it is."""

from __future__ import annotations

import importlib
import json
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.m365.apps.plugins.lookup import approved_plan, definitions
from ansible_collections.m365.apps.plugins.plugin_utils import _vaulted
from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import plain_arguments
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted


class Vaulted:
    """As older cores hand vaulted text to plugins: not a text, and decrypted by str()."""

    __ENCRYPTED__ = True

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return str(other) == self.text


PLACES = {
    "alone": (Vaulted("a"), "a"),
    "in a list": (["x", Vaulted("a")], ["x", "a"]),
    "in a tuple": (("x", Vaulted("a")), ["x", "a"]),
    "as a value": ({"x": [{"y": Vaulted("a")}]}, {"x": [{"y": "a"}]}),
    "as a key": ({Vaulted("a"): 1}, {"a": 1}),
    "nowhere": ({"x": [1, None, True, 1.5, "a"]}, {"x": [1, None, True, 1.5, "a"]}),
}


@pytest.mark.parametrize(("value", "wanted"), PLACES.values(), ids=PLACES)
def test_decrypted(monkeypatch: pytest.MonkeyPatch, value: t.Any, wanted: t.Any) -> None:
    monkeypatch.setattr(_vaulted, "REACHES_PLUGINS", True)
    assert json.dumps(decrypted(value)) == json.dumps(wanted)


def test_filters_get_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_vaulted, "REACHES_PLUGINS", True)
    seen = as_filter(lambda *given, **named: [*given, named], "f")([Vaulted("a")], "b", name=Vaulted("c"))
    assert seen == [["a"], "b", {"name": "c"}]
    assert {type(text) for text in (seen[0][0], seen[2]["name"])} == {str}


def test_lookups_get_the_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_vaulted, "REACHES_PLUGINS", True)
    plan, policy = tmp_path / "plan.json", tmp_path / "policy.yml"
    plan.write_text(json.dumps({"mode": "plan", "fingerprint": "m2a", "plan": {"fingerprint": "m2a"}}))
    policy.write_text("display_name: One\n")
    assert approved_plan.LookupModule().run([Vaulted(str(plan))])[0]["fingerprint"] == "m2a"
    assert definitions.LookupModule(loader=DataLoader()).run([[Vaulted(str(policy))]]) == [{"display_name": "One"}]


@pytest.mark.skipif(not _vaulted.REACHES_PLUGINS, reason="newer cores decrypt before a plugin sees it")
def test_arguments_get_the_text_of_a_real_one() -> None:
    objects: t.Any = importlib.import_module("ansible.parsing.yaml.objects")
    one = objects.AnsibleVaultEncryptedUnicode.from_plaintext("plain text", VaultLib(), VaultSecret(b"key"))
    one.vault = VaultLib([("default", VaultSecret(b"key"))])
    given = {"description": one, "policies": [{"policy_payload": [{"value": one}]}], "client_secret": one}
    assert plain_arguments(given) == {
        "description": "plain text",
        "policies": [{"policy_payload": [{"value": "plain text"}]}],
        "client_secret": "plain text",
    }
