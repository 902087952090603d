# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``!vault`` leaves in a value: text that older cores decrypt only when somebody asks for it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common import json as common_json
from ansible.parsing.vault import is_encrypted

# ansible-core 2.19 and newer decrypt while they template, so nothing of it reaches a plugin.
REACHES_PLUGINS = not hasattr(common_json, "get_module_encoder")


def decrypted(value: t.Any) -> t.Any:
    """Return a value with each vaulted text in it, as a key too, as the text that it is.

    Raises AnsibleError where the vault cannot be opened.
    """
    return _walked(value) if REACHES_PLUGINS else value


def decrypted_file(loader: t.Any, text: bytes) -> bytes:
    """Return the text of a file, which may be encrypted; it never gets into a file. ``loader`` is the run's.

    Raises AnsibleError where no secret of the run fits.
    """
    # The loader's own ways are a file that outlives a killed task, or reading by a name.
    return bytes(loader._vault.decrypt(text)) if is_encrypted(text) else text


def _walked(value: t.Any) -> t.Any:
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)
    if isinstance(value, Mapping):
        return {_walked(key): _walked(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_walked(member) for member in value]
    return value
