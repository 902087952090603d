# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import leaves, each with its reason; nothing of it keeps the others from being imported."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import MASK
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, apply
from ansible_collections.m365.apps.plugins.plugin_utils._import.run import result_of
from ansible_collections.m365.apps.tests.unit import import_samples as samples
from ansible_collections.m365.apps.tests.unit.import_samples import ONE, TYPE, imported, policy, put, reasons

FINE = samples.portal(policy())
UNKNOWN = "user_vendor_msft_policy_config_excel16v2~policy~l_not_there_l_ofanycatalog"
# A few lines that mean three to the power of fifteen values.
BOMB = "x: &b0 [x,x,x]\n" + "".join(f"b{n}: &b{n} [*b{n - 1},*b{n - 1},*b{n - 1}]\n" for n in range(1, 15))


def _of_a_template(what: str, reference: t.Any) -> dict[str, t.Any]:
    """Return a policy without its template, of which one setting still refers to a part of it."""
    document = policy(templateReference=None)
    instance = document["settings"][0]["settingInstance"]
    holder = instance if what == "settingInstance" else instance["choiceSettingValue"]["children"][0]
    holder[f"{what}TemplateReference"] = reference
    return document


def _cut_off(text: t.Any, *path: t.Any) -> dict[str, t.Any]:
    """Return a policy with text in the place of what is at a path in its settings."""
    document = policy()
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return document


