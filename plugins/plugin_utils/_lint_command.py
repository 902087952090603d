# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that lints definition files where a start of Ansible takes too long: git hooks, and pipelines."""

from __future__ import annotations

import argparse
import json
import os
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import SURFACES
from ansible_collections.m365.apps.plugins.plugin_utils._lint import FAIL_ON, Options, lint
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

FINE, FOUND, UNUSABLE = 0, 1, 2
# The same variable as for the modules.
_SURFACE = "M365_SURFACE"


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Lint the files that arguments name; print what is found. Return 0, 1 where it fails, 2 where it cannot look."""
    given = _parser().parse_args(arguments)
    options = Options(given.surface, given.catalog_file, given.setting_key, {}, given.fail_on, given.layers)
    try:
        result = lint([_place(path) for path in given.path], options=options)
    except PoliciesError as error:
        print(printable(str(error)))
        return UNUSABLE
    print("\n".join(_lines(result, given.notes)) if given.format == "text" else json.dumps(result, indent=2))
    return FOUND if result["failed"] else FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lint.py", description="Lint definition files, without a tenant.")
    parser.add_argument("path", nargs="+", help="a folder of definition files, or one of them")
    # Choices are not those of argparse: an empty variable of a job runner is as if it were not set.
    parser.add_argument(
        "--surface",
        choices=SURFACES,
        default=os.environ.get(_SURFACE) or None,
        help=f"else ${_SURFACE}, else what the policies show",
    )
    parser.add_argument("--catalog-file", help="definitions of settings beside those of the collection")
    parser.add_argument(
        "--layers", action="store_true", help="policies of the settings catalog have priorities, which are compiled"
    )
    parser.add_argument("--setting-key", default=Options.setting_key, help="key of a setting in payloads (settingId)")
    parser.add_argument(
        "--fail-on", choices=tuple(FAIL_ON), default="error", help="what the exit status 1 is for (error)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--notes", action="store_true", help="show notes, too")
    return parser


def _place(path: str) -> Path:
    """Return a place that is there. Raises PoliciesError."""
    place = Path(absolute_path(path))
    if not os.path.lexists(place):
        raise PoliciesError(f"{path}: cannot lint it: there is no such folder or file. Check the path.")
    # As it was typed: that is what editors and pipelines make a link of.
    return Path(path)


def _lines(result: t.Mapping[str, t.Any], with_notes: bool) -> t.Iterator[str]:
    for finding in result["findings"]:
        if with_notes or finding["level"] != "note":
            where = "".join(f"{printable(file)}: " for file in finding["files"][:1])
            yield f"{where}{finding['level']}: {finding['message']} ({finding['rule']})"
    yield result["verdict"]["text"]
