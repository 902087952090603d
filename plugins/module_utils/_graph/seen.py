# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and what came of it, as the wire had it, for those who watch a connection."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request that was sent, or was to be, and its answer; nothing of it is masked.

    ``login`` tells that it went to the login service or to a managed identity's endpoint. ``status`` None means that no
    answer came; ``failure`` then names the class of the error, and ``phase`` how far the request had got. ``began`` is
    monotonic seconds, ``seconds`` how long it took.
    """

    method: str
    url: str
    login: bool = False
    sent: t.Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    failure: str = ""
    phase: str = ""
    began: float = 0.0
    seconds: float = 0.0


class Watcher(t.Protocol):
    """Hears of each exchange of the connections of a client, from whatever thread it was made in. What it returns from
    ``notices`` are sentences for the user, each told once.
    """

    def __call__(self, seen: Seen) -> None: ...

    def notices(self) -> list[str]: ...


class NobodyWatches:
    """Hears of exchanges and does nothing."""

    def __call__(self, seen: Seen) -> None:
        """Forget it."""

    def notices(self) -> list[str]:
        return []


NOBODY = NobodyWatches()


def show(watcher: Watcher, seen: t.Callable[[], Seen]) -> None:
    """Let a watcher hear of an exchange. One that fails does not stop the run."""
    if watcher is not NOBODY:
        with contextlib.suppress(Exception):
            watcher(seen())
