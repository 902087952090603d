# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the definitions of the settings catalogue come from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.__main__ import main
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.graph.catalog.sources import CatalogError, from_files
from graph_emulator.world import World


def zipped(path: Path) -> Path:
    """The same file in gzip."""
    path.write_bytes(gzip.compress(path.read_bytes()))
    return path


@pytest.mark.parametrize("pack", [lambda path: path, zipped], ids=["plain", "gzip"])
def test_graph_s_documents_one_a_line(tmp_path: Path, pack: object) -> None:
    found = from_files(str(pack(small.write(tmp_path / "catalog"))))  # type: ignore[operator]
    assert list(found) == small.DOCUMENTS
    assert list(found.categories.values()) == small.CATEGORY_DOCUMENTS


def test_several_files_count_together_and_the_later_one_counts_more(tmp_path: Path) -> None:
    changed = {**small.DOCUMENTS[0], "displayName": "changed"}
    first = small.write(tmp_path / "first", small.DOCUMENTS)
    second = small.write(tmp_path / "second", [changed])
    found = from_files(str(first), str(second))
    assert len(found) == len(small.DOCUMENTS)
    assert found.get(changed["id"]) == changed


def test_a_category_without_a_document_is_a_bare_one() -> None:
    found = Definitions.of(small.DOCUMENTS[:1])
    (category,) = found.categories.values()
    assert category["id"] == small.DOCUMENTS[0]["categoryId"]
    assert (category["platforms"], category["technologies"]) == ("windows10", "mdm")
    assert set(category) == set(small.CATEGORY_DOCUMENTS[0])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "line 1: Expecting property name"),
        (b'\n{"id": 1}', "line 2: a JSON object with an id is needed"),
        (b"[]", "line 1: a JSON object with an id is needed"),
        (b"\xff\xfe{}", "can't decode byte"),
        (b"\x1f\x8bnothing at all", "Unknown compression method"),
        (gzip.compress(b"{}")[:-9], "ended before the end-of-stream marker"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    tmp_path: Path, content: bytes, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "catalog"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=text):
        from_files(str(path))
    assert main(["--catalog", str(path)]) == 2
    printed = capsys.readouterr().err
    assert str(path) in printed
    assert printed.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file"):
        from_files(str(tmp_path / "nothing"))


def test_every_tenant_of_a_world_has_its_definitions(tmp_path: Path) -> None:
    definitions = from_files(str(small.write(tmp_path / "catalog")))
    world = World(("https://localhost",), definitions=definitions)
    loaded = world.load({"tenants": {"": {}}})
    assert [tenant.definitions for tenant in loaded.values()] == [definitions]
    assert json.dumps(small.DOCUMENTS[0]) == json.dumps(next(iter(definitions)))
