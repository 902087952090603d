# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work done by several threads at once, with its results in order; when it ends, so have the threads."""

from __future__ import annotations

import threading
import typing as t
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace

from .retry import RetryPolicy

T = t.TypeVar("T")
R = t.TypeVar("R")

# Seconds between two looks, while a thread waits, whether it is still to go on.
_LOOK = 0.1


class Stop:
    """Tells threads that nobody waits for them any more."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Have them end."""
        self._event.set()

    def check(self) -> None:
        """Raise CancelledError where the thread is to end."""
        if self._event.is_set():
            raise CancelledError

    def heeded_by(self, retry: RetryPolicy) -> RetryPolicy:
        """Return a policy whose waits end early, in a CancelledError, when the threads are to end."""

        def sleep(seconds: float) -> None:
            end = retry.clock() + seconds
            self.check()
            while (left := end - retry.clock()) > 0:
                retry.sleep(min(left, _LOOK))
                self.check()

        return replace(retry, sleep=sleep)


class FirstAlone:
    """Holds back all items but the first one until that has shown that it works; lets none go where it fails.

    Work on each item is done with this as context manager, and calls works() when it has come so far.
    """

    def __init__(self) -> None:
        self._told = threading.Event()
        self._failed = False

    def works(self) -> None:
        """Let the others go."""
        self._told.set()

    def __enter__(self) -> None:
        """Begin work on an item."""

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if not self._told.is_set():
            self._failed = kind is not None
            self._told.set()

    def of(self, items: t.Iterable[T]) -> t.Iterator[T]:
        """Yield the items, each when work on it may begin."""
        for place, item in enumerate(items):
            if place:
                self._told.wait()
                if self._failed:
                    return
            yield item


def side_by_side(
    work: t.Callable[[T, Stop], R],
    items: t.Iterable[T],
    threads: int,
    abort: t.Callable[[], None],
    ahead: int | None = None,
) -> t.Iterator[R]:
    """Yield what ``work`` makes of each item, in their order, with so many at once, up to ``ahead`` of who takes them.

    That is twice the number of threads when it is omitted.

    The first error in the order of the items is raised. When that happens, or nobody takes any more, what has not begun
    is left out, and ``abort`` is to end what goes on. All threads have ended when this does.
    """
    stop = Stop()
    most = 2 * threads if ahead is None else ahead
    pool = ThreadPoolExecutor(threads, thread_name_prefix="m365.apps")
    begun: deque[Future[R]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item, stop))
            if len(begun) >= most:
                yield _first(begun)
        while begun:
            yield _first(begun)
    finally:
        if begun:
            stop.set()
            for future in begun:
                future.cancel()
            abort()
        pool.shutdown(cancel_futures=True)


def _first(begun: deque[Future[R]]) -> R:
    """Return the result of the first one, which stays among those that have begun until it has one."""
    result = begun[0].result()
    begun.popleft()
    return result