_INSTANCE = ("settings", 0, "settingInstance")
DOCUMENTS: dict[str, tuple[str, t.Any, str]] = {
    "not JSON": ("broken_file", "{", "it is not JSON"),
    "a text": ("broken_file", "Just words", "it is not JSON"),
    "nothing": ("broken_file", "", "it is empty"),
    "blanks": ("broken_file", " \r\n\t", "it is empty"),
    "not UTF-8": ("broken_file", b'{"name": "\xff\xfe"}', "neither UTF-8 nor UTF-16"),
    "half of UTF-16": ("broken_file", b"\xff\xfe{", "neither UTF-8 nor UTF-16"),
    "a key twice": ("broken_file", '{"name": "a", "name": "b"}', "twice"),
    "too deep": ("broken_file", '{"a":' + "[" * 5000 + "]" * 5000 + "}", "nested too deeply"),
    "text in text": ("broken_file", json.dumps({"RAWJson": "{"}), "it is not JSON"),
    "a number": ("not_a_policy", "7", "it is a number, not a policy"),
    "null": ("not_a_policy", "null", "it is null, not a policy"),
    "an empty list": ("not_a_policy", "[]", "it is an empty list"),
    "another object": ("not_a_policy", {"id": ONE, "displayName": "A"}, "it has no settings of the settings catalog"),
    "definition values": ("not_a_policy", {"displayName": "A", "definitionValues": []}, "Administrative Templates"),
    "a change of definition values": (
        "not_a_policy",
        {"RAWJson": json.dumps({"added": [{"definition@odata.bind": "https://x"}], "deletedIds": []})},
        "it is of Administrative Templates, not of the settings catalog",
    ),
    "an ingested template": ("not_a_policy", {"policyConfigurationIngestionType": "builtIn"}, "Administrative"),
    "another type": (
        "not_a_policy",
        {"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "settings": []},
        "it is of the type windows10CustomConfiguration",
    ),
    "macOS": ("other_platform", policy(platforms="macOS", technologies="mdm,appleRemoteManagement"), "it is for macOS"),
    "another technology": ("other_platform", policy(technologies="mdm,microsoftSense"), "microsoftSense"),
    "a baseline": (
        "template",
        policy(templateReference={"templateId": "x_1", "templateFamily": "baseline", "templateDisplayName": "Apps"}),
        "it was made from a template (Apps)",
    ),
    "a template without a family": (
        "template",
        policy(templateReference={"templateId": "x_1", "templateFamily": "none"}),
        "it was made from a template",
    ),
    "a part of a template": (
        "template",
        _of_a_template("settingInstance", {"settingInstanceTemplateId": "x_1"}),
        "one of its settings refers to a part of a template (x_1)",
    ),
    "a value of a template": (
        "template",
        _of_a_template("settingValue", {"settingValueTemplateId": "x_2", "useTemplateDefault": False}),
        "one of its settings refers to a part of a template (x_2)",
    ),
    "no setting of Office": (
        "not_office",
        policy(
            settings=[{"settingInstance": {"@odata.type": f"{TYPE}ChoiceSettingInstance", "settingDefinitionId": "x"}}]
        ),
        "none of its settings is one of Office",
    ),
    "no settings": ("incomplete", policy(settings=[]), "does not hold its settings"),
    "fewer settings": ("incomplete", policy(settingCount=26), "holds 1 of its 26 settings"),
    "settings cut off": ("incomplete", _cut_off("System.Object[]", "settings"), "export it again with -Depth 100"),
    "a setting cut off": (
        "incomplete",
        _cut_off("@{id=0; settingInstance=}", "settings", 0),
        "'@{id=0; settingInsta...'",
    ),
    "an instance cut off": ("incomplete", _cut_off("@{a=1}", *_INSTANCE), "PowerShell wrote a part of it as text"),
    "a value cut off": ("incomplete", _cut_off("@{a=1}", *_INSTANCE, "choiceSettingValue"), "PowerShell"),
    "children cut off": (
        "incomplete",
        _cut_off(["@{a=1}"], *_INSTANCE, "choiceSettingValue", "children"),
        "PowerShell",
    ),
    "more settings at Graph": ("incomplete", {**policy(), "settings@odata.nextLink": "https://x"}, "go on at Graph"),
    "a name that is no text": ("invalid", policy(name=7), "its name is of type int"),
    "half a character": ("invalid", json.dumps(policy(name="\ud800")), "unpaired surrogate"),
    "tags that are no texts": ("invalid", policy(roleScopeTagIds=[0]), "roleScopeTagIds"),
    "an assignment without a target": ("invalid", policy(assignments=[{}]), "has no target"),
    "a group in and out": (
        "invalid",
        policy(
            name="In and out",
            assignments=[
                {"target": {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", "groupId": ONE}}
                for kind in ("group", "exclusionGroup")
            ],
        ),
        "exclude_groups",
    ),
    "a description that is too long": ("invalid", policy(name="Long", description="x" * 1001), "more than 1000"),
    "a setting twice": ("invalid", policy(settings=policy()["settings"] * 2), "more than once"),
}


@pytest.mark.parametrize(("reason", "content", "told"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_is_told_why_something_is_left(tmp_path: Path, reason: str, content: t.Any, told: str) -> None:
    done = imported(put(tmp_path / "exports", {"a/odd.json": content, "fine.json": FINE}))
    assert reasons(done) == [("a/odd.json", reason)]
    assert told in done.left[0].message
    assert [made.file for made in done.files] == ["contoso-macros.yml"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: a\nname: b\n", "twice"),
        ("name: !!python/object/apply:os.system [id]\n", "it is not YAML"),
        ("a: &a [*a]\n", "holds itself"),
        ("a: " + "[" * 100_000, "nested too deeply"),
        ("- " * 100_000 + "x", "nested too deeply"),
        (
            "x: &b0 [x,x,x]\n" + "".join(f"b{n}: &b{n} [*b{n - 1},*b{n - 1},*b{n - 1}]\n" for n in range(1, 15)),
            "values",
        ),
        ("a: !!bool maybe\n", "does not fit its YAML tag"),
        ("a: [\n", "it is not YAML"),
    ],
)
def test_yaml_is_read_safely_and_within_bounds(tmp_path: Path, text: str, told: str) -> None:
    done = imported(put(tmp_path / "exports", {"odd.yaml": text}))
    assert done.files == ()
    assert told in done.left[0].message
    assert done.left[0].reason.value == "broken_file"


def test_yaml_takes_texts_for_texts(tmp_path: Path) -> None:
    """What YAML 1.1 makes a boolean, a date or an octal number of is text to those who dump YAML 1.2."""
    text = samples.intunecd(policy(), "yaml").decode()
    for name in ("no", "2026-01-02", "0123", "12:30"):
        given = text.replace("name: Contoso - Macros", f"name: {name}")
        done = imported(put(tmp_path / name, {"a.yaml": given}))
        assert done.files[0].policy.name == name


def test_a_definition_that_the_catalog_does_not_know_is_left_or_raw(tmp_path: Path) -> None:
    document = policy()
    instance = {
        "@odata.type": f"{TYPE}ChoiceSettingInstance",
        "settingDefinitionId": UNKNOWN,
        "choiceSettingValue": {"value": f"{UNKNOWN}_1", "children": []},
    }
    document["settings"].append({"id": "1", "settingInstance": instance})
    folder = put(tmp_path / "exports", {"new.json": document})
    done = imported(folder)
    assert reasons(done) == [("new.json", "unknown_definition")]
    assert UNKNOWN in done.left[0].message
    done = imported(folder, unknown_as_raw=True)
    assert done.left == ()
    assert done.files[0].policy.raw == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"priorityMetaData": {"priority": 5}}, "priorityMetaData"),
        ({"disableEntraGroupPolicyAssignment": True}, "disableEntraGroupPolicyAssignment"),
        ({"PriorityMetaData": {"priority": 5}, "newOfGraph": False}, "PriorityMetaData, newOfGraph"),
    ],
)
def test_what_a_definition_has_no_words_for_is_told(tmp_path: Path, more: dict[str, t.Any], told: str) -> None:
    done = imported(put(tmp_path / "exports", {"a.json": policy(**more)}))
    sentence = "the definition has no words for this of the policy, and does not hold it"
    assert done.warnings == (f"a.json ('Contoso - Macros'): {sentence}: {told}.",)


