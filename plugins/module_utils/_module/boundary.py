# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that talks to AnsibleModule, and the one that ends a module."""

from __future__ import annotations

import contextlib
import decimal
import json
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._graph.auth import MissingLibraryError
from .._graph.errors import UserError, plain
from .._graph.session import REQUESTS_IMPORT_ERROR
from .._office.payload import PayloadError, parse_text
from .arguments import SHARED, Spec, with_shared
from .held import held
from .jobs import Job, Reply, Request
from .modules import ModuleDefinition
from .tenant import Tenant, open_tenant

_MESSAGE_LIMIT = 1900
# Decimal digits before the point of the largest number that an option may mean.
_LONGEST_NUMBER = 15

Opener = t.Callable[[t.Mapping[str, t.Any], t.Mapping[str, t.Any]], Tenant]


class Module(AnsibleModule):
    """AnsibleModule that keeps the options as given, to tell an omitted one from a null."""

    params: dict[str, t.Any]
    raw: dict[str, t.Any]
    _unreadable: UserError | None = None

    def __init__(self, definition: ModuleDefinition) -> None:
        self._spec = definition.spec
        super().__init__(argument_spec=with_shared(definition.spec), supports_check_mode=True, **definition.rules)

    def _load_params(self) -> None:
        super()._load_params()
        try:
            read_texts(self.params, self._spec)
        except UserError as error:
            self._unreadable = error
        self.params = {name: prepared(value, self.argument_spec.get(name, {})) for name, value in self.params.items()}
        hold(self.params, self._spec)
        self.raw = {name: outline(value) for name, value in self.params.items()}
        for name in SHARED:
            # For login and connection options null means left out, so that environment and default have their say.
            if self.params.get(name, "") is None:
                del self.params[name]

    def fail_json(self, msg: str, **more: t.Any) -> t.NoReturn:
        """End the process with a message; those of Ansible's own checks may quote a value of any size."""
        super().fail_json(msg=plain(str(msg), _MESSAGE_LIMIT), **more)
        raise AssertionError("fail_json ends the process")

    def reply(self, job: Job, opener: Opener = open_tenant) -> Reply:
        """Return the reply to what the module was asked. Raises MissingLibraryError."""
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        if self._unreadable is not None:
            return Reply({"changed": False}, error=self._unreadable)
        return answer(Request(self.params, self.raw, self.check_mode, self._diff), job, opener)

    def end(self, reply: Reply) -> None:
        """Print the result and end the process."""
        if reply.error is not None:
            details = reply.error.details
            self.fail_json(msg=str(reply.error), error=details.as_dict() if details else {}, **reply.result)
        self.exit_json(**reply.result)

    def end_without(self, missing: MissingLibraryError) -> None:
        """Say which library is missing and end the process."""
        self.fail_json(msg=missing_required_lib(missing.library), exception=missing.import_error)


def read_texts(params: dict[str, t.Any], spec: Spec) -> None:
    """Put the list in the place of each JSON text that was given for an option that is a list of dicts.

    A text passes through Ansible's templating, its checks and its copies untouched, which for a thousand policies are
    most of a run. Raises UserError for a text that is no list; the option is then empty, so that AnsibleModule has no
    word on it.
    """
    for name in _lists_of_dicts(spec):
        if isinstance(params.get(name), str):
            text, params[name] = params[name], []
            params[name] = _listed(text, name)


def hold(params: dict[str, t.Any], spec: Spec) -> None:
    """Hold what the dicts of such lists hold as one object each, see ``held``."""
    for name in _lists_of_dicts(spec):
        if isinstance(params.get(name), list):
            params[name] = [held(item) for item in params[name]]


def _lists_of_dicts(spec: Spec) -> list[str]:
    return [name for name, option in spec.items() if (option["type"], option.get("elements")) == ("list", "dict")]


def _listed(text: str, name: str) -> list[t.Any]:
    try:
        value = parse_text(text.removeprefix("\ufeff"))
    except PayloadError as error:
        raise _no_list(name, str(error)) from error
    if not isinstance(value, list):
        raise _no_list(name, f"its text is a JSON {type(value).__name__}, not a list")
    return value


def _no_list(name: str, cause: str) -> UserError:
    return UserError(f"the option {name}", "use it", cause, "Give a list, or the JSON text of one")


def prepared(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return an option as Ansible can take it in.

    JSON text of a dict becomes the dict, so that a null in it can be seen. A number that Ansible's conversion would
    stumble over (infinite, or of a million digits) becomes a text that it refuses.
    """
    kind, inner = option.get("type"), option.get("options") or {}
    if kind == "list" and isinstance(value, list) and option.get("elements") == "dict":
        return [prepared(item, {**option, "type": "dict"}) for item in value]
    if kind == "dict":
        if isinstance(value, str) and value.startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                value = json.loads(value)
        if isinstance(value, dict):
            return {key: prepared(item, inner.get(key, {})) for key, item in value.items()}
        # Ansible refuses a text that is no dict; other values it takes for one while it checks the options inside.
        return value if value is None or isinstance(value, str) else f"a value of type {type(value).__name__}"
    if (kind == "int" or (kind == "float" and isinstance(value, int))) and _is_too_large(value):
        return f"{value}"[:20] + " (too large)" if isinstance(value, str) else "a number (too large)"
    return value


def _is_too_large(value: t.Any) -> bool:
    """Tell whether a number, or the text of one, is infinite or has too many digits for any option."""
    try:
        number = decimal.Decimal(value)
    except (decimal.DecimalException, TypeError, ValueError):
        return False
    return number.is_infinite() or (number.is_finite() and number.adjusted() > _LONGEST_NUMBER)


def outline(value: t.Any) -> t.Any:
    """Return an option as given, with True in the place of what is nested deeper than the options of a list's items.

    It serves to see what was given and what is null. Payloads are not held twice: thousands of policies are large.
    """
    if isinstance(value, list):
        return [outline(item) if isinstance(item, dict) else item for item in value]
    if isinstance(value, dict):
        return {key: True if isinstance(item, (dict, list)) else item for key, item in value.items()}
    return value


def run_module(definition: ModuleDefinition) -> None:
    """Run a module and end the process."""
    module = Module(definition)
    try:
        reply = module.reply(definition.job)
    except MissingLibraryError as error:
        module.end_without(error)
        return
    for warning in reply.warnings:
        module.warn(warning)
    module.end(reply)


def answer(request: Request, job: Job, opener: Opener = open_tenant) -> Reply:
    """Return the reply to a request; every error becomes one sentence in it. Raises MissingLibraryError only."""
    try:
        return job(request, opener(request.params, request.raw))
    except UserError as error:
        return Reply({"changed": False}, error=error)
    except MissingLibraryError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of ours ends in a sentence too, never in a traceback
        return Reply({"changed": False}, error=_defect(error))


def _defect(error: Exception) -> UserError:
    """Return the sentence for an error nobody foresaw: its type and place, not its text, which may hold user data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    file = place.filename.rsplit("/", 1)[-1]
    return UserError(
        "m365.apps",
        "go on",
        f"an unexpected {type(error).__name__} in {file} line {place.lineno}",
        "This is a defect of the collection: please report it with this sentence",
    )
