# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the catalog that the collection brings from a dump of Graph's documents.

The dump is the answer of ``GET /beta/deviceManagement/configurationSettings``, JSON lines, gzip or not, in one or more
files; what it holds beside Office's ADMX files and the security guide is left out. The same dump gives the same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import catalog_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import (
    Definition,
    definition_from_graph,
    is_collected,
)

TARGET = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "_catalog" / "built_in_lines.py"
MODULE = '''# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# pylint: disable=line-too-long, too-many-lines

"""The definitions of Office, as lines.py describes them. Made by ``make catalog``: do not edit."""

from __future__ import annotations

LINES = r"""{lines}
"""
'''


def documents(path: Path) -> t.Iterator[dict[str, t.Any]]:
    """Yield the documents of one file of a dump."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    yield from (json.loads(line) for line in text.split("\n") if line.strip())


def module(definitions: t.Iterable[Definition], made_from: str) -> str:
    """Return the text of the module that holds the lines."""
    lines = "\n".join(catalog_lines((each for each in definitions if is_collected(each.id)), made_from))
    if '"""' in lines or not lines.isascii():
        raise SystemExit("the catalog holds what the module's text cannot: three quotes, or more than ASCII")
    return MODULE.format(lines=lines)


def main(arguments: t.Sequence[str] | None = None) -> None:
    """Write the module."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("dumps", nargs="+", type=Path, metavar="DUMP", help="JSON lines, gzip or not")
    options.add_argument(
        "--made-from", required=True, help="what the header says about the dump: where from, which day"
    )
    options.add_argument("--output", type=Path, default=TARGET, help="module to write (default: the collection's)")
    given = options.parse_args(arguments)
    found = [definition_from_graph(document) for dump in given.dumps for document in documents(dump)]
    given.output.write_text(module(found, given.made_from), encoding="utf-8")


if __name__ == "__main__":
    main()
