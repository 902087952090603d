# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people do with the report's page: read it in both themes, filter, unfold, print, by mouse and by keyboard."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ansible_collections.m365.apps.tests.browser.chromium import axe
from ansible_collections.m365.apps.tests.browser.conftest import SETTINGS_OF_LARGE
from ansible_collections.m365.apps.tests.browser.screenshots import THEMES

POLICIES, CHANGED = 17, 12
VISIBLE = ".policy:visible"
# Rules of WCAG 2.2 A and AA, and axe's own best practices.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of the rules that pass, it need not tell how each element of the page is found.
_AXE = "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations', 'incomplete']})"


@contextlib.contextmanager
def opened(browser: Browser, path: Path, **options: t.Any) -> t.Iterator[Page]:
    """Open a page; at the end it must have logged nothing, raised nothing, shown no dialog and loaded nothing."""
    page = browser.new_page(**options)
    page.set_default_timeout(60_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    # A dialog that nobody answers would stop the page, so the test would fail then, too.
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: said.extend({request.url} - {path.as_uri()}))
    page.goto(path.as_uri())
    try:
        yield page
    finally:
        page.close()
    assert said == []


@pytest.mark.parametrize(
    ("name", "theme", "width"),
    [
        ("contoso", "light", 1280),
        ("contoso", "dark", 360),
        ("hostile", "light", 360),
        ("hostile", "dark", 1280),
        ("empty", "light", 1280),
        ("empty", "dark", 360),
        ("plan", "light", 390),
        ("plan", "dark", 1280),
    ],
)
def test_axe_finds_nothing(browser: Browser, pages: Path, name: str, theme: str, width: int) -> None:
    """No violation with everything unfolded, no contrast that axe could not tell, and nothing wider than the window."""
    with opened(browser, pages / f"{name}.html", color_scheme=theme, viewport={"width": width, "height": 900}) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(axe())
        result = page.evaluate(_AXE, _TAGS)
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"]] == []
        assert [rule["id"] for rule in result["incomplete"] if rule["id"] == "color-contrast"] == []
        assert len(result["passes"]) > 10
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# The other theme and width of such a page: test_axe_finds_nothing[contoso-dark-360].
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), pytest.param("dark", 360, marks=pytest.mark.full)])
def test_page_of_a_real_rollout(browser: Browser, real_page: Path, theme: str, width: int) -> None:
    """What the role wrote of the example set's rollout: nothing for axe to find, and its policies can be filtered."""
    with opened(browser, real_page, color_scheme=theme, viewport={"width": width, "height": 900}) as page:
        for heading in ("Summary", "Policies", "Effective settings", "Check-ins", "Unmanaged policies"):
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(page.locator("#shown")).to_have_text(f"{POLICIES} of {POLICIES} policies shown")
        page.get_by_label("Name, group or setting").fill("MACRO exception")
        expect(page.locator("#shown")).to_have_text(f"1 of {POLICIES} policies shown")
        expect(page.locator(VISIBLE)).to_contain_text("Break Glass Macro Exception")
        page.get_by_label("Name, group or setting").fill("")
        expect(page.locator("#shown")).to_have_text(f"{POLICIES} of {POLICIES} policies shown")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(axe())
        result = page.evaluate(_AXE, _TAGS)
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filter(browser: Browser, pages: Path) -> None:
    """Words and statuses narrow the list; the count is told."""
    with opened(browser, pages / "contoso.html") as page:
        told = page.locator("#shown")
        expect(told).to_have_text(f"{POLICIES} of {POLICIES} policies shown")
        page.get_by_label("Name, group or setting").fill("MACRO exception")
        expect(told).to_have_text(f"1 of {POLICIES} policies shown")
        expect(page.locator(VISIBLE)).to_contain_text("Break Glass Macro Exception")
        page.get_by_label("Name, group or setting").fill("nothing has this")
        expect(told).to_have_text(f"0 of {POLICIES} policies shown")
        page.get_by_label("Name, group or setting").fill("")
        expect(told).to_have_text(f"{POLICIES} of {POLICIES} policies shown")
        page.get_by_label("unchanged").uncheck()
        expect(told).to_have_text(f"{CHANGED} of {POLICIES} policies shown")
        expect(page.locator("#staying")).to_be_hidden()
        expect(page.locator(".policy[data-status=unchanged]:visible")).to_have_count(0)


