# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Live policies for a comparison with saved ones, where a mask stands for a secret of this run. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._ids import id_key
from ansible_collections.m365.apps.plugins.module_utils._module.masking import may_be_masked
from ansible_collections.m365.apps.plugins.module_utils._module.masks import MASK, holds_mask

Document = t.Mapping[str, t.Any]


def unmasked(live: t.Sequence[Document], backup: Document) -> list[Document]:
    """Return live policies in which each text with a mask is the one of the backup that it can be.

    A mask hides a secret that nobody here knows. All around it is compared; a policy that is restored must not count as
    another one because of it, or be made a second time.
    """
    saved = [*backup["policies"], *({"display_name": name} for name in backup["absent"])]
    by_id = {id_key(item["id"]): item for item in saved if item.get("id")}
    return [_as_saved(config, by_id, saved) if holds_mask(config) else config for config in live]


def _as_saved(config: Document, by_id: t.Mapping[str, Document], saved: t.Sequence[Document]) -> Document:
    item = by_id.get(id_key(config["id"])) if config.get("id") else None
    if item is None:
        shown = str(config.get("display_name") or "")
        item = next((each for each in saved if may_be_masked(each.get("display_name") or "", shown)), {})
    return t.cast(Document, _filled(config, item))


def _filled(shown: t.Any, was: t.Any) -> t.Any:
    """Return a live value with the saved text in the place of each masked one that it can be."""
    if isinstance(shown, str):
        return was if MASK in shown and isinstance(was, str) and may_be_masked(was, shown) else shown
    if isinstance(shown, dict):
        known = was if isinstance(was, dict) else {}
        return {key: _filled(member, known.get(key)) for key, member in shown.items()}
    if isinstance(shown, list):
        known_members = was if isinstance(was, list) and len(was) == len(shown) else [None] * len(shown)
        return [_filled(member, known) for member, known in zip(shown, known_members, strict=True)]
    return shown
