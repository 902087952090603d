# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loads in ansible's main process what each worker process would load anew for its one task.

Workers are forked from it and find it loaded: a fifth of what a play costs. No task does anything else because of it.

Ansible packs each module with all that it imports into a payload, once in a process. Here that is once for the state of
the files that it packs: a second of processors for each module of the collection in each play.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
import sys
import typing as t
from pathlib import Path

import ansible
import msal  # noqa: F401  # pylint: disable=unused-import
from ansible import constants
from ansible.executor import module_common
from ansible.module_utils.common import json as common_json
from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import connection_loader, filter_loader, lookup_loader, shell_loader, test_loader
from ansible.template import Templar
from ansible.utils.collection_loader import _collection_finder

try:
    from ansible._internal._task import UnifiedTaskResult
except ImportError:  # ansible-core before 2.21 has none
    UnifiedTaskResult = None

_PAYLOADS = Path(__file__).resolve().parents[4] / ".ansible" / "payloads"
_FILTERS = ("ansible.builtin.default", "m365.apps.private", "m365.apps.rollout_report")
_LOOKUPS = ("ansible.builtin.template", "ansible.builtin.url", "m365.apps.definitions")

# That of support/started, unless a program on the way chose another environment.
_compiled = getattr(sys.modules.get("sitecustomize"), "compiled", None)
if _compiled is not None:
    vars(_collection_finder)["compile"] = _compiled


def state(*folders: Path) -> str:
    """Return a digest of the Python files in folders by paths, sizes and times, and of the versions that read them."""
    found = sorted(path for folder in folders for path in folder.rglob("*.py"))
    about = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in found]
    return hashlib.sha256(repr((sys.version, ansible.__version__, about)).encode()).hexdigest()


def share_payloads(local: Path) -> None:
    """Let ansible look for payloads in a folder for all processes, not in one that ends with its folder ``local``."""
    # Before ansible-core 2.19 two processes can write the same payload at once, and one read half of it.
    if not hasattr(module_common, "_locking"):
        return
    try:
        collection = Path(importlib.import_module("ansible_collections.m365.apps").__path__[0])
    except ImportError:  # a program that was not told where it is
        return
    of_ansible = Path(ansible.__file__).parent
    kept = _PAYLOADS / state(collection / "plugins", of_ansible / "modules", of_ansible / "module_utils")
    kept.mkdir(parents=True, exist_ok=True)
    place = local / "ansiballz_cache"
    if not os.path.lexists(place):
        place.symlink_to(kept)


class CallbackModule(CallbackBase):
    """A callback that prints nothing."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "preload"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        share_payloads(Path(constants.DEFAULT_LOCAL_TMP))

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:  # noqa: ARG002
        """Load it before each task: ansible forgets all where a role brings plugins of its own."""
        test_loader.get("ansible.builtin.search")
        for name in _FILTERS:
            filter_loader.get(name)
        for name in _LOOKUPS:
            lookup_loader.get(name)
        Templar(loader=None).template("{{ 1 }}")  # makes Jinja's lexer
        connection_loader.get("ansible.builtin.local", class_only=True)
        shell_loader.get("ansible.builtin.sh", class_only=True)
        if hasattr(common_json, "get_module_encoder"):  # from ansible-core 2.19 on
            common_json.get_module_encoder("legacy", common_json.Direction.CONTROLLER_TO_MODULE)
            common_json.get_module_decoder("legacy", common_json.Direction.MODULE_TO_CONTROLLER)
        if UnifiedTaskResult is not None:
            for by_module in (False, True):
                UnifiedTaskResult.get_result_key_to_resolved_field_mapping(source_is_module=by_module)
        # A worker that collects garbage touches, and so copies, all of the memory that it shares with this process.
        gc.disable()
        gc.freeze()
