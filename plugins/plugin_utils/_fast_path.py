# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path: a module's handler run inside the worker process, where nobody can tell the difference.

A module process costs more than half a second before its first call. The items of a loop share one worker process, so
here that cost, the login and the connection are paid once for all of them.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import json
import os
import sys
import typing as t
from functools import partial

from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.common import json as common_json
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.module_utils._catalog import surface as catalog_surface
from ansible_collections.m365.apps.plugins.module_utils._errors import MissingLibraryError, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._json import DEEPEST, is_too_deep
from ansible_collections.m365.apps.plugins.module_utils._module import approval_files, catalog_files, tracing
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import SHARED
from ansible_collections.m365.apps.plugins.module_utils._module.boundary import Module, collect_seldom
from ansible_collections.m365.apps.plugins.module_utils._module.definition import ModuleDefinition
from ansible_collections.m365.apps.plugins.module_utils._module.logins import file_digests
from ansible_collections.m365.apps.plugins.module_utils._module.starter import STARTED_BY, Starter
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant, open_client, tenant_of
from ansible_collections.m365.apps.plugins.module_utils._office import surface as office_surface
from ansible_collections.m365.apps.plugins.module_utils._policy.values import refused_dates
from ansible_collections.m365.apps.plugins.plugin_utils import _progress, _watch
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import REACHES_PLUGINS

SWITCH_VARIABLE = "m365_fast_path"
SWITCH_ENVIRONMENT = "M365_FAST_PATH"

# Folder of the playbooks that the collection brings; nothing of a user is there.
_PLAYBOOKS = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", "playbooks"))

# The form in which module arguments and results are written; older cores have but one.
_PROFILE = "legacy"

# What the process of a module loads when it needs it is loaded here before worker processes are forked, once for all.
LOADED = (approval_files, catalog_files, catalog_surface, office_surface)
tracing.load()

# When it ends, Python looks through all that ansible and its plugins have loaded for garbage, more than once. That
# takes longer than a short task, and frees what the system frees anyway.
atexit.register(gc.freeze)

# One login and one connection for all items of a loop. Filled in a worker process only, and gone with it.
_CLIENTS: dict[str, GraphClient] = {}

_SILENT = _progress.ProgressReporter()