def test_what_graph_keeps_for_itself_is_no_loss(tmp_path: Path) -> None:
    own: dict[str, t.Any] = {
        "creationSource": "portal",
        "isAssigned": True,
        "supportsScopeTags": True,
        "disableEntraGroupPolicyAssignment": False,
        "priorityMetaData": None,
        "settings@odata.context": "https://x",
        "#microsoft.graph.assign": {"target": "x"},
        "CREATEDDATETIME": "2026-01-01T00:00:00Z",
    }
    assert imported(put(tmp_path / "exports", {"a.json": policy(**own)})).warnings == ()


def test_what_graph_would_refuse_is_left(tmp_path: Path) -> None:
    document = policy()
    document["settings"][0]["settingInstance"]["choiceSettingValue"]["children"] = []
    done = imported(put(tmp_path / "exports", {"a.json": document}))
    assert reasons(done) == [("a.json", "invalid")]
    assert "is needed" in done.left[0].message
    # By its id: the number of an entry is not that of a setting in the export.
    assert done.left[0].message.startswith(
        f"Graph would not take it: {document['settings'][0]['settingInstance']['settingDefinitionId']}: "
    )


def test_a_text_that_looks_cut_off_is_a_text(tmp_path: Path) -> None:
    settings = compile_settings([{"setting": "excel16/L_Font", "value": "@{a=1}"}], samples.CATALOG)
    done = imported(put(tmp_path / "exports", {"a.json": policy(settings)}))
    assert done.left == ()


def test_a_secret_that_only_graph_has_is_left(tmp_path: Path) -> None:
    document = samples.with_secret(policy(), "token", "encryptedValueToken")
    done = imported(put(tmp_path / "exports", {"a.json": document}))
    assert reasons(done) == [("a.json", "invalid")]
    assert "secret" in done.left[0].message


@pytest.mark.parametrize("form", [Form(), Form("json")])
@pytest.mark.parametrize("state", ["notEncrypted", "invalid"])
def test_a_secret_in_clear_text_is_told_and_kept_from_eyes(tmp_path: Path, form: Form, state: str) -> None:
    document = samples.with_secret(policy(), "Hunter2 is out", state)
    done = imported(put(tmp_path / "exports", {"a.json": document, "b.json": policy(name="B")}), form=form)
    [file] = [made.file for made in done.files if made.policy.name == "Contoso - Macros"]
    [warning] = done.warnings
    assert f"a.json ('Contoso - Macros'): {file} holds a secret in clear text, of {samples.SECRET}. Encrypt" in warning
    assert done.private.keys() == {file}
    data, shown = done.created[file], done.private[file]
    assert b"Hunter2" in data
    assert shown == data.replace(b"Hunter2 is out", MASK.encode())
    assert "Hunter2" not in json.dumps(result_of(done, tmp_path))
    apply(
        tmp_path / "made",
        Changes({name: (None, data) for name, data in done.created.items()}, {}, frozenset(done.private)),
    )
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "made").iterdir()}
    assert modes.pop(file) == 0
    assert all(modes.values())


