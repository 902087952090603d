# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A catalog older than the tenant: Graph is asked before anything is refused, and not while the catalog is right."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import PREFIX
from ansible_collections.m365.apps.plugins.module_utils._catalog.known import MOST_ASKED
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import MOST_SETTINGS
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant

DEFINITIONS = "/deviceManagement/configurationSettings"
QUALIFIED = f"/beta{DEFINITIONS}"
[TOP] = built_in().of_name("excel16", "L_VBAWarningsPolicy")
CHILD = t.cast(Definition, built_in().get(TOP.all_children[0].id))
MACROS: dict[str, t.Any] = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
[REPAIR] = built_in().of_name("outlk16", "L_CheckForgottenAttachments")


def asked(**values: t.Any) -> DesiredPolicy:
    return DesiredPolicy("", display_name="Mine", values=values)


def reads(tenant: CatalogTenant) -> list[str]:
    """Return what was asked about definitions, alone or in a batch."""
    return [line for line in tenant.lines if DEFINITIONS in line]


def test_nothing_is_asked_while_the_catalog_is_right() -> None:
    tenant = CatalogTenant()
    assert tenant.run(asked(settings=[MACROS])).error is None
    assert reads(tenant) == []


@pytest.mark.parametrize("key", ["excel16/L_VBAWarningsPolicy", "excel16;l_vbawarningspolicy", TOP.id, TOP.id.upper()])
def test_a_setting_that_the_catalog_lacks_is_learned_with_its_elements(key: str) -> None:
    tenant = CatalogTenant()
    old = Catalog([REPAIR])
    assert tenant.run(asked(settings=[{**MACROS, "setting": key}]), catalog=old).error is None
    [policy] = tenant.policies
    [setting] = policy["settings"]
    assert setting["settingInstance"]["choiceSettingValue"]["children"][0]["settingDefinitionId"] == CHILD.id
    assert len(reads(tenant)) == 2


def test_an_option_that_the_catalog_lacks_is_learned() -> None:
    stale = replace(CHILD, options=CHILD.options[:1], default=CHILD.options[0].id)
    tenant = CatalogTenant()
    assert tenant.run(asked(settings=[MACROS]), catalog=built_in().with_definitions([stale])).error is None
    assert reads(tenant)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"setting": "excel16/L_Nothing"}, "there is no setting excel16/L_Nothing"),
        ({"setting": "user_vendor_msft_policy_config_nothing"}, "there is no setting user_vendor_msft"),
        ({**MACROS, "value": 99}, "99"),
    ],
)
@pytest.mark.parametrize("batching", [True, False])
def test_what_graph_does_not_know_either_is_refused(entry: dict[str, t.Any], said: str, batching: bool) -> None:
    tenant = CatalogTenant()
    with pytest.raises(UserError, match=said):
        tenant.run(asked(settings=[entry]), batching=batching)
    assert reads(tenant)
    assert tenant.writes == []


def test_several_policies_learn_at_once() -> None:
    tenant = CatalogTenant()
    other = DesiredPolicy("", display_name="Other", values={"settings": [{**MACROS, "value": 2}]})
    assert tenant.run(asked(settings=[MACROS]), other, catalog=Catalog([REPAIR])).error is None
    assert len(reads(tenant)) == 2


def test_of_very_many_unknown_keys_graph_is_asked_of_the_first_ones() -> None:
    tenant = CatalogTenant()
    first = [{"setting": f"excel16/L_Nothing{number}"} for number in range(60)]
    second = [{"setting": f"word16/L_Nothing{number}"} for number in range(MOST_ASKED)]
    other = DesiredPolicy("", display_name="Other", values={"settings": second})
    with pytest.raises(UserError) as caught:
        tenant.run(asked(settings=first), other)
    told = str(caught.value)
    assert sum(line.count(f"[GET {QUALIFIED}") for line in reads(tenant)) == MOST_ASKED
    # All that stand in front were asked of, and of these nothing is said.
    own, _mark, others = told.partition("policy 'Other': cannot use its settings")
    assert "Graph was asked" not in own
    assert (
        "Graph was asked of the first 100 settings of the task that the catalog does not know or allow, and not of 60 "
        "of these: where they are right, give their definitions by catalog_file."
    ) in others
    assert told.count("; the nearest key") == 40
    assert tenant.writes == []


