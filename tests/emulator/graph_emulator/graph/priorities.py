# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action updatePriorities: all priorities of a tenant at once, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import bad_request
from ..tenants import timestamp
from ..wire import Answer
from .exchange import Exchange, is_annotation, no_content, read_object
from .schema import INT32_MAX, type_fault

IDS = "officeConfigurationPolicyIds"
NUMBERS = "officeConfigurationPriorities"


def update_priorities(exchange: Exchange) -> Answer:
    """204 after all policies have their new number; nothing changes on a refusal."""
    body = read_object(exchange.call)
    for name in body:
        if name not in (IDS, NUMBERS) and not is_annotation(name):
            raise bad_request(
                f"The parameter '{name}' in the request payload is not a valid parameter "
                f"for the operation 'updatePriorities'; it takes '{IDS}' and '{NUMBERS}'."
            )
    wanted = _pairs(_list(body, IDS), _list(body, NUMBERS))
    live = {policy.id: policy for _unused, policy in exchange.tenant.policies.items()}
    unknown = [key for key in wanted if key not in live]
    if unknown:
        raise bad_request(f"{IDS}: there is no policy '{unknown[0]}'.")
    left_out = [policy for key, policy in live.items() if key not in wanted]
    if left_out:
        raise bad_request(
            f"{IDS}: every policy has to be listed; '{left_out[0].id}' ('{left_out[0].display_name}') "
            f"with priority {left_out[0].priority} is missing."
        )
    now = timestamp()
    changed = (replace(live[key], priority=number, last_modified=now) for key, number in wanted.items())
    exchange.tenant.policies.put(*changed)
    return no_content()


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    if not isinstance(value, list):
        raise bad_request(f"The parameter '{name}' of the operation 'updatePriorities' must be a collection.")
    return value


def _pairs(ids: list[Any], numbers: list[Any]) -> dict[str, int]:
    if len(ids) != len(numbers):
        raise bad_request(f"'{IDS}' has {len(ids)} items and '{NUMBERS}' has {len(numbers)}: lengths must be equal.")
    for number in numbers:
        fault = type_fault(NUMBERS, number, "Edm.Int32")
        if fault or number < 0:
            raise bad_request(fault or f"{NUMBERS}: {number} is not from 0 to {INT32_MAX}.")
    pairs: dict[str, int] = {}
    holders: dict[int, str] = {}
    for key, number in zip(ids, numbers, strict=True):
        if not isinstance(key, str):
            raise bad_request(type_fault(IDS, 0 if key is None else key, "Edm.String") or IDS)
        if key in pairs:
            raise bad_request(f"{IDS}: '{key}' is there twice.")
        if number in holders:
            raise bad_request(f"{NUMBERS}: {number} is given to both '{holders[number]}' and '{key}'.")
        pairs[key], holders[number] = number, key
    return pairs
