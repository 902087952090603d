# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in a result in the place of a secret. It is apart from what masks them, which needs all of the wire."""

from __future__ import annotations

import json
import typing as t

from .._policy import texts

# In the place of a secret.
MASK = texts.MASK

# In the place of an option's whole value, as Ansible has it.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def holds_mask(value: t.Any) -> bool:
    """Tell whether a mask, of this collection or of Ansible, is in a JSON value."""
    text = json.dumps(value)
    return MASK in text or HIDDEN in text
