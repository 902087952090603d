# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that nobody expects: each ends in a sentence or in a result, never in a traceback or half a write."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import CONNECTION, POLICY_IN_LIST, SHARED
from ansible_collections.m365.apps.tests.unit import fuzz_values, modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import FuzzTenant, run
from ansible_collections.m365.apps.tests.unit.modules import ModuleDefinition

MODULES: dict[str, tuple[ModuleDefinition, dict[str, t.Any]]] = {
    "config": (modules.OFFICE_CLIENT_CONFIG, {"display_name": "One"}),
    "assignment": (modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"display_name": "One", "groups": ["All Staff"]}),
    "info": (modules.OFFICE_CLIENT_CONFIG_INFO, {}),
    "setting": (modules.OFFICE_SETTING_INFO, {"app": "excel16"}),
    "order": (modules.OFFICE_CLIENT_CONFIG_ORDER, {"order": ["Two", "One"]}),
    "configs": (modules.OFFICE_CLIENT_CONFIGS, {"policies": [{"display_name": "One"}]}),
}
# Every option of every module with every odd value would be 6,000 runs: the two lists meet in a fixed pattern, in which
# make test has each value with every eighth option.
OPTIONS = [(name, option) for name, (definition, _base) in MODULES.items() for option in definition.spec]
HALVES = pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.full)])


def spread(names: t.Sequence[t.Any], name: t.Any, steps: int, half: int) -> tuple[t.Any, ...]:
    """Return the odd values for one of the names: one in so many, begun one further for each name."""
    return fuzz_values.ODD[(names.index(name) + half * steps // 2) % steps :: steps]


def check(definition: ModuleDefinition, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Run a module in check mode and not; a failed run writes nothing, one in check mode neither."""
    tenant = FuzzTenant()
    result = run(tenant, definition, arguments)
    # Bytes that are not JSON are the tenant's to take or to refuse, where they are written.
    refused_there = "_payload_base64" in str(arguments) and tenant.writes != tenant.accepted
    assert refused_there or not (result.get("failed") and tenant.writes), (result, tenant.writes)
    if arguments.get("_ansible_check_mode"):
        assert tenant.writes == []
    elif not result.get("failed") and not any(word in arguments for word in ("state", "order")):
        again = run(tenant, definition, arguments)
        assert (again["changed"], again.get("failed")) == (False, None), (arguments, again)
    return result


@HALVES
@pytest.mark.parametrize(("module", "option"), OPTIONS)
def test_an_odd_value_of_one_option(module: str, option: str, half: int) -> None:
    definition, base = MODULES[module]
    for value in spread(OPTIONS, (module, option), 8, half):
        check(definition, {**base, option: value})


@HALVES
@pytest.mark.parametrize("option", list(POLICY_IN_LIST))
def test_an_odd_value_of_an_option_of_a_list_item(option: str, half: int) -> None:
    for value in spread(list(POLICY_IN_LIST), option, 4, half):
        check(
            modules.OFFICE_CLIENT_CONFIGS, {"policies": [{"display_name": "One"}, {"display_name": "N", option: value}]}
        )


@HALVES
@pytest.mark.parametrize("option", list(SHARED))
def test_an_odd_value_of_a_shared_option(option: str, half: int) -> None:
    for value in spread(list(SHARED), option, 4, half):
        if option.endswith("_url") and (value in (None, "") or "https:" in str(value).lower()):
            continue  # A host that may be meant, or Microsoft's; whether it is there is not for the module to know.
        tenant = FuzzTenant()
        result = run(
            tenant, modules.OFFICE_CLIENT_CONFIG, {"display_name": "Two", "description": "second", option: value}
        )
        assert tenant.writes == [], result


@given(data=st.data())
def test_odd_values_of_many_options(data: st.DataObject) -> None:
    definition, base = MODULES[data.draw(st.sampled_from(sorted(MODULES)))]
    names = data.draw(st.lists(st.sampled_from([*definition.spec, *CONNECTION, "unknown"]), max_size=4, unique=True))
    arguments = {**base, **{name: data.draw(fuzz_values.anything) for name in names if "url" not in name}}
    modes = {"_ansible_check_mode": data.draw(st.booleans()), "_ansible_diff": data.draw(st.booleans())}
    check(definition, {**arguments, **modes})


@given(items=st.lists(st.dictionaries(st.sampled_from([*POLICY_IN_LIST, "unknown"]), fuzz_values.anything), max_size=3))
def test_odd_lists_of_policies(items: list[dict[str, t.Any]]) -> None:
    check(modules.OFFICE_CLIENT_CONFIGS, {"policies": items})
