# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that talks to AnsibleModule, and the one that ends a module."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import sys
import typing as t
from dataclasses import replace
from functools import partial

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._errors import LONGEST_TOLD, MissingLibraryError, UserError, plain, printable, printable_value, unforeseen_end
from .._graph.session import REQUESTS_IMPORT_ERROR
from .._policy.values import number_warnings
from .arguments import SHARED, elsewhere, with_shared
from .definition import Handler, ModuleDefinition, Reply, Request
from .given import outline, taken
from .logins import used_params
from .masking import masked, secrets_of, shown_arguments, shown_result
from .starter import STARTED_BY, Starter, is_read, starter_from
from .tenant import Tenant, open_tenant

_MESSAGE_LIMIT = 1900
# How many entries of a list are logged.
_LOGGED = 20
# After how many new objects Python looks for cycles among them, in place of a few thousand.
_YOUNG = 50_000
# What AnsibleModule says of options that it does not know.
_UNSUPPORTED = "Unsupported parameters"
# What AnsibleModule puts into a result, too, or takes out of it.
_SHARED_KEYS = ("invocation", "warnings", "deprecations")
# One that tells several problems has room for them all.
_LONGEST_MESSAGE = LONGEST_TOLD + _MESSAGE_LIMIT

Opener = t.Callable[[t.Mapping[str, t.Any], t.Mapping[str, t.Any]], Tenant]