def test_unfolding(browser: Browser, pages: Path) -> None:
    """One by mouse or keyboard, all that are shown by the buttons."""
    with opened(browser, pages / "contoso.html") as page:
        first = page.locator(".policy").first
        first.locator("summary").click()
        expect(first.locator("table")).to_be_visible()
        first.locator("summary").press("Enter")
        expect(first.locator("table")).to_be_hidden()
        page.get_by_label("Name, group or setting").fill("macro exception")
        expect(page.locator(VISIBLE)).to_have_count(1)
        page.get_by_role("button", name="Expand all").click()
        assert page.locator(".policy[open]").count() == 1
        page.get_by_label("Name, group or setting").fill("")
        expect(page.locator(VISIBLE)).to_have_count(CHANGED)
        page.get_by_role("button", name="Expand all").click()
        expect(page.locator(VISIBLE)).to_have_count(POLICIES)
        assert page.locator(".policy[open]").count() == POLICIES
        page.get_by_role("button", name="Collapse all").click()
        assert page.locator(".policy[open]").count() == 0


def test_a_plan_is_approved_from_the_first_screen_of_a_phone(browser: Browser, pages: Path) -> None:
    """Of 200 policies the one that goes and the one that changes are whole on it; what stays is one line."""
    with opened(browser, pages / "plan.html", viewport={"width": 390, "height": 844}) as page:
        expect(page.locator("h1")).to_have_text("Plan: would change 1 policy and delete 1")
        gone, changed = page.locator(VISIBLE).all()
        expect(gone).to_contain_text("Contoso - Unit 199")
        expect(changed).to_contain_text("reaches more")
        old, new = (changed.locator(f".mod > td:nth-of-type({place})") for place in (2, 3))
        expect(old).to_have_text("3")
        boxes = [one.bounding_box() for one in (old, new)]
        assert boxes[0]
        assert boxes[1]
        # Values stand below each other, as wide as the page lets them.
        assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
        assert boxes[1]["y"] + boxes[1]["height"] <= 844
        assert min(box["width"] for box in boxes if box) > 300
        expect(page.get_by_text("198 policies stay as they are")).to_be_visible()
        expect(page.locator("#findings summary")).to_have_text("warning similar name 7")


def test_a_fingerprint_is_one_line_of_a_phone(browser: Browser, pages: Path) -> None:
    """Whole, and inside the margins; so is every id of a group."""
    with opened(browser, pages / "plan.html", viewport={"width": 390, "height": 844}) as page:
        for one in (page.locator(".fingerprint code"), page.locator(".id:visible").first):
            assert one.evaluate("e => new Set([...e.getClientRects()].map((box) => box.top)).size") == 1
            assert one.evaluate("e => e.scrollWidth <= e.clientWidth || getComputedStyle(e).display === 'inline'")
            box = one.bounding_box()
            assert box
            assert box["x"] >= 16
            assert box["x"] + box["width"] <= 390 - 16


def test_conflicts_and_layers_on_a_phone_and_on_paper(browser: Browser, pages: Path) -> None:
    """A sentence leads to the conflicts, whose values stand below each other; a layer unfolds to its parts."""
    with opened(browser, pages / "plan.html", viewport={"width": 390, "height": 844}) as page:
        page.get_by_role("link", name="See which.").click()
        sides = page.locator("#conflicts .sides > li")
        expect(sides.first).to_be_in_viewport()
        expect(sides).to_have_text(["Contoso - Unit 0003", "Office baseline template: baseline4"])
        # Both at once: the page still scrolls to them.
        mine, theirs = sides.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        assert mine["bottom"] <= theirs["top"]
        assert theirs["right"] <= 390
        expect(page.locator("#conflicts [data-label='For whom']")).to_contain_text("Contoso - All Staff")
        part = page.locator("#layers tbody tr")
        expect(part).to_be_hidden()
        page.locator("#layers summary").click()
        expect(part).to_contain_text("Contoso - Unit 001")
        expect(part).to_contain_text("unchanged")
        box = part.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
        page.locator("#layers summary").click()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        expect(part).to_be_visible()
        expect(sides.last).to_be_visible()