class FastPathAction(ActionBase):
    """The action plugin of a module; a subclass names what the module is made of."""

    DEFINITION: t.ClassVar[ModuleDefinition]

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the module's result, made in this process or by the module as usual."""
        task_vars = task_vars or {}
        error = refused_dates(self._task.args, self.DEFINITION.spec)
        if error is not None:
            return {"failed": True, "changed": False, "msg": str(error), "error": {}}
        with self._where_the_user_is():
            return self._run(tmp, task_vars)

    def _run(self, tmp: str | None, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        if not self._fits(task_vars):
            return self._run_as_module(task_vars)
        super().run(tmp, task_vars)
        collect_seldom()
        _watch.end_with(_watch.main_process())
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, task_vars)
        with contextlib.chdir(self._loader.get_basedir()):  # where a local module process runs
            printed, warnings = run_here(self.DEFINITION, arguments, self._reporter(task_vars))
        return self._parse(_with_warnings(printed, warnings))

    @contextlib.contextmanager
    def _where_the_user_is(self) -> t.Iterator[None]:
        """Let relative paths start where the run was started, where the playbook is one of this collection."""
        before = self._loader.get_basedir()
        if os.path.realpath(before) == _PLAYBOOKS:
            self._loader.set_basedir(os.getcwd())
        try:
            yield
        finally:
            self._loader.set_basedir(before)

    def _fits(self, task_vars: t.Mapping[str, t.Any]) -> bool:
        """Tell whether a module process would run on this machine, as this user, with this Python and environment."""
        return (
            self._connection.transport == "local"
            and self._task.delegate_to is None
            and self._connection.become is None
            and not self._task.async_val
            and not any(self._task.environment or ())
            and self._own_python(task_vars)
            and self._switched_on(SWITCH_VARIABLE, SWITCH_ENVIRONMENT, task_vars)
        )

    def _own_python(self, task_vars: t.Mapping[str, t.Any]) -> bool:
        interpreter = task_vars.get("ansible_python_interpreter")
        return isinstance(interpreter, str) and self._templar.template(interpreter) == sys.executable

    def _reporter(self, task_vars: t.Mapping[str, t.Any]) -> _progress.ProgressReporter:
        shown = self._switched_on(_progress.SWITCH_VARIABLE, _progress.SWITCH_ENVIRONMENT, task_vars)
        named = shown and not self._task.no_log
        return _progress.ProgressReporter(str(task_vars["inventory_hostname"]) if named else None)

    def _switched_on(self, variable: str, environment: str, task_vars: t.Mapping[str, t.Any]) -> bool:
        value = task_vars.get(variable, os.environ.get(environment) or True)
        return bool(boolean(self._templar.template(value)))

    def _run_as_module(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        normal = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        if normal is None:
            raise AnsibleError("m365.apps: cannot run the module: ansible-core has no action plugin 'normal'")
        # A task that outlives its play (async) has no starter.
        starter = None if self._task.async_val else _watch.main_process()
        with self._told(starter), _watch.ending_with(starter):
            return t.cast("dict[str, t.Any]", normal.run(task_vars=task_vars))

    @contextlib.contextmanager
    def _told(self, starter: Starter | None) -> t.Iterator[None]:
        """Tell a module on this machine who started it, inside the block."""
        given = self._task.args
        if starter is not None and self._connection.transport == "local":
            self._task.args = {**given, STARTED_BY: starter.as_option()}
        try:
            yield
        finally:
            self._task.args = given

    def _parse(self, printed: str) -> dict[str, t.Any]:
        """Return what a module printed, read as the controller reads any module."""
        output = {"stdout": printed, "stdout_lines": [], "stderr": "", "stderr_lines": [], "rc": 0}
        profile = (_PROFILE,) if hasattr(common_json, "get_module_encoder") else ()
        read = self._parse_returned_data(output, *profile)
        if not hasattr(read, "as_result_dict"):  # up to ansible-core 2.19
            from ansible.vars import clean  # noqa: PLC0415 - what it is asked for is gone from newer cores

            clean.remove_internal_keys(read)  # pylint: disable=no-member
            return t.cast("dict[str, t.Any]", read)
        read.remove_internal_keys()
        return t.cast("dict[str, t.Any]", read.as_result_dict(for_round_trip=True))


def run_here(
    definition: ModuleDefinition,
    arguments: t.Mapping[str, t.Any],
    reporter: _progress.ProgressReporter = _SILENT,
) -> tuple[str, list[str]]:
    """Run a module in this process; return what it printed and its warnings, both without secrets.

    The warnings come apart because a module inside the controller would show them instead of returning them.
    """
    warnings: list[str] = []
    try:
        written = _written(arguments)
    except UserError as error:
        return json.dumps({"failed": True, "changed": False, "msg": str(error), "error": {}}), warnings
    with _given(written), contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
        module = Module(definition)
        try:
            reply = module.reply(definition.handler, partial(_kept_tenant, reporter))
        except MissingLibraryError as error:
            module.end_without(error)
        else:
            warnings = list(dict.fromkeys(reply.warnings))
            module.end(reply)
    return printed.getvalue(), warnings


def plain_arguments(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments as plain JSON values, without what ansible-core's own types of text and lists carry along.

    Raises UserError for what is not JSON.
    """
    plain: dict[str, t.Any] = json.loads(_written(arguments))["ANSIBLE_MODULE_ARGS"]
    return plain


def _with_warnings(printed: str, warnings: t.Sequence[str]) -> str:
    """Put warnings where a module process prints them: newer cores show none to failed_when that come in later."""
    if not warnings:
        return printed
    result = json.loads(printed)
    return json.dumps({**result, "warnings": [*result.get("warnings", ()), *warnings]})


@contextlib.contextmanager
def _given(arguments: bytes) -> t.Iterator[None]:
    """Hand arguments, as JSON text, to the next AnsibleModule of this process."""
    names = [name for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE", "_PARSED_MODULE_ARGS") if hasattr(basic, name)]
    before = {name: getattr(basic, name) for name in names}
    basic._ANSIBLE_ARGS = arguments
    basic._ANSIBLE_PROFILE = _PROFILE
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(basic, name, value)


def _written(arguments: t.Mapping[str, t.Any]) -> bytes:
    """Return arguments as the JSON text that a module process gets. Raises UserError for what cannot go into it."""
    reason: Exception | None = None
    try:
        text = json.dumps({"ANSIBLE_MODULE_ARGS": dict(arguments)}, ensure_ascii=False, **_encoding()).encode()
        # AnsibleModule copies its arguments level by level, and ends in a traceback where there are too many.
        if not is_too_deep(arguments, 2 * DEEPEST):
            return text
        cause, step = "a value is nested too deeply", "Make it flatter"
    except RecursionError as error:
        cause, step, reason = "a value is nested too deeply", "Make it flatter", error
    except UnicodeEncodeError as error:
        cause, step, reason = "a text holds an unpaired surrogate", "Save its file as UTF-8", error
    except (ValueError, TypeError) as error:
        cause, step, reason = f"a value is not JSON ({error})", "Quote it to make it text", error
    raise UserError("the task", "use its options", cause, step) from reason


def _encoding() -> dict[str, t.Any]:
    """Return how the controller writes module arguments, for json.dumps. Vaulted text goes into them decrypted."""
    if not REACHES_PLUGINS:
        encoder = common_json.get_module_encoder(_PROFILE, common_json.Direction.CONTROLLER_TO_MODULE)
        return {"cls": encoder}
    return {"cls": common_json.AnsibleJSONEncoder, "vault_to_text": True}


def _kept_tenant(
    reporter: _progress.ProgressReporter, params: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any]
) -> Tenant:
    """Return the tenant, with the client of an earlier item when it has the same login and connection."""
    chosen = {name: params.get(name) for name in (*SHARED, "batch")}
    given = [name for name in SHARED if raw.get(name) is not None]
    # A file that changes between two items is another credential, as it would be for a module.
    key = json.dumps([os.getpid(), reporter.host, chosen, given, file_digests(params)], sort_keys=True)
    if key not in _CLIENTS:
        _CLIENTS[key] = open_client(params, raw, reporter, partial(_watch.is_wanted, _watch.main_process()))
    return tenant_of(_CLIENTS[key], params)
