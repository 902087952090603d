# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant of the Graph emulator inside this process, whose answers a test may spoil, and what a run must keep to."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import re
import threading
import time
import typing as t
import unicodedata
from dataclasses import dataclass, field, replace
from unittest import mock
from urllib.parse import urlsplit

import requests
import urllib3
from ansible.module_utils.common.parameters import PASS_VARS

from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait
from ansible_collections.m365.apps.plugins.module_utils._graph.progress import Observer
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.plugins.module_utils._module import run_options as run_options_module
from ansible_collections.m365.apps.plugins.module_utils._module import tenant as tenant_module
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit.modules import ModuleDefinition
from ansible_collections.m365.apps.tests.unit.wire import Clock
from graph_emulator.graph.gate import Gate
from graph_emulator.loader import load_tenants
from graph_emulator.login.endpoints import LoginService
from graph_emulator.login.tokens import TokenKeys
from graph_emulator.wire import Call
from graph_emulator.world import World

ORIGIN = "https://graph.test"
TENANT = "10000000-0000-4000-8000-000000000001"
CLIENT = "20000000-0000-4000-8000-000000000002"
SECRET = "canary-secret~0123456789"
GROUPS = {"All Staff": "30000000-0000-4000-8000-000000000001", "Finance": "30000000-0000-4000-8000-000000000002"}
ROLES = ("DeviceManagementConfiguration.ReadWrite.All", "GroupMember.Read.All")
ONE, TWO = "40000000-0000-4000-8000-000000000001", "40000000-0000-4000-8000-000000000002"
SETTINGS = [{"settingId": "a", "value": "1"}, {"settingId": "b", "value": "2"}]
# Newer cores show the arguments in a result when they are told, older ones always do and refuse what they do not know.
SHOW_ARGUMENTS = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
LOGIN = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET}

# A sentence longer than this is not read; one run that takes longer than this hangs.
LONGEST_MESSAGE = 2000
LONGEST_RUN = 20.0
MOST_REQUESTS = 2000


@dataclass(frozen=True)
class Spoilt:
    """An answer as it goes over the wire: any status, headers and bytes."""

    status: int
    body: bytes
    headers: t.Mapping[str, str] = field(default_factory=dict)

    def json(self) -> t.Any:
        """The body as JSON, None where there is none."""
        return json.loads(self.body) if self.body.strip()[:1] in (b"{", b"[") else None


Spoil = t.Callable[[Call, Spoilt], Spoilt]


def _state() -> dict[str, t.Any]:
    kind = "#microsoft.graph.windowsOfficeClientSecurityConfiguration"
    policies = [
        {"id": ONE, "displayName": "One", "priority": 0, "policyPayload": SETTINGS, "assignments": [GROUPS["Finance"]]},
        {"id": TWO, "displayName": "Two", "priority": 5, "@odata.type": kind, "description": "second"},
    ]
    groups = [{"id": key, "displayName": name} for name, key in GROUPS.items()]
    app = {"client_id": CLIENT, "secrets": [SECRET], "roles": list(ROLES)}
    return {"tenants": {TENANT: {"policies": policies, "groups": groups, "apps": [app]}}}


@functools.cache
def _keys() -> TokenKeys:
    """One RSA key for all examples: making one takes longer than the example."""
    return TokenKeys()


@functools.cache
def token_with(roles: tuple[str, ...]) -> str:
    """One token for all examples, too: the app's in such a tenant, with these roles. It lasts as long as any run."""
    held = next(iter(load_tenants(_state()).values()))
    return _keys().issue(held, replace(held.apps[CLIENT], roles=roles), ORIGIN, 24 * 3600, "1")


