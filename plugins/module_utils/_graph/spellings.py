# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions under the names that servers know: bare, or with a namespace in front, of which a server may know but one."""

from __future__ import annotations

import typing as t

T = t.TypeVar("T")

# What stands before an action's name in the wild, in the metadata and in the documentation.
NAMESPACES = ("", "microsoft.graph.", "microsoft.management.services.api.")


class Spellings:
    """The spellings of actions that may still work for one server, the next one to use first."""

    def __init__(self, namespaces: t.Sequence[str] = NAMESPACES) -> None:
        self._namespaces = tuple(namespaces)

    def name(self, action: str) -> str:
        """Return an action as it is to be called now."""
        return f"{self._namespaces[0]}{action}"

    def names(self, action: str) -> list[str]:
        """Return an action in all spellings that are left."""
        return [f"{namespace}{action}" for namespace in self._namespaces]

    def begin_with(self, place: int) -> None:
        """Leave the spellings out that come before this place."""
        self._namespaces = self._namespaces[place:]

    def next(self) -> bool:
        """Go on to the next spelling for good; False where there is none: what a server does not know it never will."""
        if not self._namespaces[1:]:
            return False
        self.begin_with(1)
        return True

    def sent_again(
        self,
        action: str,
        results: t.Sequence[T],
        is_unknown: t.Callable[[int, T, str], bool],
        send: t.Callable[[list[int]], t.Sequence[T]],
    ) -> list[T]:
        """Return the results with those of calls that are sent again, as long as the action has another spelling.

        ``is_unknown`` tells of a place, its result and the name that was used whether the server does not know that
        name; ``send`` sends the calls at these places once more and returns their results.
        """
        results = list(results)
        while True:
            name = self.name(action)
            unknown = [place for place, result in enumerate(results) if is_unknown(place, result, name)]
            if not unknown or not self.next():
                return results
            for place, result in zip(unknown, send(unknown), strict=True):
                results[place] = result


def is_unknown_segment(message: str, name: str) -> bool:
    """Tell whether an error says that the server does not know a segment of a path.

    A 404 alone may mean the object before it.
    """
    return f"segment '{name.lower()}'" in message.lower()
