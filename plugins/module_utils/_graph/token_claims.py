# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an access token says of who signed in. Pure.

The token is Graph's business: its signature is not checked here, and nothing is allowed or trusted because of what it
says. It only tells which questions are worth asking, and what an empty answer means.
"""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass

from .._json import strict_json

# Far more than a token that travels in a header can have.
_LONGEST = 64 * 1024


@dataclass(frozen=True)
class Claims:
    """Who signed in: an app by itself, or a user. Neither where the token does not say so.

    ``directory_roles`` are the template ids (in lower case) of the Entra roles that a user has, ``tenant`` is the id of
    the tenant, ``permissions`` are those of the app (``roles``) or granted to it by the user (``scp``). A token that is
    not ``readable`` tells nothing.
    """

    is_app: bool = False
    is_user: bool = False
    directory_roles: frozenset[str] = frozenset()
    tenant: str = ""
    permissions: frozenset[str] = frozenset()
    readable: bool = False


def claims_of(token: str) -> Claims:
    """Return what a token says; an opaque or a broken one says nothing."""
    said = _payload(token)
    kind, scopes = said.get("idtyp"), said.get("scp")
    if kind in ("app", "user"):
        is_app = kind == "app"
        is_user = not is_app
    else:
        is_user = kind is None and bool(_texts(scopes))
        is_app = kind is None and scopes is None and bool(_texts(said.get("roles")))
    roles = frozenset(role.lower() for role in _texts(said.get("wids"))) if is_user else frozenset()
    granted = [*_texts(said.get("roles")), *(word for text in _texts(scopes) for word in text.split())]
    tenant = next(iter(_texts(said.get("tid"))), "").lower()
    return Claims(is_app, is_user, roles, tenant, frozenset(granted), bool(said))


def _payload(token: str) -> t.Mapping[str, t.Any]:
    """Return the claims of a JWT (RFC 7519: three parts, of which the second is JSON in base64url)."""
    parts = token.split(".") if len(token) <= _LONGEST else []
    if len(parts) != 3:
        return {}
    try:
        text = base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True)
        said = strict_json(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _texts(value: t.Any) -> list[str]:
    """Return the texts of a claim, which is one text or a list of some."""
    members = value if isinstance(value, list) else [value]
    return [member for member in members if isinstance(member, str) and member]
