# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module may show: secrets are masked exactly, and nothing else is touched.

AnsibleModule masks every occurrence of an option with no_log, also that of one letter: it would damage names and
payloads that have nothing to do with a secret, and the next task would write what is left of them.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import math
import os
import re
import typing as t
from urllib.parse import quote, quote_plus, unquote, urlsplit

from .._catalog.instances import with_masks
from .._errors import printable
from .._graph.clouds import CLOUDS
from .._graph.session import environment_proxies
from .._ids import is_guid
from .._json import is_too_deep
from .arguments import SHARED, Spec
from .masks import HIDDEN, MASK, holds_mask

# Shorter secrets are words, or parts of words, as often as not.
LONG = 8

_PATHS = ("certificate_path", "federated_token_file", "ca_path")
_URLS = ("proxy", "graph_url", "login_url")
# Options with settings of policies.
_SETTING = ("settings", "policies")
# Where these log in, the login service is not called.
_WITHOUT_LOGIN = ("access_token", "managed_identity")
# What goes to a server, which may repeat it. A passphrase goes nowhere, and a proxy's password has a user beside it.
_SENT = ("client_secret", "access_token")
_MESSAGES = ("msg", "error", "warnings", "exception")
_USER_INFO = re.compile(r"(?<=//)[^/\s]*@")
_KEY_OR_TOKEN = re.compile(r"[\r\n]|-----BEGIN |^\s*eyJ")


def secrets_of(params: t.Mapping[str, t.Any], tokens: t.Iterable[str] = ()) -> set[str]:
    """Return the secrets that a run uses: from its options, its environment, and the tokens it acquired.

    ``params`` are without those of logins that are not used (``used_params``): a secret that is not used is a word, and
    would be masked in the names of policies. A path option that holds a key or a token in place of a path counts as a
    secret, too.
    """
    secrets = {str(params[name]) for name, option in SHARED.items() if option.get("no_log") and params.get(name)}
    secrets -= {str(params.get("proxy"))}
    if params.get("managed_identity"):
        secrets.add(os.environ.get("IDENTITY_HEADER", ""))
    for url in [*(params.get(name) for name in _URLS), *_environment_proxies(params)]:
        secrets.update(_passwords(str(url or "")))
    for path in (str(params.get(name) or "") for name in _PATHS):
        if _KEY_OR_TOKEN.search(path):
            secrets.update((path, *path.splitlines()))
    for token in (*tokens, str(params.get("access_token") or "")):
        # The signature alone makes a token of what everybody can guess.
        secrets.update((token, *token.split(".")[1:]))
    return secrets - {""}


def _environment_proxies(params: t.Mapping[str, t.Any]) -> set[str]:
    """Return the proxies that the environment puts between a run and its servers, which are called by https."""
    if params.get("proxy"):
        return set()
    cloud = CLOUDS[params["cloud"]] if params.get("cloud") in CLOUDS else CLOUDS["global"]
    urls = [params.get("graph_url") or cloud.graph_url]
    if not any(params.get(name) for name in _WITHOUT_LOGIN):
        urls.append(params.get("login_url") or cloud.login_url)
    used: set[str] = set()
    for url in urls:
        with contextlib.suppress(ValueError):  # what is not a URL is refused elsewhere
            proxies = environment_proxies(str(url))
            used.add(proxies.get("https") or proxies.get("all") or "")
    return used


