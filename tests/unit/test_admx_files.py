# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ADMX files as people have them: encodings, folders, and what is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._admx import files, xml_tree
from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import DECIDED, decide
from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._admx.model import AdmxError
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import Data, Place
from ansible_collections.m365.apps.tests.unit import admx_model as model

SPEC = {
    "name": "L_Größe",
    "elements": [{"form": "enum", "id": "L_E", "value_name": "Size", "items": [(("REG_SZ", "70,8"), None)]}],
}
TEXT = model.xml_of([SPEC])
UTF16 = '<?xml version="1.0" encoding="utf-16"?>\n'
UTF8 = '<?xml version="1.0" encoding="utf-8"?>\n'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        (UTF8 + TEXT).encode("utf-8-sig"),
        (UTF16 + TEXT).encode("utf-16"),
        b"\xfe\xff" + (UTF16 + TEXT).encode("utf-16-be"),
        (UTF16 + TEXT).encode("utf-16-le"),
        # A copy in UTF-8 that still says what it was.
        (UTF16 + TEXT).encode(),
        ('<?xml version="1.0" encoding="iso-8859-1"?>\n' + TEXT).encode("latin-1"),
    ],
    ids=["bare", "utf-8 mark", "utf-16 mark", "utf-16-be mark", "utf-16 no mark", "utf-8 says utf-16", "latin-1"],
)
def test_a_file_is_read_in_the_encoding_that_it_is_in(data: bytes) -> None:
    policy = admx_of(data).get("l_größe")
    assert policy is not None
    # The text of a value stands between line ends.
    decision = decide(policy, {Place.of(model.KEY.upper(), "SIZE"): Data("REG_SZ", "70,8")})
    assert decision.reading is not None
    assert decision.reading.values == {"L_E": "70,8"}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<!DOCTYPE policyDefinitions>" + TEXT, "document type"),
        ('<!DOCTYPE p [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + TEXT, "document type"),
        ('<!DOCTYPE p SYSTEM "file:///etc/passwd">' + TEXT, "document type"),
        ("<policyDefinitions>&a;</policyDefinitions>", "not well-formed"),
        ("<policyDefinitions>", "not well-formed"),
        ("", "not well-formed"),
        ("<policies />", "its root is policies"),
        ("<policyDefinitions />", "prefix"),
        (model.xml_of([{"name": ""}]), "policy has no name"),
        ('<?xml version="1.0" encoding="utf-7"?><policyDefinitions />', "its encoding is utf-7"),
        ("<a>" * 60 + "</a>" * 60, "nested more than"),
    ],
)
def test_what_is_not_an_admx_file_is_refused(text: str, cause: str) -> None:
    with pytest.raises(AdmxError, match=cause):
        admx_of(text.encode())


def test_a_file_of_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tree, "MOST_ELEMENTS", 3)
    with pytest.raises(AdmxError, match="more than 3 elements"):
        admx_of(TEXT.encode())


def test_bytes_that_are_not_the_text_that_they_say_are_refused() -> None:
    with pytest.raises(AdmxError, match="not text in utf-8"):
        admx_of(b"<policyDefinitions>\xff</policyDefinitions>")


@pytest.mark.parametrize(
    ("spec", "cause"),
    [
        ({"class": "Nobody"}, "class is Nobody"),
        ({"elements": [{"form": "magic", "id": "L_E"}]}, "unknown form magic"),
        ({"elements": [{"form": "decimal", "id": "L_E", "value_name": "E", "low": "one"}]}, "not a whole number"),
        ({"elements": [{"form": "text", "id": "L_E"}]}, "text has no valueName"),
        ({"value_name": "T", "enabled": ("REG_DWORD", 2**32)}, "not a whole number"),
    ],
)
def test_a_policy_out_of_form_leaves_the_others_of_its_file_alone(spec: model.Spec, cause: str) -> None:
    admx = admx_of(model.xml_of([{"name": "L_Bad", **spec}, SPEC]).encode())
    assert admx.get("L_Größe") is not None
    with pytest.raises(AdmxError, match=cause):
        admx.get("L_Bad")


def test_a_policy_that_is_there_twice_is_refused() -> None:
    with pytest.raises(AdmxError, match="2 policies L_Größe"):
        admx_of(model.xml_of([SPEC, SPEC]).encode()).get("L_Größe")


def test_a_folder_knows_its_files_by_name_and_by_prefix(tmp_path: Path) -> None:
    (tmp_path / "admx" / "en-us").mkdir(parents=True)
    (tmp_path / "admx" / "Own16.ADMX").write_text(TEXT)
    (tmp_path / "admx" / "teams16.admx").write_text(model.xml_of([SPEC], prefix="teams"))
    (tmp_path / "admx" / "en-us" / "own16.adml").write_text("no XML at all")
    (tmp_path / "broken.admx").write_text("no XML at all")
    folder = AdmxFolder.below(tmp_path)
    assert [found.prefix if (found := folder.get(name)) else None for name in ("OWN16", "teams16", "teams", "x")] == [
        "own16",
        "teams",
        "teams",
        None,
    ]
    with pytest.raises(AdmxError, match=r"broken\.admx: it is not well-formed"):
        folder.get("broken")


def test_copies_of_a_file_are_one_and_two_versions_are_refused(tmp_path: Path) -> None:
    for name in ("x64", "x86"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own16.admx").write_text(TEXT)
    assert AdmxFolder.below(tmp_path).get("own16") is not None
    (tmp_path / "x86" / "own16.admx").write_text(TEXT + " ")
    with pytest.raises(AdmxError, match="they differ"):
        AdmxFolder.below(tmp_path).get("own16")


def test_a_folder_that_cannot_be_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"no file that ends in \.admx"):
        AdmxFolder.below(tmp_path)
    with pytest.raises(UserError, match="No such file"):
        AdmxFolder.below(tmp_path / "missing")
    for number in range(3):
        (tmp_path / f"{number}.admx").write_text(TEXT)
    monkeypatch.setattr(files, "MOST_FILES", 2)
    with pytest.raises(UserError, match="more than 2 ADMX files"):
        AdmxFolder.below(tmp_path)
    monkeypatch.setattr(files, "MOST_FILES", 3)
    monkeypatch.setattr(files, "MOST_BYTES", 20)
    with pytest.raises(AdmxError, match="larger than"):
        AdmxFolder.below(tmp_path).get("1")


def test_what_the_files_of_a_folder_say_counts(tmp_path: Path) -> None:
    (tmp_path / "own16.admx").write_bytes((UTF16 + TEXT).encode("utf-16"))
    admx = AdmxFolder.below(tmp_path).get("own16")
    assert admx is not None
    assert admx.names() == ["L_Größe"]
    policy = admx.get("L_GRÖSSE") or admx.get("L_GRÖßE")
    assert policy is not None
    assert decide(policy, {Place.of(model.KEY, "size"): Data("REG_SZ", "70,8")}).outcome == DECIDED
