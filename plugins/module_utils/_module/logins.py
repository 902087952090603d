# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From login options to the one login that they name."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import UserError
from .._graph.auth import LOGIN, Authenticator, ReadyToken
from .._graph.managed_identity import ManagedIdentityLogin
from .._graph.msal_login import certificate_login, client_secret_login, federated_login
from .._graph.retry import RetryPolicy
from .._graph.session import Connection

Params = t.Mapping[str, t.Any]

_APP = ("tenant_id", "client_id")
# Texts that never begin or end with a blank.
_BARE = (*_APP, "client_secret")
_FILES = ("certificate_path", "federated_token_file")


@dataclass(frozen=True)
class _Kind:
    """One kind of login: how it is made, the options it needs beside its own, and those that serve it alone."""

    make: t.Callable[[Params, Params, Connection, RetryPolicy], Authenticator]
    needs: tuple[str, ...] = _APP
    extras: tuple[str, ...] = ()


def _by_token(params: Params, _raw: Params, _connection: Connection, _retry: RetryPolicy) -> Authenticator:
    return ReadyToken(params["access_token"])


def _by_secret(params: Params, _raw: Params, connection: Connection, retry: RetryPolicy) -> Authenticator:
    return client_secret_login(connection, retry, params["tenant_id"], params["client_id"], params["client_secret"])


def _by_certificate(params: Params, _raw: Params, connection: Connection, retry: RetryPolicy) -> Authenticator:
    # What it imports takes time that only this login should pay.
    from .._graph.certificates import read_certificate  # noqa: PLC0415

    certificate = read_certificate(params["certificate_path"], params["certificate_passphrase"])
    send_chain = params["send_certificate_chain"]
    return certificate_login(connection, retry, params["tenant_id"], params["client_id"], certificate, send_chain)


def _by_federated_token(params: Params, _raw: Params, connection: Connection, retry: RetryPolicy) -> Authenticator:
    return federated_login(connection, retry, params["tenant_id"], params["client_id"], params["federated_token_file"])


def _by_managed_identity(params: Params, raw: Params, connection: Connection, retry: RetryPolicy) -> Authenticator:
    if params["managed_identity"] == "user":
        _require("managed_identity", ("client_id",), params)
        _refuse_blanks(("client_id",), params)
        return ManagedIdentityLogin(connection, retry, params["client_id"])
    if raw.get("client_id") is not None and raw.get("managed_identity") is not None:
        raise UserError(
            LOGIN,
            "use managed_identity=system and client_id",
            "client_id names a user-assigned identity",
            "Leave client_id out, or set managed_identity=user",
        )
    return ManagedIdentityLogin(connection, retry)


# By the option that asks for it. Where only the environment offers logins, the first one in this order is taken.
_KINDS = {
    "access_token": _Kind(_by_token, needs=()),
    "client_secret": _Kind(_by_secret),
    "certificate_path": _Kind(_by_certificate, extras=("certificate_passphrase", "send_certificate_chain")),
    "federated_token_file": _Kind(_by_federated_token),
    "managed_identity": _Kind(_by_managed_identity, needs=()),
}


def authenticator_of(params: Params, raw: Params, connection: Connection, retry: RetryPolicy) -> Authenticator:
    """Return the login asked for. What the task says (``raw``) wins over what the environment offers.

    Raises UserError, with nothing sent, for options that are missing, contradict each other or cannot be used.
    """
    chosen = chosen_login(params, raw)
    kind = _KINDS[chosen]
    for other in _KINDS.values():
        given = [name for name in other.extras if raw.get(name) is not None and params[name]]
        unused = next(iter(given), None) if other is not kind else None
        if unused is not None:
            cause = f"{unused} goes with another login than {chosen}"
            raise UserError(LOGIN, f"use {chosen} and {unused}", cause, f"Leave {unused} out, or {chosen}")
    # An empty credential has its own error, made by the login.
    if params[chosen]:
        _require(chosen, kind.needs, params)
        _refuse_blanks((*kind.needs, chosen), params)
    elif chosen in _FILES:
        raise UserError(LOGIN, f"use {chosen}", "it is empty", "Give the path of the file")
    return kind.make(params, raw, connection, retry)


def used_params(params: Params, raw: Params) -> dict[str, t.Any]:
    """Return the options without those of other logins than the one that is used.

    Where it cannot be told which one is, nothing is sent, and all of them stay.
    """
    try:
        chosen = chosen_login(params, raw)
    except UserError:
        return dict(params)
    unused = {name for login, kind in _KINDS.items() if login != chosen for name in (login, *kind.extras)}
    return {name: None if name in unused else value for name, value in params.items()}


def chosen_login(params: Params, raw: Params) -> str:
    """Return the option that names the login. Raises UserError where none or two do."""
    asked = [name for name in _KINDS if raw.get(name) is not None]
    if len(asked) > 1:
        ways = "two ways" if len(asked) == 2 else f"{len(asked)} ways"
        raise UserError(LOGIN, f"use {' and '.join(asked)}", f"they are {ways} to log in", "Give one of them")
    offered = [name for name in _KINDS if params.get(name) is not None]
    chosen = next(iter(asked or offered), None)
    if chosen is None:
        raise UserError(
            LOGIN,
            "log in",
            "no credential is given",
            "Give client_secret, certificate_path or federated_token_file with tenant_id and client_id, or "
            "managed_identity, or access_token; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
        )
    return chosen


def _require(chosen: str, needs: tuple[str, ...], params: Params) -> None:
    missing = [name for name in needs if not params.get(name)]
    if missing:
        step = f"Give {'both' if len(missing) > 1 else 'it'} as well, or set the environment"
        raise UserError(LOGIN, f"use {chosen}", f"{' and '.join(missing)} missing", step)


def _refuse_blanks(names: t.Iterable[str], params: Params) -> None:
    """Refuse ids and secrets that begin or end with a blank or a line break; Entra's answer would not tell."""
    wrong = [name for name in names if name in _BARE and params[name] != params[name].strip()]
    if wrong:
        many = len(wrong) > 1
        cause = f"{'they begin or end' if many else 'it begins or ends'} with a blank or a line break"
        raise UserError(LOGIN, f"use {' and '.join(wrong)}", cause, "Give the value alone, without a line break")


def file_digests(params: Params) -> list[str | None]:
    """Return what tells one content of the credential files from another; None where there is none to read."""
    return [_digest(params.get(name)) for name in _FILES]


def _digest(path: str | None) -> str | None:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else None
    except (OSError, ValueError):  # a path may hold a null character, which not every ansible-core refuses
        return None
