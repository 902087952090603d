# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""fragment.py BASE: fails where the commits since BASE change the product and bring no changelog fragment.

One that users do not notice says so in the message of a commit, in a line of its own: "Changelog: none, REASON".
"""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t

PRODUCT = ("plugins/", "roles/", "playbooks/", "extensions/", "meta/", "schemas/")
FRAGMENTS = "changelogs/fragments/"
WAIVED = re.compile(r"^Changelog: none, \S.+$", re.MULTILINE)


def missing(changed: t.Sequence[str], messages: str) -> list[str]:
    """Return the changed files that call for a fragment, none where there is one or where it is waived."""
    if WAIVED.search(messages) or any(path.startswith(FRAGMENTS) for path in changed):
        return []
    return [path for path in changed if path.startswith(PRODUCT)]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(
            f"The changelog fragment: cannot look for it: {done.stderr.strip()}. Give a commit or branch that is here."
        )
    return done.stdout


def main(base: str) -> None:
    """Exit with a sentence where a fragment is missing."""
    changed = _git("diff", "--name-only", f"{base}...HEAD").splitlines()
    if found := missing(changed, _git("log", "--format=%B", f"{base}..HEAD")):
        shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
        sys.exit(
            f"The changelog fragment: there is none, and {shown} changed. Add a file to {FRAGMENTS}, or a line to the "
            'message of a commit: "Changelog: none, REASON".'
        )


if __name__ == "__main__":
    main(sys.argv[1])
