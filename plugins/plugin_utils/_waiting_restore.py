# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that tells of a restore after a rollout that stopped, whose writes wait for a second administrator."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.plugin_utils._policies.approvals import awaited
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

FORMAT = 1
_LONGEST = 600
# Names of policies and codes, thousands of them.
_MOST_BYTES = 16 * 1024 * 1024
_TEXTS = ("tenant", "surface", "backup", "stopped")

Restore = dict[str, t.Any]


def new_restore(
    backup: str, tenant: str, surface: str, stopped: str, waves: bool, results: t.Sequence[Restore]
) -> Restore:
    """Return what the file holds: the backup to go back to, why the rollout stopped, and what waits.

    ``waves``: the rollout went in waves, of which a state is kept.
    """
    place = {"tenant": tenant, "surface": surface, "backup": backup}
    return {"format": FORMAT, **place, "stopped": stopped, "waves": waves, "awaiting": awaited(results)}


def read_restore(path: str, tenant: str, surface: str) -> Restore:
    """Return what the file of a tenant holds, {} where there is none, or one of the other surface.

    Raises UserError for one that cannot tell.
    """
    if not os.path.lexists(path):
        return {}
    try:
        restore = json.loads(read_bytes(path, _MOST_BYTES).decode("utf-8-sig"))
    except OSError as error:
        raise _unclear(path, f"it cannot be read: {system_reason(error)}") from None
    except (ValueError, RecursionError):
        raise _unclear(path, "it is not JSON; it may be truncated") from None
    if not isinstance(restore, dict) or restore.get("format") != FORMAT:
        raise _unclear(path, f"it is not of format {FORMAT}")
    if not all(isinstance(restore.get(name), str) and restore[name] for name in _TEXTS):
        raise _unclear(path, f"it does not have the texts {', '.join(_TEXTS)}")
    if not isinstance(restore.get("waves"), bool):
        raise _unclear(path, "it does not say whether there were waves")
    if restore["tenant"] != tenant:
        raise _unclear(path, f"it is of the tenant {plain(restore['tenant'], 200)}, and this is {plain(tenant, 200)}")
    return restore if restore["surface"] == surface else {}


def _unclear(path: str, cause: str) -> UserError:
    step = "Fix it, or restore the backup by hand and delete it"
    return UserError("The restore that waits for approval", "continue it", f"{plain(path, _LONGEST)}: {cause}", step)
