# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin for pylint: the rules that the pylint of ansible-test has for collections, in the run of ``make lint``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import ansible_test
import yaml
from pylint.lint import PyLinter

ROOT = Path(__file__).resolve().parents[2]
# All but what the folder has for ansible-core itself, and for output that only ansible-test reads.
RULES = ("deprecated_calls", "string_format", "unwanted")


def register(linter: PyLinter) -> None:
    """Load these rules as ansible-test does: by what it has in the environment, and with its options."""
    [package] = ansible_test.__path__
    sys.path.append(str(Path(package) / "_util" / "controller" / "sanity" / "pylint" / "plugins"))
    for kind in ("modules", "module_utils"):
        os.environ[f"ANSIBLE_TEST_{kind.upper()}_PATH"] = f"{ROOT / 'plugins' / kind}{os.sep}"
    linter.load_plugin_modules(RULES)
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    linter.set_option("collection-name", f"{about['namespace']}.{about['name']}")
    linter.set_option("collection-path", str(ROOT))
    linter.set_option("collection-version", about["version"])
