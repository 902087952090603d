# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that talks to AnsibleModule, and the one that ends a module."""

from __future__ import annotations

import copy
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._graph.auth import MissingLibraryError
from .._graph.errors import UserError
from .._graph.session import REQUESTS_IMPORT_ERROR
from .arguments import SHARED, Spec, with_shared
from .jobs import Job, Reply, Request
from .tenant import open_tenant


class _Module(AnsibleModule):
    """AnsibleModule that keeps the options as given, to tell an omitted one from a null."""

    raw: dict[str, t.Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.raw = copy.deepcopy(self.params)
        for name in SHARED:
            # For login and connection options null means left out, so that environment and default have their say.
            if self.params.get(name, "") is None:
                del self.params[name]


def run_module(spec: Spec, job: Job, **rules: t.Any) -> None:
    """Run a module and end the process. ``spec`` are the module's own options, ``rules`` those of AnsibleModule."""
    module = _Module(argument_spec=with_shared(spec), supports_check_mode=True, **rules)
    try:
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        reply = answer(Request(module.params, module.raw, module.check_mode, module._diff), job)
    except MissingLibraryError as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.import_error)
    for warning in reply.warnings:
        module.warn(warning)
    if reply.error is not None:
        details = reply.error.details
        module.fail_json(msg=str(reply.error), error=details.as_dict() if details else {}, **reply.result)
    module.exit_json(**reply.result)


def answer(request: Request, job: Job) -> Reply:
    """Return the reply to a request; every error becomes one sentence in it. Raises MissingLibraryError only."""
    try:
        return job(request, open_tenant(request.params, request.raw))
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
