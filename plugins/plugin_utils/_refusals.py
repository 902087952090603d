# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What office_client_configs refuses of one policy without a tenant, for lint: the module's own rules and words.

What it refuses of settings is found where they are read (``_policies/agreement.py``).
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import SETTINGS, no_settings, too_long
from ansible_collections.m365.apps.plugins.module_utils._catalog.merge import parse_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.checked_policy import desired_of
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import subject_of
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import (
    CATALOG,
    OFFICE,
    foreign_error,
    foreign_options,
)
from ansible_collections.m365.apps.plugins.module_utils._office.fields import BYTES_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.assignments import refuse_named_twice
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import with_meant
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.plugins.plugin_utils._policies.plain_values import plain_value

Refusal = tuple[str, str]
# Options whose inside stays as it is: there is much of it, and it is read elsewhere.
_LARGE = frozenset({*BYTES_OPTIONS, SETTINGS})


def refusals(document: t.Mapping[str, t.Any], surface: str = OFFICE) -> t.Iterator[Refusal]:
    """Yield the rule of lint and the sentence for each reason to refuse a policy."""
    options = {str(key): _plain_option(str(key), value) for key, value in document.items() if key in POLICY_IN_LIST}
    foreign = foreign_options(options, surface)
    if foreign:
        yield "foreign_option", str(foreign_error(foreign, surface, subject_of(options)))
    own = {name: value for name, value in options.items() if name not in foreign}
    try:
        _options, item = desired_of(own, surface=surface)
    except UserError as error:
        named = options.get("id") is not None or options.get("display_name") is not None
        yield "unreadable" if named else "no_identity", str(error)
    else:
        if item.state is not State.ABSENT:
            yield from _OF_SURFACE[surface](item)
    for key in sorted(str(key) for key in document if key not in POLICY_IN_LIST):
        known = with_meant([key], POLICY_IN_LIST)
        yield "unknown_key", f"{subject_of(options)}: there is no option {known}. Correct its name, or remove it."


def _nothing(_item: DesiredPolicy) -> t.Iterator[Refusal]:
    return iter(())


def _of_catalog(item: DesiredPolicy) -> t.Iterator[Refusal]:
    """Yield what the settings catalog refuses of a policy, but for its settings."""
    description = too_long(item)
    if description is not None:
        yield "unreadable", str(description)
    if _sets_nothing(item.value(SETTINGS)):
        yield "no_settings", str(no_settings(item))
    if item.assignments is not UNSET:
        try:
            refuse_named_twice(item, item.assignments)
        except UserError as error:
            yield "unreadable", str(error)


_OF_SURFACE: t.Mapping[str, t.Callable[[DesiredPolicy], t.Iterator[Refusal]]] = {OFFICE: _nothing, CATALOG: _of_catalog}


def _sets_nothing(settings: t.Any) -> bool:
    """Tell whether the option settings asks for exactly none."""
    if settings is UNSET or (isinstance(settings, list) and settings):
        return False
    try:
        exact = parse_settings(settings, Catalog(), 0).exact
    except SettingsError:
        return False
    return exact is not None and not exact


def _plain_option(name: str, value: t.Any) -> t.Any:
    """Return a value as a module gets it."""
    return value if name in _LARGE and isinstance(value, (dict, list)) else plain_value(value)
