# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every login is behind: a protocol, and the simplest one that fulfils it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import UserError

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
