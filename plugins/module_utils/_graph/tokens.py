# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of a client: one login and one renewal for all calls, however many are on their way."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

from .auth import Authenticator
from .errors import LoginError, NoAnswerError
from .token_claims import Claims, claims_of


class Used(t.NamedTuple):
    """A token that a call is sent with; ``number`` counts the renewals before it."""

    text: str
    number: int


class Tokens:
    """Hands out the token; who finds that another call has renewed it meanwhile gets the new one."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._lock = threading.Lock()
        # Every token that was sent, so that it can be masked where an answer repeats it.
        self.sent: set[str] = set()
        self._last = ""
        self._number = 0
        # Whether the token is the second one and has not worked yet: a third would not either.
        self._renewed = False

    def take(self) -> Used:
        """Return the token to send a call with. Raises LoginError."""
        with self._lock:
            try:
                self._last = self._authenticator.token()
            except (LoginError, NoAnswerError) as error:
                # What the login service may have done and how it answered says nothing of the call, which was not sent.
                raise LoginError(error.failure, error.next_step) from error
            self.sent.add(self._last)
            return Used(self._last, self._number)

    def renew(self, refused: Used) -> bool:
        """Drop a token that Graph refused, so that the next call logs in again; False where that is of no use."""
        with self._lock:
            if refused.number != self._number:
                return True
            if self._renewed:
                return False
            self._renewed = self._authenticator.forget()
            self._number += self._renewed
            return self._renewed

    def worked(self, used: Used) -> None:
        """Hear that Graph took a token."""
        with self._lock:
            if used.number == self._number:
                self._renewed = False

    @property
    def claims(self) -> Claims:
        """Who signed in, as the token tells that was sent last, or else the way to sign in."""
        said = claims_of(self._last)
        return said if said.is_app or said.is_user else replace(said, is_app=self._authenticator.is_app)
