# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loads in ansible's main process what each worker process would load anew for its one task.

Workers are forked from it and find it loaded: a fifth of what a play costs. No task does anything else because of it.

Ansible packs each module with all that it imports into a payload, once in a process. Here that is once for the state of
the files that it packs: a second of processors for each module of the collection in each play. And it compiles each
template in each task, a third of what tasks cost: here that is once, too.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
import pickle
import sys
import types
import typing as t
from pathlib import Path

import ansible
import jinja2.environment
import msal  # noqa: F401  # pylint: disable=unused-import
from ansible import constants
from ansible.executor import module_common
from ansible.module_utils.common import json as common_json
from ansible.parsing import dataloader
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

try:
    from ansible._internal._templating import _jinja_bits
except ImportError:  # ansible-core before 2.19 folds constants when it compiles, so results would be kept
    _jinja_bits = None

# That of support/started, unless a program on the way chose another environment.
_started = sys.modules.get("sitecustomize")
_compiled, _kept = (getattr(_started, name, None) for name in ("compiled", "kept"))
if _compiled is not None:
    vars(_collection_finder)["compile"] = _compiled


def state(*folders: Path) -> str:
    """Return a digest of the Python files in folders by paths, sizes and times, and of the versions that read them."""
    walked = (place for folder in folders for place in os.walk(folder))
    found = sorted(os.path.join(path, name) for path, _below, names in walked for name in names if name.endswith(".py"))
    about = [(path, one.st_size, one.st_mtime_ns) for path, one in zip(found, map(os.stat, found), strict=True)]
    return hashlib.sha256(repr((sys.version, ansible.__version__, about)).encode()).hexdigest()


def share_payloads(local: Path, named: str) -> None:
    """Let ansible look for payloads in a folder of this name for all processes, not in its own folder ``local``."""
    # Before ansible-core 2.19 two processes can write the same payload at once, and one read half of it.
    if not hasattr(module_common, "_locking"):
        return
    kept = _PAYLOADS / named
    kept.mkdir(parents=True, exist_ok=True)
    place = local / "ansiballz_cache"
    if not os.path.lexists(place):
        place.symlink_to(kept)


def keep_templates(kept: t.Callable[[str, t.Callable[[], t.Any]], t.Any], named: str) -> None:
    """Let ansible keep the code of templates and expressions by ``kept``, with all that it is made from as the key."""
    of = _jinja_bits.AnsibleEnvironment
    compile_anew, expression_anew = of.compile, of.compile_expression
    last: list[t.Any] = []

    def key(environment: t.Any, kind: str, source: str) -> str:
        options = [getattr(environment, name) for name in _jinja_bits._TEMPLATE_OVERRIDE_FIELD_NAMES]
        more = (environment.optimized, environment.is_async, environment.autoescape, sorted(environment.extensions))
        embedded = _jinja_bits._TemplateConfig.allow_embedded_templates
        now = _jinja_bits._TemplateCompileContext.current(optional=True)
        escapes = bool(now and now.escape_backslashes)
        return repr((kind, named, jinja2.__version__, type(environment).__name__, options, more, embedded, escapes)) + (
            "\0" + source
        )

    def compile_kept(self: t.Any, source: t.Any, *given: t.Any, **more: t.Any) -> t.Any:
        if isinstance(source, str) and not more:  # what is given of a file is its name and its path
            return kept(key(self, repr(("template", *given)), source), lambda: compile_anew(self, source, *given))
        code = compile_anew(self, source, *given, **more)
        last[:] = [code]
        return code

    def expression_kept(
        self: t.Any, source: str, undefined_to_none: bool = True
    ) -> jinja2.environment.TemplateExpression:
        made: list[jinja2.environment.TemplateExpression] = []

        def make() -> t.Any:
            made.append(expression_anew(self, source, undefined_to_none))
            return last[0]

        code = kept(key(self, "expression", source), make)
        if made:
            return made[0]
        return jinja2.environment.TemplateExpression(
            self.template_class.from_code(self, code, self.make_globals(None)), undefined_to_none
        )

    of.compile, of.compile_expression = compile_kept, expression_kept


def copied(value: t.Any) -> t.Any:
    """Return a copy of what was read from YAML, sooner than ``copy.deepcopy`` does."""
    return pickle.loads(pickle.dumps(value))


def keep_more() -> None:
    """Let this process, and its workers, share with others what depends on nothing but the installed files."""
    try:
        collection = Path(importlib.import_module("ansible_collections.m365.apps").__path__[0])
    except ImportError:  # a program that was not told where it is
        return
    of_ansible = Path(ansible.__file__).parent
    named = state(collection / "plugins", of_ansible / "modules", of_ansible / "module_utils")
    share_payloads(Path(vars(constants)["DEFAULT_LOCAL_TMP"]), named)
    if _jinja_bits is not None and _kept is not None:
        keep_templates(_kept, named)
        # ansible copies the argument specs of a role for each play.
        vars(dataloader)["copy"] = types.SimpleNamespace(deepcopy=copied)


def found() -> list[object]:
    """Return where ansible's loaders keep the plugins that they found: each begins anew when it has to forget them."""
    loaders = (test_loader, filter_loader, lookup_loader, connection_loader, shell_loader)
    return [loader._plugin_path_cache for loader in loaders]


def load() -> None:
    """Load what the workers of most tasks need."""
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


class CallbackModule(CallbackBase):
    """A callback that prints nothing."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "preload"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        keep_more()
        # Ansible looks this often whether a worker has ended: a thousand times a second is a twentieth of its work.
        vars(constants)["DEFAULT_INTERNAL_POLL_INTERVAL"] = 0.005
        self._known: list[object] = []

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:  # noqa: ARG002
        """Load it before the first task, and again once ansible forgot it: where a role brings plugins of its own."""
        if list(map(id, self._known)) != list(map(id, found())):
            load()
            self._known = found()
        # A worker that collects garbage touches, and so copies, all of the memory that it shares with this process.
        gc.disable()
        gc.freeze()
