# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """What every module can do, and where writers and info modules differ."""

    DOCUMENTATION = r"""
---
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the changed state without changing the tenant.
  diff_mode:
    description: Returns what changed or would change when in diff mode.
  idempotent:
    description: A second run with the same options changes nothing.
  action_group:
    description: Use C(group/m365.apps.all) in C(module_defaults) to set defaults for this module.
    membership: [m365.apps.all]
    support: full
"""

    WRITER = r"""
---
options: {}
attributes:
  check_mode:
    support: full
    details: The run ends after the plan; the plan is the one that a real run would apply.
  diff_mode:
    support: full
    details: Shows only what differs, inside payloads setting by setting.
  idempotent:
    support: full
"""

    INFO = r"""
---
options: {}
attributes:
  check_mode:
    support: full
    details: Reads only, so check mode is the same as a real run.
  diff_mode:
    support: N/A
    details: Reads only.
  idempotent:
    support: full
"""

    # Of modules that read a tenant and write a file.
    FILE = r"""
---
options: {}
attributes:
  check_mode:
    support: full
    details: Reads all that a real run reads, and writes no file.
  diff_mode:
    support: full
    details: Shows the lines of the file that differ.
  idempotent:
    support: full
"""

    # Of modules that run in the controller's process, beside the fragments of ansible.builtin.
    CONTROLLER = r"""
---
options: {}
attributes:
  action:
    support: full
  async:
    support: none
  bypass_host_loop:
    support: none
  check_mode:
    support: full
  platform:
    platforms: all
"""
