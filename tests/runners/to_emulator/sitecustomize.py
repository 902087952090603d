# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""For PYTHONPATH of a program that knows Microsoft's hosts alone: what it sends to them goes to the emulator."""

from __future__ import annotations

import os
import typing as t

import requests

_HOSTS = {
    "https://graph.microsoft.com/": f"{os.environ['EMULATOR_URL']}/",
    "https://login.microsoftonline.com/": f"{os.environ['EMULATOR_URL']}/",
}
_send = requests.adapters.HTTPAdapter.send


def _send_to_emulator(
    adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **more: t.Any
) -> requests.Response:
    for host, emulator in _HOSTS.items():
        request.url = str(request.url).replace(host, emulator, 1)
    return _send(adapter, request, **{**more, "verify": os.environ["EMULATOR_CA_PATH"], "proxies": {}})


requests.adapters.HTTPAdapter.send = _send_to_emulator  # type: ignore[method-assign,assignment]
