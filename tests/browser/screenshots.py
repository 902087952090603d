# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures of the report of the example set, light and dark: python -m ...tests.browser.screenshots FOLDER."""

from __future__ import annotations

import sys
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.tests.browser.chromium import ROOT, chromium
from ansible_collections.m365.apps.tests.integration.support.report_samples import contoso_report
from ansible_collections.m365.apps.tests.integration.support.reports import write_reports

TEMPLATES = ROOT / "roles" / "rollout" / "templates"
THEMES: tuple[t.Literal["light", "dark"], ...] = ("light", "dark")


def take(page_file: Path, folder: Path) -> list[Path]:
    """Take both pictures of a page, with the first changed policy unfolded, and return where they are."""
    taken = []
    with chromium() as browser:
        for theme in THEMES:
            page = browser.new_page(color_scheme=theme, viewport={"width": 1200, "height": 2400})
            page.goto(page_file.as_uri())
            page.locator(".policy[data-status=updated] > summary").first.click()
            page.mouse.move(0, 0)
            taken.append(folder / f"report-{theme}.png")
            page.screenshot(path=taken[-1])
            page.close()
    return taken


def main() -> None:
    """Render the report and take its pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        out = write_reports(Path(scratch), {"contoso": contoso_report()}, TEMPLATES)
        for path in take(out / "contoso.html", folder):
            sys.stdout.write(f"{path}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