def test_the_search_finds_settings_of_policies_that_stay(browser: Browser, pages: Path) -> None:
    """What is looked for is unfolded, and afterwards the line is one line again."""
    with opened(browser, pages / "plan.html") as page:
        page.get_by_label("Name, group or setting").fill("disableCOMINGsoon")
        expect(page.locator("#shown")).to_have_text("1 of 200 policies shown")
        expect(page.locator(VISIBLE)).to_contain_text("Contoso - Unit 003")
        page.get_by_label("Name, group or setting").fill("contoso - all staff")
        expect(page.locator("#shown")).to_have_text("2 of 200 policies shown")
        page.get_by_label("Name, group or setting").fill("")
        expect(page.locator("#shown")).to_have_text("200 of 200 policies shown")
        expect(page.locator(VISIBLE)).to_have_count(2)


def test_keyboard(browser: Browser, pages: Path) -> None:
    """The first key leads to the report; everything that can be used takes the focus, and one sees it."""
    with opened(browser, pages / "contoso.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator("#expand").focus()
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.name") == "status"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize("theme", THEMES)
def test_colours(browser: Browser, pages: Path, theme: t.Literal["light", "dark"]) -> None:
    """The page takes the system's theme; the button takes the other one."""
    background = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, pages / "contoso.html", color_scheme=theme) as page:
        button = page.get_by_role("button", name="Dark colours")
        expect(button).to_have_attribute("aria-pressed", str(theme == "dark").lower())
        before = page.evaluate(background)
        button.click()
        expect(button).to_have_attribute("aria-pressed", str(theme != "dark").lower())
        assert page.evaluate(background) != before
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(26, 35, 48)"


def test_paper_shows_everything(browser: Browser, pages: Path) -> None:
    """What is folded on the screen is printed, and folded again afterwards; controls stay off the paper."""
    with opened(browser, pages / "contoso.html", color_scheme="dark") as page:
        short = page.pdf()
        page.get_by_label("unchanged").uncheck()
        page.get_by_label("updated").uncheck()
        expect(page.locator("#shown")).to_have_text(f"6 of {POLICIES} policies shown")
        assert len(page.pdf()) < len(short)
        open_before = page.locator("details[open]").count()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details[open]").count() == open_before < 5
        page.emulate_media(media="print")
        expect(page.locator("#filter")).to_be_hidden()
        expect(page.locator("#theme")).to_be_hidden()
        expect(page.locator(".policy[data-status=created] table").first).to_be_visible()


def test_without_script(browser: Browser, pages: Path) -> None:
    """Without a script everything can be read and unfolded, and nothing is offered that would do nothing."""
    with opened(browser, pages / "contoso.html", java_script_enabled=False) as page:
        expect(page.locator("#filter")).to_be_hidden()
        expect(page.locator("#theme")).to_be_hidden()
        page.locator(".policy summary").first.click()
        expect(page.locator(".policy table").first).to_be_visible()


def test_large_report(browser: Browser, pages: Path) -> None:
    """5,000 changed settings, 20,000 in make test-all: found by one of them, and all unfolded."""
    with opened(browser, pages / "large.html") as page:
        page.get_by_label("Name, group or setting").fill(f"setting{SETTINGS_OF_LARGE - 1} no73")
        expect(page.locator("#shown")).to_have_text("1 of 100 policies shown")
        page.get_by_label("Name, group or setting").fill("")
        expect(page.locator("#shown")).to_have_text("100 of 100 policies shown")
        page.get_by_role("button", name="Expand all").click()
        expect(page.locator(".policy tr.mod").last).to_be_visible()
        assert page.locator(".policy tr.mod").count() == 100 * SETTINGS_OF_LARGE
