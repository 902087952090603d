# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of office_preflight_info: whether the tenant is ready for a run, told before the first one."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from .._errors import printable_value
from .._graph.client import GraphClient
from .._graph.session import environment_proxies
from .arguments import SPECS
from .definition import NO_POLICIES, ModuleDefinition, Opening, Reply, Request
from .logins import chosen_login
from .preflight_checks import Check, checks_of, proxy_shown
from .preflight_facts import Facts, Login, Wiring
from .preflight_reads import read_all


def preflight(request: Request, opening: Opening) -> Reply:
    """office_preflight_info: one line for each thing that may hinder a run. Raises UserError where nobody answers."""
    # All that is asked is read at most once: a tenant that is busy is a line, too.
    client = opening(**NO_POLICIES, batch="auto", retry_timeout=0.0).client
    checks = checks_of(_facts(request, client))
    return Reply({"changed": False, "checks": [_result(check) for check in checks]})


def _facts(request: Request, client: GraphClient) -> Facts:
    params = request.params
    brought, batch = read_all(client)
    return Facts(
        surface=params["surface"],
        needs=frozenset(params["needs"]),
        wiring=Wiring(
            client.graph_url,
            params["api_version"].strip("/"),
            proxy_shown(params["proxy"] or environment_proxies(client.graph_url).get("https")),
            params["validate_certs"],
            params["ca_path"],
        ),
        login=_login(request, client),
        now=datetime.now(UTC),
        ahead=client.ahead,
        batch=batch,
        **brought,
    )


def _login(request: Request, client: GraphClient) -> Login:
    option = chosen_login(request.params, request.raw)
    if option != "certificate_path":
        return Login(option, client.claims)
    # What it imports takes time that only this login should pay.
    from .._graph.certificates import read_certificate  # noqa: PLC0415

    certificate = read_certificate(request.params["certificate_path"], request.params["certificate_passphrase"])
    return Login(option, client.claims, certificate.leaf.not_valid_after_utc)


def _result(check: Check) -> dict[str, t.Any]:
    told = {"name": check.name, "status": check.status.value, "message": check.message, "next_step": check.next_step}
    return t.cast("dict[str, t.Any]", printable_value(told))


OFFICE_PREFLIGHT_INFO = ModuleDefinition(SPECS["office_preflight_info"], preflight)
