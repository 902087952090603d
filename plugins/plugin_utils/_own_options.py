# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of action plugins that no module gets: read by the same rules as those of modules."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import Spec
from ansible_collections.m365.apps.plugins.module_utils._module.given import readable
from ansible_collections.m365.apps.plugins.module_utils._policy.values import refused_dates
from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import plain_arguments


def own_options(arguments: t.Mapping[str, t.Any], spec: Spec) -> dict[str, t.Any]:
    """Return the options of a task as plain values of the types in ``spec``. Raises UserError."""
    dates = refused_dates(arguments, spec)
    if dates is not None:
        raise dates
    given, error = readable(plain_arguments(arguments), spec, spec)
    if error is not None:
        raise error
    checked = ArgumentSpecValidator(spec).validate(given)
    if checked.error_messages:
        cause = plain(checked.error_messages[0].rstrip("."), 600)
        raise UserError("the task", "use its options", cause, "Correct the task")
    return t.cast("dict[str, t.Any]", checked.validated_parameters)
