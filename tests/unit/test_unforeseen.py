# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors nobody foresaw, wherever they strike after the first write: what was written is told, in one sentence."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge import converge as converge_module
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._module import boundary, masking, policy_modules, results
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, TENANT, FuzzTenant, Spoilt
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import desired, policies, run
from graph_emulator.wire import Call

ERRORS = (KeyError("canary"), MemoryError(), RecursionError("canary"), TypeError("canary"), StopIteration("canary"))
each = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)

NEW = [{"display_name": f"New {place}", "policy_payload": {"a": place}, "groups": ["Finance"]} for place in range(3)]


def result_of(tenant: FuzzTenant, definition: t.Any = modules.OFFICE_CLIENT_CONFIGS, **options: t.Any) -> t.Any:
    login = {"access_token": tenant.token, "graph_url": ORIGIN, "login_url": ORIGIN}
    with tenant.entered():
        printed, _warnings = _fast_path.run_here(definition, {**login, **(options or {"policies": NEW})})
    assert "canary" not in printed
    assert "Traceback" not in printed
    return json.loads(printed)


def failing_at(place: int, error: Exception, is_read: bool = False) -> FuzzTenant:
    """Return a tenant at whose nth write (or read after the first write) an error strikes once its work is done."""
    seen = 0

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        nonlocal seen
        written = bool(tenant.writes)
        reads = call.method == "GET" or '"method": "GET"' in call.body.decode()
        if written and reads is is_read:
            seen += 1
            if seen == place + 1:
                raise error
        return answer

    tenant = FuzzTenant(spoil)
    return tenant


def assert_told(result: t.Any, tenant: FuzzTenant, error: Exception) -> None:
    assert result["failed"]
    assert result["changed"]
    said = "the memory of this machine is used up" if isinstance(error, MemoryError) else "This is a defect of"
    assert said in result["msg"]
    # Creates of which nothing is told are in doubt.
    told = [action for action in result["actions"] if action["action"] == "create"]
    doubtful = [item for item in result["results"] if item.get("in_doubt")]
    created = [write for write in tenant.accepted if write.endswith("/clientConfigurations")]
    assert len(told) <= len(created) <= len(told) + len(doubtful)


@each
@pytest.mark.parametrize(
    ("batch", "place"), [("auto", 0), ("auto", 1), ("auto", 2), ("never", 0), ("never", 2), ("never", 4)]
)
def test_an_error_in_a_write_leaves_what_was_written_before_it(error: Exception, batch: str, place: int) -> None:
    tenant = failing_at(place, error)
    result = result_of(tenant, policies=NEW, batch=batch)
    if result.get("failed"):
        assert_told(result, tenant, error)
    else:
        # A create is looked for, and these were found.
        assert place == 0 or batch == "never"
        assert [item["status"] for item in result["results"]] == ["created"] * 3
        assert len(tenant.world.tenants[TENANT].policies) == 5


@each
def test_an_error_while_writes_are_confirmed_leaves_them_done(error: Exception) -> None:
    tenant = failing_at(0, error, is_read=True)
    result = result_of(tenant)
    assert_told(result, tenant, error)
    assert len(result["actions"]) == 9


@each
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (converge_module, "confirm"),
        (policy_modules, "item_result"),
        (policy_modules, "plan_result"),
        (policy_modules, "outcome_result"),
        (policy_modules, "opaque_warnings"),
        (results, "action_result"),
    ],
)
def test_an_error_while_the_result_is_made_leaves_what_was_written(
    error: Exception, module: t.Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: t.Any, **_more: t.Any) -> t.Any:
        raise error

    monkeypatch.setattr(module, name, fail)
    tenant = FuzzTenant()
    result = result_of(tenant)
    assert_told(result, tenant, error)
    assert [action["action"] for action in result["actions"]].count("create") == 3
    assert [item["status"] for item in result["results"]] == ["created"] * 3


@each
def test_an_error_while_the_result_is_printed_leaves_that_it_was_changed(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = masking.shown_result

    def fail(result: dict[str, t.Any], *arguments: t.Any) -> dict[str, t.Any]:
        if "results" in result:
            raise error
        return real(result, *arguments)

    monkeypatch.setattr(boundary, "shown_result", fail)
    result = result_of(FuzzTenant())
    assert result["failed"]
    assert result["changed"]
    assert [action["action"] for action in result["actions"]].count("create") == 3


def test_an_error_after_the_writes_that_nothing_catches_still_says_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = converge_module.converge

    def fail(*arguments: t.Any) -> t.Any:
        real(*arguments)
        raise KeyError("canary")

    monkeypatch.setattr(policy_modules, "converge", fail)
    result = result_of(FuzzTenant())
    assert result["failed"]
    assert result["changed"]
    result = result_of(FuzzTenant(), policies=[])
    assert result["failed"]
    assert not result["changed"]


@each
@pytest.mark.parametrize("on_error", OnError)
def test_an_error_of_a_whole_stage_ends_the_run_and_keeps_the_stages_before(
    error: Exception, on_error: OnError
) -> None:
    class Failing(MemoryTenant):
        stages = 0

        def write(self, *arguments: t.Any, **more: t.Any) -> t.Any:
            self.stages += 1
            if self.stages > 1:
                raise error
            return super().write(*arguments, **more)

    tenant = Failing.of(policies("AB"))
    items = [desired("A", description="X", policy_payload={"a": 1}), desired("N", policy_payload={"a": 1})]
    outcome = run(tenant, items, on_error=on_error)
    assert [action.name for action in outcome.actions] == ["update", "create"]
    assert outcome.statuses == ("failed", "failed")
    assert outcome.error is not None
    assert outcome.in_doubt
    assert outcome.changed


def test_an_error_while_a_lost_create_is_looked_for_leaves_it_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: OfficeSurface, *_arguments: t.Any) -> t.Any:
        raise KeyError("canary")

    tenant = failing_at(0, KeyError("canary"))
    monkeypatch.setattr(OfficeSurface, "_settled", fail)
    result = result_of(tenant, policies=NEW, batch="never")
    assert_told(result, tenant, KeyError("canary"))
    assert [item["status"] for item in result["results"]].count("failed") == 3
