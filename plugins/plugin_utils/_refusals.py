# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What office_client_configs refuses of one policy without a tenant, for lint: the module's own rules and words."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.checked_policy import checked_policy
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import subject_of
from ansible_collections.m365.apps.plugins.module_utils._office.fields import BYTES_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import with_meant
from ansible_collections.m365.apps.plugins.plugin_utils._policies.plain_values import plain_value


def refusals(document: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """Yield the rule of lint and the sentence for each reason to refuse a policy."""
    options = {str(key): _plain_option(str(key), value) for key, value in document.items() if key in POLICY_IN_LIST}
    try:
        checked_policy(options)
    except UserError as error:
        named = options.get("id") is not None or options.get("display_name") is not None
        yield "unreadable" if named else "no_identity", str(error)
    for key in sorted(str(key) for key in document if key not in POLICY_IN_LIST):
        known = with_meant([key], POLICY_IN_LIST)
        yield "unknown_key", f"{subject_of(options)}: there is no option {known}. Correct its name, or remove it."


def _plain_option(name: str, value: t.Any) -> t.Any:
    """Return a value as a module gets it. The inside of a payload stays as it is: there is much of it."""
    return value if name in BYTES_OPTIONS and isinstance(value, (dict, list)) else plain_value(value)
