# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs of all modules. The doc fragments auth and connection describe the shared ones."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._catalog.keys import SCOPES
from .._graph.clouds import CLOUDS
from .._office.fields import BYTES_OPTIONS, KINDS
from .surfaces import ASSIGNMENT_OPTIONS, NAME_OPTIONS, OFFICE, SURFACES

Spec = dict[str, dict[str, t.Any]]


def environment(name: str) -> str:
    """Return a variable of the environment. An empty one is as if it were not set: job runners set them so."""
    value = os.environ.get(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _from_env(name: str) -> tuple[t.Any, list[str]]:
    return (environment, [name])


AUTH: Spec = {
    "tenant_id": {"type": "str", "fallback": _from_env("AZURE_TENANT_ID")},
    "client_id": {"type": "str", "fallback": _from_env("AZURE_CLIENT_ID")},
    "client_secret": {"type": "str", "no_log": True, "fallback": _from_env("AZURE_CLIENT_SECRET")},
    "certificate_path": {"type": "path", "fallback": _from_env("AZURE_CLIENT_CERTIFICATE_PATH")},
    "certificate_passphrase": {
        "type": "str",
        "no_log": True,
        "fallback": _from_env("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
    },
    "send_certificate_chain": {
        "type": "bool",
        "default": False,
        "fallback": _from_env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"),
    },
    # The path of a file is not a secret.
    "federated_token_file": {"type": "path", "no_log": False, "fallback": _from_env("AZURE_FEDERATED_TOKEN_FILE")},
    "managed_identity": {
        "type": "str",
        "choices": ["system", "user"],
        "fallback": _from_env("M365_MANAGED_IDENTITY"),
    },
    "access_token": {"type": "str", "no_log": True, "fallback": _from_env("M365_ACCESS_TOKEN")},
}

CONNECTION: Spec = {
    "cloud": {"type": "str", "choices": list(CLOUDS), "default": "global", "fallback": _from_env("M365_CLOUD")},
    "graph_url": {"type": "str", "fallback": _from_env("M365_GRAPH_URL")},
    "login_url": {"type": "str", "fallback": _from_env("M365_LOGIN_URL")},
    "api_version": {"type": "str", "default": "beta", "fallback": _from_env("M365_API_VERSION")},
    "validate_certs": {"type": "bool", "default": True, "fallback": _from_env("M365_VALIDATE_CERTS")},
    "ca_path": {"type": "path", "fallback": _from_env("M365_CA_PATH")},
    "proxy": {"type": "str", "no_log": True, "fallback": _from_env("M365_PROXY")},
    "timeout": {"type": "float", "default": 30.0},
    "retry_timeout": {"type": "float", "default": 300.0},
    "connections": {"type": "int", "default": 4, "fallback": _from_env("M365_CONNECTIONS")},
    "payload_transport": {"type": "str", "choices": ["stream", "inline"], "default": "stream"},
}

SURFACE: Spec = {
    "surface": {"type": "str", "choices": list(SURFACES), "default": OFFICE, "fallback": _from_env("M365_SURFACE")},
    "catalog_file": {"type": "path"},
}

SHARED: Spec = {**AUTH, **CONNECTION, **SURFACE}

IDENTITY: Spec = {
    "id": {"type": "str"},
    "display_name": {"type": "str"},
    "kind": {"type": "str", "choices": list(KINDS)},
}

POLICY: Spec = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **IDENTITY,
    "description": {"type": "str"},
    "priority": {"type": "int"},
    "policy_payload": {"type": "raw"},
    "user_preference_payload": {"type": "raw"},
    **{name: {"type": "str"} for name in BYTES_OPTIONS.values()},
    "settings": {"type": "raw"},
    "scope_tags": {"type": "list", "elements": "str"},
}

GROUPS: Spec = {name: {"type": "raw"} for name in ASSIGNMENT_OPTIONS}

OVERWRITE: Spec = {"overwrite_unknown": {"type": "bool", "default": False}}

VIEW: Spec = {"assume_full_view": {"type": "bool", "default": False}}

# The path of a file, and a text for an administrator, are not secrets.
APPROVAL: Spec = {
    "approval_reason": {"type": "str", "no_log": False},
    "approval_codes": {"type": "path", "no_log": False},
}

# What office_client_config_info returns beside the options of a policy: accepted, so that its list can be passed on.
READ_ONLY: Spec = {
    "assignments": {"type": "list", "elements": "dict"},
    "last_modified_date_time": {"type": "str"},
    "user_checkin_summary": {"type": "dict"},
    "checkin_statuses": {"type": "list", "elements": "dict"},
    "status": {"type": "dict"},
}

# What it returns of names: an id that this tenant does not have is looked for by its name.
NAMES: Spec = {name: {"type": "dict"} for name in NAME_OPTIONS}

WAIT: Spec = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 60.0},
}

BATCH: Spec = {"batch": {"type": "str", "choices": ["auto", "never"], "default": "auto"}}

UNLISTED: Spec = {
    "unlisted": {"type": "str", "choices": ["keep_after", "keep_before", "fail"], "default": "keep_after"},
}

