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


def main() -> None:
    """Write page.html.j2 anew. Jinja takes the last line break from an included file; the page puts one before it."""
    page = FOLDER / "page.html.j2"
    text = page.read_text(encoding="utf-8")
    for tag, name in FILES.items():
        inside = "\n" + (FOLDER / name).read_text(encoding="utf-8").removesuffix("\n")
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        text = re.sub(f"{tag}-src 'sha256-[^']*'", f"{tag}-src 'sha256-{digest}'", text)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