def test_each_line_is_judged_by_itself(tmp_path: Path) -> None:
    lines = [json.dumps(policy()), "", json.dumps(policy(name="Two")), "{broken", json.dumps(policy(platforms="iOS"))]
    done = imported(put(tmp_path / "exports", {"a.jsonl": "\r\n".join(lines)}))
    assert [str(made.policy.place) for made in done.files] == ["a.jsonl line 1", "a.jsonl line 3"]
    assert reasons(done) == [("a.jsonl line 4", "broken_file"), ("a.jsonl line 5", "other_platform")]


def test_a_page_of_a_list_is_taken_and_told_to_be_one(tmp_path: Path) -> None:
    page = {"@odata.nextLink": "https://graph.microsoft.com/beta/x", "value": [policy()]}
    done = imported(put(tmp_path / "exports", {"a.json": page}))
    assert len(done.files) == 1
    assert reasons(done) == [("a.json", "incomplete")]


def test_names_of_policies_that_are_left_are_told(tmp_path: Path) -> None:
    done = imported(put(tmp_path / "exports", {"a.json": policy(platforms="macOS", name="For Macs")}))
    [left] = result_of(done, tmp_path)["left"]
    assert left == {
        "source": "a.json",
        "display_name": "For Macs",
        "reason": "other_platform",
        "message": "it is for macOS, and Office policies are for windows10",
    }


def test_links_other_files_and_hidden_names_are_not_read(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", {"secret.json": FINE})
    folder = put(tmp_path / "exports", {"fine.json": FINE, "README.md": "text", ".git/config.json": FINE})
    (folder / "link.json").symlink_to(outside / "secret.json")
    (folder / "below").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.json")
    done = imported(folder)
    assert len(done.files) == 1
    assert reasons(done) == [
        ("README.md", "other_file"),
        ("below", "link"),
        ("link.json", "link"),
        ("loop", "link"),
        ("pipe.json", "broken_file"),
    ]


def test_a_name_that_is_not_text_is_told_as_text(tmp_path: Path) -> None:
    folder = put(tmp_path / "exports", {"fine.json": FINE})
    (folder / os.fsdecode(b"\xff\x1b[31m.json")).write_text("{")
    [left] = result_of(imported(folder), tmp_path)["left"]
    assert left["source"].isprintable()
    json.dumps(left).encode()


def test_a_file_that_is_too_large_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.m365.apps.plugins.plugin_utils._reading.MOST_BYTES", 1024 * 1024)
    done = imported(put(tmp_path / "exports", {"fine.json": FINE, "large.json": " " * (1024 * 1024 + 1)}))
    assert reasons(done) == [("large.json", "broken_file")]


@pytest.mark.parametrize(
    ("files", "told"),
    [({}, "it holds no file that ends in"), ({"README.md": "text"}, "it holds no file that ends in")],
)
def test_a_folder_without_exports_is_an_error(tmp_path: Path, files: dict[str, str], told: str) -> None:
    (tmp_path / "exports").mkdir()
    with pytest.raises(UserError, match=told):
        imported(put(tmp_path / "exports", files))


def test_a_source_that_is_not_there_or_also_the_target_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        imported(tmp_path / "exports")
    put(tmp_path / "exports", {"a.json": FINE})
    with pytest.raises(UserError, match="also the folder to write to"):
        imported(tmp_path / "exports", tmp_path / "exports")
    (tmp_path / "linked").symlink_to(tmp_path / "exports")
    with pytest.raises(UserError, match="also the folder to write to"):
        imported(tmp_path / "linked", tmp_path / "exports")


def test_one_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    put(tmp_path, {"export.bak": FINE})
    assert len(imported(tmp_path / "export.bak").files) == 1
