# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of the site that was built last: readable for everybody, and on a phone. The theme has no dark mode."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ansible_collections.m365.apps.tests.browser.chromium import axe, chromium

SITE = Path(__file__).resolve().parents[2] / ".ansible" / "docs" / "html"
PAGES = [
    *("index.html", "changelog.html", "office_client_configs_module.html", "rollout_role.html"),
    *("docsite/guide_surfaces.html", "docsite/guide_waves.html"),
]
# The markup of the theme and of antsibull-docs, which no style sheet changes.
NOT_OURS = ["aria-valid-attr", "landmark-unique", "region", "scrollable-region-focusable", "target-size"]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = "tags => axe.run({runOnly: {type: 'tag', values: tags}})"
_CUT = """() => [...document.querySelectorAll('h1, h2, h3, h4')]
    .filter(one => one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth)
    .map(one => one.textContent)"""


@pytest.fixture(scope="module")
def browser() -> t.Iterator[Browser]:
    """One browser for all pages."""
    with chromium() as running:
        yield running


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_contrast_and_fits(browser: Browser, name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(60_000)
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto((SITE / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_CUT) == []
    page.evaluate(axe())
    result = page.evaluate(_AXE, _TAGS)
    page.close()
    found = {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in result["violations"]}
    assert {rule: nodes for rule, nodes in found.items() if rule not in NOT_OURS} == {}
    assert "color-contrast" in {rule["id"] for rule in result["passes"]}
