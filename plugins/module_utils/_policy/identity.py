# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies a list of names and ids means: an id in any case, or a display name compared exactly. Pure."""

from __future__ import annotations

import typing as t

from .._ids import id_key


def chosen_by(names: t.Iterable[t.Any]) -> t.Callable[[t.Any, t.Any], bool]:
    """Return what tells of a policy's name and id whether any of these names or ids is its own."""
    wanted = {str(name) for name in names}
    ids = {id_key(name) for name in wanted}

    def is_chosen(name: t.Any, policy_id: t.Any) -> bool:
        return (name is not None and str(name) in wanted) or (bool(policy_id) and id_key(policy_id) in ids)

    return is_chosen
