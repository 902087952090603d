# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From login and connection arguments to the tenant that a module works on."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .._catalog.learn import Teacher
from .._errors import UserError
from .._graph.client import GraphClient, always
from .._graph.clouds import CLOUDS
from .._graph.groups import GroupDirectory
from .._graph.progress import Observer, RunBegins, ignore_progress
from .._graph.retry import RetryPolicy
from .._graph.session import Connection
from .._policy.surface import Surface
from .logins import authenticator_of
from .surfaces import CATALOG, OFFICE, only_office_has
from .tracing import watcher

# Seconds of a week.
_LONGEST_TIME = 7 * 24 * 3600
# More would win nothing: what Graph allows an app is used up in a few seconds.
_MOST_CONNECTIONS = 16
# What people copy from Graph Explorer at the end of the root URL.
_VERSIONS = ("beta", "v1.0")


Arguments = t.Mapping[str, t.Any]


def _office(client: GraphClient, params: Arguments) -> Surface:
    # A process of a module works on one surface, and reads and compiles all that it imports.
    from .._office.explain import RULES, rules_without  # noqa: PLC0415
    from .._office.surface import OfficeSurface  # noqa: PLC0415

    only_here = only_office_has(params)
    rules = rules_without(only_here) if only_here else RULES
    return OfficeSurface(client, params["payload_transport"] == "inline", rules)


def _catalog(client: GraphClient, params: Arguments) -> Surface:
    from .._catalog.surface import CatalogSurface  # noqa: PLC0415
    from .approval_files import approval_options  # noqa: PLC0415
    from .catalog_files import catalog_of  # noqa: PLC0415

    catalog, approval = catalog_of(params["catalog_file"]), approval_options(params)
    return CatalogSurface(client, catalog, bool(params.get("overwrite_unknown")), approval)


# How each surface is opened, by its name.
_OPENERS: t.Mapping[str, t.Callable[[GraphClient, Arguments], Surface]] = {OFFICE: _office, CATALOG: _catalog}


@dataclass(frozen=True)
class Tenant:
    """The policies and the groups of one tenant.

    ``definitions`` are those that it knows of settings, ``client`` is what all of these ask. ``tokens`` are those sent
    to it so far, for masking; ``written`` tells whether any write was sent to it, ``notices`` what is to be told to the
    user beside the results.
    """

    surface: Surface
    directory: GroupDirectory
    definitions: Teacher
    client: GraphClient = field(repr=False)
    tokens: t.Collection[str] = field(default=(), repr=False)
    written: t.Callable[[], bool] = lambda: False
    notices: t.Callable[[], list[str]] = list


def open_tenant(
    params: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any], still_wanted: t.Callable[[], bool] = always
) -> Tenant:
    """Return the tenant that the arguments name; nothing is sent yet. Raises UserError."""
    return tenant_of(open_client(params, raw, still_wanted=still_wanted), params)


def tenant_of(client: GraphClient, params: t.Mapping[str, t.Any]) -> Tenant:
    """Return the tenant behind a client, with nothing known of it yet; its observer hears that a run begins."""
    client.tell(RunBegins())
    surface = _OPENERS[params["surface"]](client, params)
    before = client.writes
    return Tenant(
        surface,
        GroupDirectory(client),
        Teacher(client),
        client,
        client.tokens,
        lambda: client.writes > before,
        client.notices,
    )


def open_client(
    params: t.Mapping[str, t.Any],
    raw: t.Mapping[str, t.Any],
    observer: Observer = ignore_progress,
    still_wanted: t.Callable[[], bool] = always,
) -> GraphClient:
    """Return a client for the connection and the login that the arguments name.

    ``observer`` hears of its waits and its writes, ``still_wanted`` is asked before each request. Raises UserError.
    """
    connection = _connection(params)
    retry = RetryPolicy(connection.retry_timeout, observer=observer)
    batching = params.get("batch") == "auto"
    return GraphClient(connection, authenticator_of(params, raw, connection, retry), retry, batching, still_wanted)


def _connection(params: t.Mapping[str, t.Any]) -> Connection:
    cloud = CLOUDS[params["cloud"]]
    for name in ("timeout", "retry_timeout"):
        lowest_fits = params[name] >= 0 if name == "retry_timeout" else params[name] > 0
        # No timer of the system takes any number; NaN fits nothing.
        if not (lowest_fits and params[name] <= _LONGEST_TIME):
            cause = f"{params[name]:g} is not a time from 0 to {_LONGEST_TIME} seconds"
            raise UserError("the connection", f"use {name}", cause, "Give a number above 0")
    if not 1 <= params["connections"] <= _MOST_CONNECTIONS:
        cause = f"{params['connections']} is not a number from 1 to {_MOST_CONNECTIONS}"
        raise UserError("the connection", "use connections", cause, "Give 1 to send one request after the other")
    if not re.fullmatch(r"[\w.-]*[A-Za-z0-9][\w.-]*", params["api_version"].strip("/"), re.ASCII):
        cause = "it is not a version's name"
        raise UserError("the connection", "use api_version", cause, "Give a name such as beta or v1.0")
    return Connection(
        graph_url=_root_url("graph_url", params["graph_url"] or cloud.graph_url),
        login_url=_root_url("login_url", params["login_url"] or cloud.login_url),
        api_version=params["api_version"].strip("/"),
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"],
        proxy=params["proxy"],
        timeout=params["timeout"],
        retry_timeout=params["retry_timeout"],
        connections=params["connections"],
        watcher=watcher(),
    )


def _root_url(name: str, url: str) -> str:
    """Return a root URL without trailing slash; https only, since a token or a secret goes there."""
    if not _is_root_url(url.strip()):
        raise UserError(
            "the connection",
            f"use {name}",
            "it is not a plain https:// URL",
            f"Give the root, such as {CLOUDS['global'].graph_url}",
        )
    root = url.strip().rstrip("/")
    start, _slash, last = root.rpartition("/")
    if name == "graph_url" and last in _VERSIONS:
        cause = f"it ends in the version /{last}, which each call adds by itself"
        raise UserError("the connection", f"use {name}", cause, f"Give {start}, and the version as api_version")
    return root


def _is_root_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # The port is read only to see that it is a number.
        plain = parts.port != 0 and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        return False
    return plain and parts.scheme == "https" and bool(parts.hostname)
