# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters on policies share: errors as Ansible knows them, and where the shipped schemas are."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "definition.schema.json"
SETTINGS_SCHEMA = SCHEMA.with_name("settings.schema.json")


def as_filter(function: t.Callable[..., t.Any], name: str) -> t.Callable[..., t.Any]:
    """Return a function as a filter: bad input ends in one sentence that starts with the filter's name."""

    @functools.wraps(function)
    def call(*arguments: t.Any, **options: t.Any) -> t.Any:
        try:
            return function(*decrypted(arguments), **decrypted(options))
        except PoliciesError as error:
            cause = str(error)
        except RecursionError:
            cause = "the policies: cannot use them: they are nested too deeply. Make them flatter."
        # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
        raise AnsibleFilterError(printable(f"{name}: {cause}"))

    return call
