# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place where a call is tried again."""

from __future__ import annotations

import email.utils
import math
import random
import time
import typing as t
from dataclasses import dataclass, replace

from .._errors import FactsError
from .errors import GraphError
from .progress import Observer, WaitBegins, ignore_progress, notify

T = t.TypeVar("T")

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
_SHORTEST_DELAY = 0.1
# A host that cannot be reached at all is most likely misspelled, and who answers with something else than Graph does is
# most likely not Graph: do not spend the whole budget on it.
FEW_TRIES = 3


class Transient(FactsError, Exception):
    """A failure worth another try.

    ``error`` is what the user sees when the tries end, ``retry_after`` the seconds that the server asks for,
    ``maybe_done`` tells that the server may have done the work; ``tries`` is how many failures like this end the tries,
    None where time alone does.
    """

    error: GraphError
    retry_after: float | None
    maybe_done: bool
    tries: int | None

    def __init__(
        self, error: GraphError, retry_after: float | None = None, maybe_done: bool = True, tries: int | None = None
    ) -> None:
        super().__init__(str(error), error=error, retry_after=retry_after, maybe_done=maybe_done, tries=tries)


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for: a number, a fraction or an HTTP date; None if unreadable.

    ``now`` is the wall clock in seconds since the epoch.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


@dataclass(frozen=True)
class RetryPolicy:
    """How long one call may be tried again: ``budget`` seconds after its first failure.

    ``clock`` (monotonic seconds), ``sleep`` and ``jitter`` (a number in 0..1) can be replaced in tests. ``observer``
    hears of each wait before it begins.
    """

    budget: float
    clock: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep
    jitter: t.Callable[[], float] = random.random
    observer: Observer = ignore_progress

    def run(self, send: t.Callable[[], T], recover: t.Callable[[], T | None] | None = None) -> T:
        """Call ``send`` until it answers or the budget ends.

        ``recover`` is for work that must not be done twice: it is asked before each new try after a failure that may
        have done the work, and its answer (not None) counts as the answer. Raises GraphError of the last try, with the
        number of tries and the seconds since the first failure in its message.
        """
        failed_first: float | None = None
        attempts = hopeless = 0
        maybe_done = False
        while True:
            attempts += 1
            try:
                return send()
            except GraphError as error:
                if error.maybe_done or not maybe_done:
                    raise
                raise error.with_facts(maybe_done=True) from error
            except Transient as failure:
                maybe_done = maybe_done or failure.maybe_done
                delay = self._delay(failure.retry_after, attempts)
                now = self.clock()
                failed_first = now if failed_first is None else failed_first
                elapsed = now - failed_first
                too_late = self.budget <= 0 or elapsed + delay > self.budget
                hopeless += failure.tries is not None
                if too_late or (failure.tries is not None and hopeless >= failure.tries):
                    ended = failure.error.with_facts(maybe_done=maybe_done)
                    asked = failure.retry_after if too_late else None
                    raise _with_effort(ended, attempts, elapsed, asked) from failure
                last = failure
            self.rest(delay, last.retry_after is not None)
            if recover is not None and last.maybe_done:
                found = recover()
                if found is not None:
                    return found

    def pause(self, retry_after: float | None) -> bool:
        """Wait as after a first failure; return False, at once, where the budget allows no second try."""
        return self.budget > 0 and self.wait(self._delay(retry_after, 1), asked=retry_after is not None)

    def wait(self, seconds: float, asked: bool = False) -> bool:
        """Wait so long; return False, at once, where that is more than the budget."""
        if seconds > self.budget:
            return False
        if seconds:
            self.rest(seconds, asked)
        return True

    def rest(self, seconds: float, asked: bool) -> None:
        """Wait so long, whatever the budget; ``asked`` tells that the server asked for it."""
        notify(self.observer, WaitBegins(seconds, asked))
        self.sleep(seconds)

    def _delay(self, retry_after: float | None, attempts: int) -> float:
        if retry_after is not None:
            # A server that keeps saying 0 is not asked without a pause.
            return max(_SHORTEST_DELAY, retry_after)
        ceiling = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (attempts - 1))
        return ceiling * (0.5 + self.jitter() / 2)


def _with_effort(error: GraphError, attempts: int, elapsed: float, asked: float | None) -> GraphError:
    """Return the error with how often and how long it was tried, and the wait that the server asked for in vain."""
    told = [f"tried {attempts} times in {elapsed:.0f} s"] if attempts > 1 else []
    told += [f"the server asks to wait {math.ceil(asked)} s, longer than retry_timeout allows"] if asked else []
    if not told:
        return error
    effort = f"{error.failure.message.rstrip('. ')} ({'; '.join(told)})"
    return error.with_facts(failure=replace(error.failure, message=effort))