class FuzzTenant:
    """Serves every request of this process while it is entered; ``spoil`` changes answers on their way."""

    def __init__(self, spoil: Spoil = lambda _call, answer: answer) -> None:
        self.world = World((ORIGIN,), keys=_keys())
        self.world.load({**_state(), "settings": {"intune_limits": False}})
        self.clock = Clock()
        self.spoil = spoil
        self.requests = 0
        # The emulator serves one request at a time.
        self._serving = threading.Lock()
        self.token = token_with(ROLES)

    @property
    def writes(self) -> list[str]:
        """The writes that reached the tenant, alone or in a batch."""
        return [f"{call['method']} {call['path']}" for call in self._calls() if _is_write(call)]

    @property
    def accepted(self) -> list[str]:
        """Those of the writes that the tenant did not refuse."""
        return [
            f"{call['method']} {call['path']}" for call in self._calls() if _is_write(call) and call["status"] < 300
        ]

    def _calls(self) -> list[dict[str, t.Any]]:
        return [call for entry in self.world.journal.entries for call in (entry, *entry["batch"])]

    def send(self, adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **_: t.Any) -> t.Any:
        """Answer one request in the place of the network."""
        self.requests += 1
        assert self.requests <= MOST_REQUESTS, "the requests do not end"
        assert urlsplit(str(request.url)).netloc == "graph.test", f"a request left for {request.url}"
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        call = Call(str(request.method), str(request.path_url), headers, body, ORIGIN)
        answer = self._serve(call)
        spoilt = self.spoil(call, Spoilt(answer.status, answer.body(), _headers(answer)))
        raw = urllib3.HTTPResponse(
            io.BytesIO(spoilt.body), spoilt.headers, spoilt.status, reason="x", preload_content=False
        )
        return adapter.build_response(request, raw)

    def _serve(self, call: Call) -> t.Any:
        if call.path.endswith("/oauth2/v2.0/token"):
            return LoginService(self.world).token(call, TENANT)
        if call.path.endswith("/.well-known/openid-configuration"):
            return LoginService(self.world).discovery(call, TENANT)
        return Gate(self.world).handle(call)

    @contextlib.contextmanager
    def entered(self) -> t.Iterator[FuzzTenant]:
        """Answer all requests of this process; waiting costs no time."""

        def policy(budget: float, observer: Observer) -> RetryPolicy:
            return RetryPolicy(budget, self.clock, self.clock.sleep, lambda: 1.0, observer)

        def wait(timeout: float) -> Wait:
            return Wait(timeout, self.clock, self.clock.sleep)

        def send(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **more: t.Any) -> t.Any:
            with self._serving:
                return self.send(adapter, request, **more)

        with (
            mock.patch.object(requests.adapters.HTTPAdapter, "send", send),
            mock.patch.object(tenant_module, "RetryPolicy", policy),
            mock.patch.object(run_options_module, "Wait", wait),
            mock.patch.object(_fast_path, "_CLIENTS", {}),
        ):
            yield self


def _is_write(call: t.Mapping[str, t.Any]) -> bool:
    return call["method"] != "GET" and not call["path"].endswith("/$batch")


def _headers(answer: t.Any) -> dict[str, str]:
    kind = answer.media_type
    return {**answer.headers, **({"Content-Type": kind} if kind else {})}


def run(tenant: FuzzTenant, definition: ModuleDefinition, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Run a module as the action plugin does and return its result, which was judged.

    The result shows the arguments.
    """
    login = {"access_token": tenant.token, "graph_url": ORIGIN, "login_url": ORIGIN, **SHOW_ARGUMENTS}
    started = time.monotonic()
    with tenant.entered():
        printed, warnings = _fast_path.run_here(definition, {**login, **arguments})
    seconds = time.monotonic() - started
    assert seconds < LONGEST_RUN, f"it took {seconds:.1f} s"
    result: dict[str, t.Any] = json.loads(printed, parse_constant=_no_constant)
    shown = without_news(result)
    assert tenant.token not in shown
    assert SECRET not in shown
    for text in (*warnings, *([result["msg"]] if result.get("failed") else [])):
        check_text(text)
    assert bool(result.get("failed")) or "changed" in result
    assert "Traceback" not in printed
    return result


def without_news(result: dict[str, t.Any]) -> str:
    """Take what ansible-core 2.22 tells its controller only, secrets to hide in all output, out of a result, and return
    the rest of it as text.
    """
    result.pop("_ansible_new_secrets", None)
    return json.dumps(result, ensure_ascii=False)


def refused(tenant: FuzzTenant, definition: ModuleDefinition, arguments: t.Mapping[str, t.Any]) -> str:
    """Run a module that must fail before any write, and return its message."""
    result = run(tenant, definition, arguments)
    assert result.get("failed"), result
    assert not result.get("changed")
    assert tenant.writes == []
    return str(result["msg"])


def check_text(text: str) -> None:
    """Check that a message can be shown to people, and tells no defect."""
    assert isinstance(text, str)
    sentences = max(1, text.count(": cannot "), len(re.findall(r"\bitem [0-9]+ of ", text)))
    assert 10 < len(text) <= LONGEST_MESSAGE * sentences, f"{len(text)} characters: {text[:300]}"
    assert "defect of the collection" not in text, text
    assert "Traceback" not in text
    assert not re.search(r"object at 0x|__main__", text), text
    raw = [character for character in text if unicodedata.category(character) in ("Cc", "Cs")]
    assert not raw, f"{text!r} holds {raw!r}"


def _no_constant(name: str) -> t.Any:
    raise AssertionError(f"the result is not JSON: it holds {name}")
