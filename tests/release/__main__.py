# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make release: python -m ...tests.release VERSION KEY, in the checkout that is to be released.

With ``--may`` in front it only tells whether that may be released: the tests, which take long, come after that.
``--sbom TARBALL`` writes the bill of materials of a tarball beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.m365.apps.tests.release.checks import Refused, refuse
from ansible_collections.m365.apps.tests.release.make import list_materials, release


def main() -> int:
    """Release, and say what was made; 1 and one sentence when it is refused."""
    option = sys.argv[1] if sys.argv[1:2] in (["--may"], ["--sbom"]) else ""
    version, key = (*sys.argv[1 + bool(option) :], "", "")[:2]
    try:
        if option == "--sbom":
            sys.stdout.write(f"{list_materials(Path.cwd(), Path(version).absolute())}\n")
            return 0
        if option:
            refuse(Path.cwd(), version, key)
            return 0
        folder = release(Path.cwd(), version, key)
    except Refused as refused:
        sys.stderr.write(f"make release: {refused}\n")
        return 1
    for path in sorted(folder.iterdir()):
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(f"The commits and the tag v{version} are here only; when all is well: git push --follow-tags\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
