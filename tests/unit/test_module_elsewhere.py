# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option that another module has: the one that lacks it says which."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import SPECS, elsewhere
from ansible_collections.m365.apps.plugins.modules import office_client_config, office_client_config_order
from ansible_collections.m365.apps.tests.unit.test_module_boundary import Capture, run

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "modules"


def test_every_public_module_with_a_definition_is_known() -> None:
    defined = {path.stem for path in PLUGINS.glob("office_*.py")}
    assert set(SPECS) == defined


@pytest.mark.parametrize(
    ("main", "given", "says"),
    [
        (
            office_client_config.main,
            {"display_name": "A", "groups": ["B"]},
            (
                "groups is an option of m365.apps.office_client_config_assignment, "
                "and of each of the policies of m365.apps.office_client_configs. Unsupported parameters for"
            ),
        ),
        (
            office_client_config_order.main,
            {"order": ["A"], "max_changes": 3},
            "max_changes is an option of m365.apps.office_client_configs. Unsupported parameters for",
        ),
    ],
)
def test_the_module_that_has_it_is_named_first(
    main: t.Callable[[], None], given: dict[str, t.Any], says: str, capsys: Capture
) -> None:
    result = run(main, given, capsys)
    assert result["failed"] is True
    assert result["msg"].startswith(says)


def test_what_no_module_has_has_no_hint(capsys: Capture) -> None:
    assert run(office_client_config.main, {"display_name": "A", "grups": []}, capsys)["msg"].startswith("Unsupported")
    # Neither has what the module has itself, by whatever name, and what Ansible adds.
    known = {"policies": [], "tenant_id": "T", "_ansible_check_mode": True, "limit_to_groups": [], "reach": []}
    assert elsewhere(known, SPECS["office_client_configs"]) == ""
