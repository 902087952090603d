# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: ``python -m graph_emulator --host 127.0.0.1 --port 0 [--state FILE] [--ready-file FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .faults import FaultError
from .graph.catalog.sources import CatalogError, builtin, from_files
from .loader import default_state
from .nodes import StateError
from .server import Show, exports, fail, listen, origins, serve
from .settings import SettingError
from .world import World

LAST_PORT = 65535
SHOWN: dict[str, Show] = {"json": json.dumps, "exports": exports}


def port(text: str) -> int:
    """A number that a port can have.

    :raises argparse.ArgumentTypeError: it is another text.
    """
    if not (text.isascii() and text.isdecimal()) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to {LAST_PORT}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    options = argparse.ArgumentParser(prog="python -m graph_emulator", description=__doc__)
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    options.add_argument("--port", type=port, default=0, help="port to listen on; 0 takes a free one (default)")
    options.add_argument("--state", help="JSON file with tenants, settings and faults to start with")
    options.add_argument(
        "--catalog",
        action="append",
        help="file with definitions of the settings catalogue, one JSON document a line, gzip or not; may be given "
        "several times (default: the catalogue that the collection brings)",
    )
    options.add_argument("--ready-file", help="file to write the ready line to; removed at the end")
    options.add_argument("--parent-pid", type=int, help="end when this process has ended")
    options.add_argument("--show", choices=SHOWN, default="json", help="what to print once it listens (default: json)")
    return options


def read_state(path: str | None) -> object:
    """The JSON of the state file, or the default state.

    :raises StateError: the file cannot be read or is not JSON.
    """
    if path is None:
        return default_state()
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StateError(f"{path}: {error}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes; the exit code."""
    options = parser().parse_args(arguments)
    try:
        document = read_state(options.state)
        sock = listen(options.host, options.port)
        definitions = from_files(*options.catalog) if options.catalog else builtin()
        world = World(origins(sock.getsockname()[1]), definitions=definitions)
        world.load(document)
    except (CatalogError, StateError, SettingError, FaultError, OSError) as error:
        return fail(str(error))
    serve(world, sock, options.ready_file, options.parent_pid, SHOWN[options.show])
    return 0


if __name__ == "__main__":
    sys.exit(main())