class Module(AnsibleModule):
    """AnsibleModule that keeps the options as given, to tell an omitted one from a null, and masks secrets itself."""

    params: dict[str, t.Any]
    raw: dict[str, t.Any]
    # Those acquired so far.
    _tokens: t.Collection[str] = ()
    _notices: t.Callable[[], list[str]] = list
    _unreadable: UserError | None = None
    _number_warnings: t.Sequence[str] = ()
    _starter: Starter | None = None
    _limit = _MESSAGE_LIMIT
    # Which modules have the options that this one does not.
    _hint = ""

    def __init__(self, definition: ModuleDefinition) -> None:
        self._definition = definition
        super().__init__(argument_spec=with_shared(definition.spec), supports_check_mode=True, **definition.rules)

    def _load_params(self) -> None:
        super()._load_params()
        self._starter = starter_from(self.params.pop(STARTED_BY, None))
        self._number_warnings = number_warnings(self.params)
        self.params, self._unreadable = taken(self.params, self._definition.spec, self.argument_spec)
        self._hint = elsewhere(self.params, self._definition.spec)
        self.raw = {name: outline(value) for name, value in self.params.items()}
        for name in SHARED:
            # For login and connection options null means left out, so that environment and default have their say.
            if self.params.get(name, "") is None:
                del self.params[name]

    def reply(self, handler: Handler, opener: Opener = open_tenant) -> Reply:
        """Return the reply to what the module was asked. Raises MissingLibraryError."""
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        if self._unreadable is not None:
            return Reply({"changed": False}, error=self._unreadable)

        def opened(params: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any]) -> Tenant:
            tenant = opener(params, raw)
            self._tokens = tenant.tokens
            self._notices = tenant.notices
            return tenant

        reply = answer(Request(self.params, self.raw, self.check_mode, self._diff), handler, opened)
        told = [*self._number_warnings, *reply.warnings, *self._notices()]
        warnings = masked(told, secrets_of(self._used(), self._tokens))
        return replace(reply, warnings=[printable(warning) for warning in warnings])

    def still_wanted(self) -> bool:
        """Tell whether the process that started this module still lives, and somebody reads what it prints."""
        return is_read() and (self._starter is None or self._starter.lives)

    def end(self, reply: Reply) -> None:
        """Print the result and end the process; where that fails, print as much of it as can be."""
        try:
            self._end(reply)
        except Exception as error:  # noqa: BLE001 - what was written must be told
            told = {name: reply.result[name] for name in ("changed", "actions") if name in reply.result}
            failure = reply.error or unforeseen_end(error)
            try:
                self.fail_json(msg=str(failure), error={}, **told)
            except Exception:  # noqa: BLE001
                self.fail_json(msg=str(failure), error={}, changed=bool(told.get("changed")))

    def _end(self, reply: Reply) -> None:
        if reply.error is not None:
            details = reply.error.details
            self._limit = _LONGEST_MESSAGE if reply.error.problems > 1 else _MESSAGE_LIMIT
            self.fail_json(msg=str(reply.error), error=details.as_dict() if details else {}, **reply.result)
        self.exit_json(**reply.result)

    def exit_json(self, **result: t.Any) -> None:
        """Print a result without secrets and end the process.

        AnsibleModule copies all that it prints, value by value, to look for secrets, which are masked by then. So it
        prints only what it adds to or takes from, and the module's own lists and dicts are put beside that.
        """
        shown = self._shown(result)
        own = {name: shown.pop(name) for name in list(shown) if _is_own(name, shown[name])}
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                super().exit_json(**shown)
        except SystemExit:
            sys.stdout.writelines(("\n", json.dumps({**json.loads(printed.getvalue()), **own}), "\n"))
            raise

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        """Print a failure without secrets and end the process.

        AnsibleModule's own refusals come here, too, and may quote a value of any size. Unlike a result, a failure is
        always printed as a whole.
        """
        # AnsibleModule only lists what the module has.
        told = f"{self._hint} {msg}" if str(msg).startswith(_UNSUPPORTED) and self._hint else str(msg)
        shown = printable_value(self._shown({"msg": told, **result}))
        super().fail_json(**{**shown, "msg": plain(shown["msg"], self._limit)})
        raise AssertionError("fail_json ends the process")

    def _log_invocation(self) -> None:
        """Write the options to the system's log, of a long list its length: its lines are short."""
        whole = self.params
        self.params = {name: _brief(value) for name, value in whole.items()}
        try:
            super()._log_invocation()
        finally:
            self.params = whole

    def log(self, msg: str, log_args: t.Any = None) -> None:
        """Write a line without secrets to the system's log: AnsibleModule does so with all options."""
        secrets = secrets_of(self.params)
        super().log(masked(msg, secrets), masked(log_args, secrets))

    def _shown(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        # From here on AnsibleModule has nothing to mask, see ``masking``.
        self.no_log_values: set[str] = set()
        used = self._used()
        # Newer cores show the arguments only when they are told to, and take them out else.
        if not getattr(self, "_inject_invocation", True):
            return shown_result(result, used, self._tokens)
        arguments = shown_arguments(self.params, self.argument_spec, secrets_of(used, self._tokens))
        return {**shown_result(result, used, self._tokens), "invocation": {"module_args": arguments}}

    def _used(self) -> dict[str, t.Any]:
        """Return the options without the secrets of logins that this run does not use."""
        return used_params(self.params, self.raw)

    def end_without(self, missing: MissingLibraryError) -> None:
        """Say which library is missing and end the process."""
        self.fail_json(msg=missing_required_lib(missing.library), exception=missing.import_error)


def _brief(value: t.Any) -> t.Any:
    """Return the value of an option for a line of a log."""
    return f"({len(value)} entries)" if isinstance(value, list) and len(value) > _LOGGED else value


def _is_own(name: str, value: t.Any) -> bool:
    """Tell whether AnsibleModule has nothing to do with a key of a result but to print it."""
    return isinstance(value, (dict, list)) and name not in _SHARED_KEYS


def collect_seldom() -> None:
    """Look for garbage in cycles less often in this process, which ends with its task.

    Nearly all that a run makes of thousands of policies stays to its end, and a look goes through much of it, and in a
    worker process through all that ansible itself holds.
    """
    if gc.get_threshold()[0] < _YOUNG:
        gc.freeze()
        gc.set_threshold(_YOUNG)


def run_module(definition: ModuleDefinition) -> None:
    """Run a module and end the process."""
    collect_seldom()
    module = Module(definition)
    try:
        reply = module.reply(definition.handler, partial(open_tenant, still_wanted=module.still_wanted))
    except MissingLibraryError as error:
        module.end_without(error)
        return
    for warning in reply.warnings:
        module.warn(warning)
    module.end(reply)


def answer(request: Request, handler: Handler, opener: Opener = open_tenant) -> Reply:
    """Return the reply to a request; every error becomes one sentence in it. Raises MissingLibraryError only."""
    tenant: Tenant | None = None

    def opened(**fixed: t.Any) -> Tenant:
        nonlocal tenant
        tenant = opener({**request.params, **fixed}, request.raw)
        return tenant

    try:
        return handler(request, opened)
    except UserError as error:
        return Reply({"changed": tenant is not None and tenant.written()}, error=error)
    except MissingLibraryError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of ours ends in a sentence too, never in a traceback
        return Reply({"changed": tenant is not None and tenant.written()}, error=unforeseen_end(error))
    finally:
        if tenant is not None:
            tenant.client.end()
