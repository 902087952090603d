# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the writers about reading back what they wrote."""

from __future__ import annotations


class ModuleDocFragment:
    """Whether and how long to read until Graph shows what was written."""

    DOCUMENTATION = r"""
---
options:
  wait:
    description:
      - Whether to read what was written until Graph shows it. Reads of Graph may lag behind writes for
        seconds, so that a next task could see the state of before.
      - What was created is looked for in the list of all policies. Another policy of the same name there,
        which somebody else created at the same time, is a warning that names its ID.
      - Nothing is read back in check mode and when nothing was written, and a task that failed does not wait
        for it.
    type: bool
    default: true
    version_added: 0.2.0
  wait_timeout:
    description:
      - Seconds to read back at most. Then the task fails with a sentence that says what Graph does not show
        yet; the writes themselves were accepted. V(0) means one look.
    type: float
    default: 60.0
    version_added: 0.2.0
"""