def test_graph_is_not_asked_for_more_settings_than_a_policy_holds() -> None:
    tenant = CatalogTenant()
    many = [{"setting": f"excel16/L_Nothing{number}"} for number in range(MOST_SETTINGS + 1)]
    for settings in (many, {"set": many}, {"add": many, "remove": []}):
        with pytest.raises(UserError, match="a policy holds at most 5000 settings, and these are 5001: divide them"):
            tenant.run(asked(settings=settings))
    assert reads(tenant) == []


@pytest.mark.parametrize("name", ["L", "L_", "L_Di", "x"])
def test_graph_is_not_asked_for_a_name_that_half_of_its_definitions_hold(name: str) -> None:
    tenant = CatalogTenant()
    with pytest.raises(UserError, match=f"there is no setting excel16/{name}; the nearest key"):
        tenant.run(asked(settings=[{"setting": f"excel16/{name}"}]))
    assert reads(tenant) == []
    assert all(len(name) >= 5 for _file, name in built_in().names())


def test_where_graph_cannot_be_asked_the_run_ends_before_any_write() -> None:
    tenant = CatalogTenant()
    tenant.faults({"kind": "forbidden", "match": {"method": "GET", "path": "configurationSettings"}})
    with pytest.raises(UserError, match="the definition excel16/l_nothing: cannot read it"):
        tenant.run(asked(settings=[{"setting": "excel16/L_Nothing"}]))
    assert tenant.writes == []


def raw(definition_id: str) -> dict[str, t.Any]:
    """Return an entry that the catalog has nothing to say of."""
    instance = {"@odata.type": f"{PREFIX}ChoiceSettingInstance", "settingDefinitionId": definition_id}
    return {"raw": {**instance, "choiceSettingValue": {"value": f"{definition_id}_0", "children": []}}}


@pytest.mark.parametrize("batching", [True, False])
@pytest.mark.parametrize("check", [True, False])
def test_raw_settings_that_graph_does_not_know_end_the_run_before_the_first_write(check: bool, batching: bool) -> None:
    tenant = CatalogTenant()
    wanted = [
        DesiredPolicy("", display_name="Fine", values={"settings": [MACROS]}),
        asked(settings=[MACROS, raw("vendor_msft_one"), raw("Vendor_MSFT_two")]),
    ]
    with pytest.raises(UserError) as caught:
        tenant.run(*wanted, check_mode=check, batching=batching)
    assert str(caught.value) == (
        "policy 'Mine': cannot use its settings: neither the catalog in hand nor this tenant's Graph knows the "
        "settings vendor_msft_one, Vendor_MSFT_two. Correct the settingDefinitionId, or take them out of settings; "
        "nothing was written."
    )
    assert tenant.policies == []
    assert len(reads(tenant)) == (1 if batching else 2)


def test_raw_settings_that_graph_knows_are_asked_for_once_and_not_while_they_are_there() -> None:
    tenant = CatalogTenant()
    old = Catalog([TOP, CHILD])
    wanted = [DesiredPolicy("", display_name=name, values={"settings": [raw(REPAIR.id)]}) for name in ("One", "Two")]
    assert tenant.run(*wanted, catalog=old).error is None
    [line] = reads(tenant)
    assert line.count(REPAIR.id) == 1
    assert tenant.run(*(each.with_values({"description": "x"}) for each in wanted), catalog=old).error is None
    assert len(reads(tenant)) == 1


def test_a_raw_setting_with_the_place_of_a_name_is_left_to_graph() -> None:
    tenant = CatalogTenant()
    with pytest.raises(UserError, match="knows the setting vendor_msft_one"):
        tenant.run(asked(settings=[raw("vendor_msft_one"), raw("vendor_msft_{rulename}_two")]))
    assert "rulename" not in "".join(reads(tenant))


def test_of_very_many_raw_settings_the_first_ones_are_asked_for() -> None:
    tenant = CatalogTenant()
    with pytest.raises(UserError, match="and 92 more"):
        tenant.run(asked(settings=[raw(f"vendor_msft_{number}") for number in range(MOST_ASKED + 50)]))
    assert sum(line.count(f"{DEFINITIONS}/") for line in reads(tenant)) == MOST_ASKED
