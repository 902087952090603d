# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Chromium without the machine's package manager: pip brings npm, npm brings it with its libraries.

Playwright's own browsers come from a vendor's network and need system libraries. The package @sparticuz/chromium is
made for small Linux machines on x86-64 and carries both.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
_NPM = Path(__file__).resolve().parent / "npm"
_FOLDER = ROOT / ".ansible" / "browser"
_BIN = Path(sys.executable).parent
# Root needs the first; a container without /dev/shm the second.
_SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-zygote"]


def install() -> None:
    """Fill .ansible/browser from npm and unpack the browser, unless it is there. Raises RuntimeError."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise RuntimeError(
            f"The browser tests cannot run on {sys.platform} {platform.machine()}: their Chromium is made for Linux on "
            "x86-64 only. Run them there, or in a container."
        )
    files = [_NPM / name for name in ("package.json", "package-lock.json", "unpack.mjs")]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    stamp = _FOLDER / "installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(_FOLDER, ignore_errors=True)
    (_FOLDER / "tmp").mkdir(parents=True)
    for path in files:
        shutil.copy(path, _FOLDER)
    _run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    _run("node", "unpack.mjs")
    stamp.write_text(wanted)


def _run(program: str, *arguments: str) -> None:
    # The variable makes the package unpack its libraries, too.
    env = {
        **os.environ,
        "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "TMPDIR": str(_FOLDER / "tmp"),
    }
    env["AWS_LAMBDA_JS_RUNTIME"] = "nodejs22.x"
    done = subprocess.run(
        [str(_BIN / program), *arguments],
        cwd=_FOLDER,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The browser cannot be installed: {program} {arguments[0]} failed: {done.stderr[-2000:]}")


@contextlib.contextmanager
def chromium() -> t.Iterator[Browser]:
    """Start the browser, installed first; it ends with the block."""
    install()
    folder = _FOLDER / "tmp"
    libraries = os.pathsep.join(filter(None, [str(folder / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH")]))
    # Its own font comes first, so that pictures look alike everywhere; others of the machine fill in for other scripts.
    (folder / "fonts.conf").write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{folder / "fonts"}</dir>'
        f"<dir>/usr/share/fonts</dir><cachedir>{folder / 'font-cache'}</cachedir></fontconfig>"
    )
    env: dict[str, str | float | bool] = {
        **os.environ,
        "LD_LIBRARY_PATH": libraries,
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=folder / "chromium", args=_SWITCHES, env=env)
        try:
            yield browser
        finally:
            browser.close()


def axe() -> str:
    """Return the source of axe, to be run in a page."""
    return (_FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text()
