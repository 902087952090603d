# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as modules get them: those of JSON, without what ansible-core's own types carry along. Pure."""

from __future__ import annotations

import typing as t

_SCALARS: tuple[type, ...] = (str, int, float)


def plain_value(value: t.Any) -> t.Any:
    """Return a value whose dicts, lists, texts and numbers are Python's own. Templates make tuples; JSON has none."""
    if isinstance(value, t.Mapping):
        return {str(key) if isinstance(key, str) else key: plain_value(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(member) for member in value]
    kind = next((kind for kind in _SCALARS if isinstance(value, kind) and not isinstance(value, bool)), None)
    return value if kind is None else kind(value)