def _passwords(url: str) -> set[str]:
    """Return what is secret in an URL: its password, and user and password together, as a proxy is told them."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return {url}
    if not parts.password:
        return set()
    user, password = parts.username or "", parts.password
    return {password, unquote(password), f"{user}:{password}", f"{unquote(user)}:{unquote(password)}"}


def masked(value: t.Any, secrets: t.Iterable[str]) -> t.Any:
    """Return a JSON value with every secret of LONG or more characters masked, in keys and in texts.

    They are found as they are, URL-encoded, in base64, and as JSON, HTML or Python write them. An id stays whole where
    a secret is a part of it, and so do numbers.
    """
    forms = sorted(
        {form for secret in secrets if len(secret) >= LONG for form in _forms(secret)}, key=len, reverse=True
    )
    text = json.dumps(value, ensure_ascii=False, default=str)
    if not any(json.dumps(form, ensure_ascii=False)[1:-1] in text for form in forms):
        return value
    return _walked(value, lambda text: _replaced(text, forms))


def may_be_masked(text: t.Any, shown: str) -> bool:
    """Tell whether what is shown with a mask can be this text."""
    pattern = ".+".join(re.escape(part) for part in shown.split(MASK))
    return MASK in shown and re.fullmatch(pattern, str(text), re.DOTALL) is not None


def masked_places(value: t.Any) -> list[str]:
    """Return where in a JSON value a mask stands, as paths in which policies are named, each path once."""
    return list(dict.fromkeys(printable(path) for path in _mask_paths(value, ""))) if holds_mask(value) else []


def _mask_paths(value: t.Any, path: str) -> t.Iterator[str]:
    if isinstance(value, str) and (MASK in value or HIDDEN in value):
        yield path
    elif isinstance(value, dict):
        for key, member in value.items():
            inner = f"{path}.{key}" if path else str(key)
            yield from _mask_paths(str(key), path)
            yield from _mask_paths(member, inner)
    elif isinstance(value, (list, tuple)):
        for place, member in enumerate(value):
            named = member.get("display_name") if isinstance(member, dict) else None
            yield from _mask_paths(member, f"{path}[{place}]" if named is None else f"policy '{named}'")


def _forms(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogateescape")
    encoded = {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
    return {
        secret,
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        *encoded,
        *(form.rstrip("=") for form in encoded),
    }


def _replaced(text: str, forms: t.Iterable[str]) -> str:
    if is_guid(text):
        return MASK if text in forms else text
    for form in forms:
        text = text.replace(form, MASK)
    return text


def _walked(value: t.Any, change: t.Callable[[str], str]) -> t.Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_walked(key, change): _walked(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_walked(item, change) for item in value]
    return value


def shown_result(
    result: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], tokens: t.Iterable[str] = ()
) -> dict[str, t.Any]:
    """Return a module's result as it may be shown: long secrets are masked everywhere, and short ones that go to a
    server, where they are whole words, in messages only.
    """
    shown: dict[str, t.Any] = masked(dict(result), secrets_of(params, tokens))
    words = [re.escape(str(params[name])) for name in _SENT if params.get(name) and len(str(params[name])) < LONG]
    if not words:
        return shown
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
    for part in (shown, *(item for item in shown.get("results") or () if isinstance(item, dict))):
        for name in _MESSAGES:
            if name in part:
                part[name] = _walked(part[name], lambda text: pattern.sub(MASK, text))
    return shown


def shown_arguments(params: t.Mapping[str, t.Any], spec: Spec, secrets: t.Iterable[str] = ()) -> dict[str, t.Any]:
    """Return a module's options as they may be shown; ``secrets`` are those that the run uses.

    A secret one is hidden whatever its value, and so is one that the module does not have: it may be one misspelled.
    Numbers that JSON does not know (NaN, infinite ones), which Ansible passes on, become texts.
    """
    shown = {
        name: HIDDEN if value and (name not in spec or spec[name].get("no_log")) else value
        for name, value in params.items()
    }
    # What policies set: a secret in them is no option of its own.
    shown |= {name: with_masks(shown[name]) for name in _SETTING if shown.get(name) and not is_too_deep(shown[name])}
    for name in _URLS:
        if isinstance(shown.get(name), str):
            shown[name] = _USER_INFO.sub(f"{MASK}@", shown[name])
    for name in _PATHS:
        if _KEY_OR_TOKEN.search(str(shown.get(name) or "")):
            shown[name] = MASK
    return t.cast("dict[str, t.Any]", masked(_known_to_json(shown), secrets))


def _known_to_json(value: t.Any) -> t.Any:
    try:
        json.dumps(value, allow_nan=False, default=str)
    except ValueError:
        return _numbers_as_text(value)
    return value


def _numbers_as_text(value: t.Any) -> t.Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {_numbers_as_text(key): _numbers_as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_numbers_as_text(item) for item in value]
    return value