BULK: Spec = {
    "order": {"type": "list", "elements": "str"},
    **UNLISTED,
    "prune": {"type": "bool", "default": False},
    "prune_scope": {
        "type": "dict",
        "options": {
            "kind": {"type": "list", "elements": "str", "choices": list(KINDS)},
            "display_name": {"type": "list", "elements": "str"},
            "parts_of": {"type": "list", "elements": "str"},
        },
    },
    "protect": {"type": "list", "elements": "str"},
    "max_deletions": {"type": "str"},
    "max_changes": {"type": "str"},
    "expect_fingerprint": {"type": "str"},
    "expect_plan": {"type": "dict"},
    "expect_part": {"type": "str", "choices": ["all", "definitions"], "default": "all"},
    "plan_context": {"type": "dict"},
    "limit_to_groups": {
        "type": "list",
        "elements": "raw",
        "aliases": ["reach"],
        "deprecated_aliases": [{"name": "reach", "version": "1.0.0", "collection_name": "m365.apps"}],
    },
    "check_groups": {"type": "dict"},
    "plan_waves": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "groups": {"type": "list", "elements": "raw", "required": True},
        },
    },
    "on_error": {"type": "str", "choices": ["stop", "continue", "leave"], "default": "stop"},
    "allow_same_names": {"type": "bool", "default": False},
    "conflicts": {"type": "bool", "default": False},
    **BATCH,
}

# Where a policy of a list is described, for messages. Nothing of it is compared or sent.
SOURCE: Spec = {"file": {"type": "str"}}

POLICY_IN_LIST: Spec = {**POLICY, **GROUPS, **NAMES, **READ_ONLY, **SOURCE}


# A policy is named by one of these at least.
ONE_IDENTITY = {"required_one_of": [("id", "display_name")]}

_CHECKIN_PARTS = ("tenant", "policies")
_GATHERED = ("content", "payloads", "settings", "assignments", "group_names", "checkins", "conflicts", "status")
# What a user of office_preflight_info may be about to do.
NEEDS = ("plan", "rollout", "group_names", "scope_tags", "approval")
MAX_REMOVALS = "5%"
# Where office_setting_info looks.
SOURCES = ("auto", "catalog", "graph")

# The options of each module beside the shared ones.
SPECS: t.Mapping[str, Spec] = {
    "office_client_config": {**POLICY, **OVERWRITE, **VIEW, **APPROVAL, **WAIT},
    "office_client_config_assignment": {**IDENTITY, **GROUPS, **APPROVAL, **WAIT},
    "office_client_config_order": {"order": {"type": "list", "elements": "str", "required": True}, **UNLISTED, **WAIT},
    "office_client_configs": {
        "policies": {"type": "list", "elements": "dict", "required": True, "options": POLICY_IN_LIST, **ONE_IDENTITY},
        **BULK,
        **OVERWRITE,
        **VIEW,
        **APPROVAL,
        **WAIT,
    },
    "office_client_config_info": {
        **IDENTITY,
        **BATCH,
        "group": {"type": "raw"},
        "gather": {"type": "list", "elements": "str", "choices": list(_GATHERED), "default": []},
    },
    "office_client_checkin_info": {
        **IDENTITY,
        **BATCH,
        "gather": {"type": "list", "elements": "str", "choices": list(_CHECKIN_PARTS), "default": list(_CHECKIN_PARTS)},
        "policies": {"type": "list", "elements": "str"},
        "stale_after": {"type": "int", "default": 30},
        "since": {"type": "str"},
    },
    "office_preflight_info": {
        "needs": {"type": "list", "elements": "str", "choices": list(NEEDS), "default": ["rollout", "group_names"]},
    },
    "office_setting_catalog": {
        "path": {"type": "path", "required": True},
        "policies": {"type": "list", "elements": "dict", "default": []},
        "max_removals": {"type": "str", "default": MAX_REMOVALS},
        **BATCH,
    },
    "office_setting_info": {
        "search": {"type": "str"},
        "setting": {"type": "str"},
        "app": {"type": "str"},
        "scope": {"type": "str", "choices": list(SCOPES)},
        "deprecated": {"type": "bool"},
        "limit": {"type": "int", "default": 20},
        "source": {"type": "str", "choices": list(SOURCES), "default": "auto"},
        **BATCH,
    },
}


def with_aliases(spec: Spec) -> Spec:
    """Return a spec with each alias as an option of its own, to read what was given by its name."""
    aliases = {alias: option for option in spec.values() for alias in option.get("aliases") or ()}
    return {**spec, **aliases}


def with_shared(spec: Spec) -> Spec:
    """Return a module's own spec with the login and connection options that all modules have."""
    return {**spec, **SHARED}


def elsewhere(given: t.Iterable[str], spec: Spec) -> str:
    """Return a sentence for each option that other modules have and the one with this spec does not, "" for none.

    People look for groups where the policy is.
    """
    own = with_aliases(with_shared(spec))
    found = {name: _places(name) for name in sorted(given) if name not in own}
    return " ".join(f"{name} is an option of {', and of '.join(places)}." for name, places in found.items() if places)


def _places(name: str) -> list[str]:
    modules = [f"m365.apps.{module}" for module, spec in SPECS.items() if name in spec]
    return [*modules, *(["each of the policies of m365.apps.office_client_configs"] if name in POLICY_IN_LIST else [])]
