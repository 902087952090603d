# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the JSON Schema of settings from the catalog that the collection brings. The same one gives the same file."""

from __future__ import annotations

import argparse
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.schema import schema_text, settings_schema

TARGET = Path(__file__).resolve().parents[2] / "schemas" / "settings.schema.json"


def main(arguments: t.Sequence[str] | None = None) -> None:
    """Write the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("output", nargs="?", type=Path, default=TARGET, help="default: the collection's own")
    options.parse_args(arguments).output.write_text(schema_text(settings_schema(built_in())), encoding="utf-8")


if __name__ == "__main__":
    main()
