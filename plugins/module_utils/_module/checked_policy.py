# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One policy by the rules of office_client_configs, without a tenant: for definition files and for lint."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._errors import UserError, plain
from .._policy.desired import DesiredPolicy
from .arguments import POLICY_IN_LIST
from .given import readable
from .parse_options import desired_policy, subject_of

# Ansible's checks copy what they are given, and have nothing to say of options of any type.
_RAW = tuple(name for name, option in POLICY_IN_LIST.items() if option["type"] == "raw")
_OPTIONS = {name: option for name, option in POLICY_IN_LIST.items() if name not in _RAW}
# As the module has them: of an option in a list Ansible takes less than of one of its own.
_VALIDATOR = ArgumentSpecValidator({"policies": {"type": "list", "elements": "dict", "options": _OPTIONS}})
_PLACE = " found in policies"
# Of what a message says to name a policy.
_LONGEST = 290


def checked_policy(document: t.Mapping[str, t.Any], label: str = "") -> dict[str, t.Any]:
    """Return the options of a policy as the module takes them, with its defaults. Raises UserError, as desired_of."""
    return desired_of(document, label)[0]


def desired_of(
    document: t.Mapping[str, t.Any], label: str = "", surface: str | None = None
) -> tuple[dict[str, t.Any], DesiredPolicy]:
    """Return the options of a policy as the module takes them, with its defaults, and the policy that they ask for.

    Options that there are not must not be in it. ``label`` is how messages name its place; without a ``surface``
    any option of either is fine. Raises UserError for what the module refuses.
    """
    # A name that is not a text may be anything, of any size.
    texts = {name: value for name, value in document.items() if isinstance(value, (str, int))}
    subject = plain(subject_of(texts, label), _LONGEST)
    given, unreadable = readable(document, POLICY_IN_LIST, POLICY_IN_LIST, subject)
    checked = _VALIDATOR.validate({"policies": [{name: given[name] for name in given if name not in _RAW}]})
    if checked.error_messages:
        cause = checked.error_messages[0].removesuffix(_PLACE)
        raise UserError(subject, "use its values", cause, "Correct the value")
    if unreadable is not None:
        said = str(unreadable)
        raise unreadable.saying(said if said.startswith(subject) else f"{subject}: {said}")
    options = {**checked.validated_parameters["policies"][0], **{name: given[name] for name in _RAW if name in given}}
    return options, desired_policy(options, given, label=label, surface=surface)
