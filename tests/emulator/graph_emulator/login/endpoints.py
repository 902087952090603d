# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login service's endpoints: discovery, keys, token."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from ..tenants import App, Tenant
from ..wire import JSON_TYPE, Answer, Call
from ..world import World
from . import managed_identity
from .assertions import check_assertion
from .errors import LoginRefused, to_answer

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEFAULT_SCOPE = "/.default"


@dataclass(frozen=True, slots=True)
class LoginService:
    """Answers login calls of one `World`; each is counted, and faults with ``on: login`` apply."""

    world: World

    def discovery(self, call: Call, tenant_name: str) -> Answer:
        """The OpenID Connect discovery document of a tenant."""
        return self._run(call, "discovery", tenant_name, lambda: self._discovery(call, tenant_name))

    def keys(self, call: Call, tenant_name: str) -> Answer:
        """The keys that tokens are signed with."""
        return self._run(call, "keys", tenant_name, lambda: self._keys(tenant_name))

    def token(self, call: Call, tenant_name: str) -> Answer:
        """An access token for client credentials."""
        return self._run(call, "token", tenant_name, lambda: self._token(call, tenant_name))

    def identity(self, call: Call, style: str) -> Answer:
        """An access token for a managed identity; ``style`` is ``app_service`` or ``imds``."""
        return self._run(call, "managed_identity", style, lambda: managed_identity.token(self.world, call, style))

    def _run(self, call: Call, kind: str, tenant_name: str, work: Callable[[], Answer]) -> Answer:
        tenant = self.world.tenant(tenant_name)
        self.world.logins.add(kind, tenant.id if tenant else tenant_name)

        def proceed() -> Answer:
            try:
                return work()
            except LoginRefused as refused:
                return to_answer(refused, call)

        return self.world.faults.apply("login", call, tenant_name.lower(), proceed)

    def _tenant(self, name: str) -> Tenant:
        tenant = self.world.tenant(name)
        if tenant is None:
            raise LoginRefused(90002, name)
        return tenant

    def _keys(self, tenant_name: str) -> Answer:
        self._tenant(tenant_name)
        return _json(self.world.keys.jwks())

    def _discovery(self, call: Call, tenant_name: str) -> Answer:
        tenant = self._tenant(tenant_name)
        base = f"{call.origin}/{tenant.id}"
        document = {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "emulator",
            "msgraph_host": call.origin.partition("://")[2],
        }
        return _json(document)

    def _token(self, call: Call, tenant_name: str) -> Answer:
        tenant = self._tenant(tenant_name)
        form = _form(call)
        for name in ("grant_type", "client_id", "scope"):
            if not form.get(name):
                raise LoginRefused(900144, name)
        if form["grant_type"] != "client_credentials":
            raise LoginRefused(70003, form["grant_type"])
        app = tenant.apps.get(form["client_id"].lower())
        if app is None:
            raise LoginRefused(700016, form["client_id"])
        audience = self._audience(form["scope"])
        method = self._check_credential(call, tenant, app, form)
        settings = self.world.settings_of(tenant)
        seconds = settings.token_seconds
        token = self.world.keys.issue(tenant, app, audience, seconds, method, settings.signed_in)
        self.world.logins.tokens.append(token)
        return _json({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token})

    def _audience(self, scope: str) -> str:
        resource = scope.removesuffix(DEFAULT_SCOPE)
        if resource == scope or " " in scope:
            raise LoginRefused(70011, scope)
        if resource.rstrip("/") not in self.world.audiences:
            raise LoginRefused(500011, resource)
        return resource.rstrip("/")

    def _check_credential(self, call: Call, tenant: Tenant, app: App, form: Mapping[str, str]) -> str:
        """Check secret or assertion; the value of the token's claim appidacr."""
        if form.get("client_assertion"):
            if form.get("client_assertion_type") != ASSERTION_TYPE:
                raise LoginRefused(90023, f"The 'client_assertion_type' has to be '{ASSERTION_TYPE}'.")
            names = dict.fromkeys((tenant.id, *tenant.domains, call.segments[0]))
            paths = [f"/{name}{end}" for name in names for end in ("/oauth2/v2.0/token", "/v2.0", "/")]
            audiences = tuple(f"{origin}{path}" for origin in self.world.origins for path in paths)
            check_assertion(app, form["client_assertion"], audiences)
            return "2"
        if not form.get("client_secret"):
            raise LoginRefused(7000218)
        if _is_one_of(form["client_secret"], app.expired_secrets):
            raise LoginRefused(7000222, app.client_id)
        if not _is_one_of(form["client_secret"], app.secrets):
            raise LoginRefused(7000215, app.client_id)
        return "1"


def _is_one_of(sent: str, secrets: Iterable[str]) -> bool:
    return any(hmac.compare_digest(sent.encode(), secret.encode()) for secret in secrets)


def _form(call: Call) -> dict[str, str]:
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise LoginRefused(900144, "grant_type")
    parsed = parse_qs(call.body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in parsed.items()}


def _json(value: object) -> Answer:
    return Answer(200, value, {"Content-Type": f"{JSON_TYPE}; charset=utf-8", "Cache-Control": "no-store, no-cache"})
