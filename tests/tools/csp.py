# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets the hashes of the report's style and script in its page: what make format runs after they were edited."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "roles" / "rollout" / "templates" / "report"
FILES = {"style": "style.css", "script": "script.js"}


PAGE = FOLDER / "page.html.j2"


def current(text: str) -> str:
    """Return the page with the hashes of today."""
    for tag, name in FILES.items():
        # Jinja takes the last line break from an included file; the page puts one before it.
        inside = "\n" + (FOLDER / name).read_text(encoding="utf-8").removesuffix("\n")
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        text = re.sub(f"{tag}-src 'sha256-[^']*'", f"{tag}-src 'sha256-{digest}'", text)
    return text


def main() -> None:
    """Write the hashes of today to page.html.j2."""
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
