# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ids of objects in Graph: what one looks like, and when two are the same."""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class NamedId(str):
    """An id beside which a display name was given, for people: what has the id may be gone, and its name with it."""

    display_name: str

    def __new__(cls, text: str, display_name: str = "") -> NamedId:
        """Return the id ``text``, which is equal to the plain text."""
        made = super().__new__(cls, text)
        made.display_name = display_name
        return made

    def lower(self) -> NamedId:
        """Return the id in lower case, with its name."""
        return NamedId(super().lower(), self.display_name)


def is_guid(text: str) -> bool:
    """Tell whether the text is a GUID, in either case."""
    return _GUID.fullmatch(text) is not None


def id_key(policy_id: object) -> str:
    """Return what all spellings of one policy id share: ids are the same in either case."""
    return str(policy_id).casefold()


def unfit_for_path(text: str) -> str:
    """Return why a text cannot be one segment of a URL's path even when it is quoted, "" when it can.

    Dots are not quoted, and libraries and servers take them for a step up the path.
    """
    if not text.strip():
        return "must not be blank"
    if text.strip() in (".", ".."):
        return f"must not be {text!r}, which leads to another path"
    return "must be text that UTF-8 can carry" if _HALF_CHARACTER.search(text) else ""
