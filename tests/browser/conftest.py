# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: one browser for the session, and the pages that the role wrote."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ansible_collections.m365.apps.tests.browser.chromium import chromium
from ansible_collections.m365.apps.tests.browser.screenshots import TEMPLATES
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import running_emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible
from ansible_collections.m365.apps.tests.integration.support.report_samples import (
    contoso_report,
    hostile_report,
    large_report,
    plan_to_approve,
)
from ansible_collections.m365.apps.tests.integration.support.reports import write_reports

# What each of the 100 policies of the large page changes: make test-all makes it four times as large.
SETTINGS_OF_LARGE = 200 if os.environ.get("M365_TESTS") == "all" else 50


@pytest.fixture(scope="session")
def browser() -> t.Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages, as the role's entry point report wrote them."""
    reports = {
        "contoso": contoso_report(),
        "hostile": hostile_report(),
        "empty": {},
        "large": large_report(100, SETTINGS_OF_LARGE),
        "plan": plan_to_approve(200),
    }
    return write_reports(tmp_path_factory.mktemp("pages"), reports, TEMPLATES)


@pytest.fixture(scope="session")
def real_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that the role wrote of a rollout of the example set to the emulator."""
    folder = tmp_path_factory.mktemp("real")
    contoso = ROOT / "examples" / "contoso"
    [seed] = json.loads((contoso / "seed.json").read_text())["tenants"].values()
    variables = {
        "rollout_definitions": str(contoso / "definitions"),
        "rollout_report_folder": str(folder / "reports"),
        "rollout_report_checkins": True,
    }
    with running_emulator(folder) as emulator:
        emulator.reset(tenant.state(seed["policies"], seed["groups"]))
        ansible = Ansible(folder, {}, tenant.login_variables(emulator.ready))
        ansible.playbook("m365.apps.rollout", "-e", json.dumps(variables)).ok()
    return folder / "reports" / "report.html"
