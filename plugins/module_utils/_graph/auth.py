# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every login is behind: a protocol, the simplest one that fulfils it, and the token that a client has of it.

There is one login and one renewal for all calls, however many are on their way.
"""

from __future__ import annotations

import re
import threading
import typing as t
from dataclasses import dataclass, field, replace

from .._errors import UserError
from .errors import LoginError, NoAnswerError
from .token_claims import Claims, claims_of

LOGIN = "the login"
# An unprintable character would be reported by the HTTP library together with the token.
TOKEN = re.compile(r"[\x21-\x7e]+")


class Authenticator(t.Protocol):
    """Hands out a token for Microsoft Graph; ``is_app`` tells of a way to sign in that only apps have."""

    @property
    def is_app(self) -> bool: ...

    def token(self) -> str:
        """Return a bearer token that is valid now, as far as is known here. Raises LoginError or NoAnswerError."""

    def forget(self) -> bool:
        """Drop the token so that the next one is new; False when there is no way to get another."""


@dataclass(frozen=True)
class ReadyToken:
    """A token that somebody else acquired."""

    is_app: t.ClassVar[bool] = False
    access_token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not TOKEN.fullmatch(self.access_token):
            raise UserError(
                LOGIN, "use access_token", "it is empty or holds blanks or line breaks", "Give the bare token text"
            )

    def token(self) -> str:
        return self.access_token

    def forget(self) -> bool:
        return False


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
