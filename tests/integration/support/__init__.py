# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests share: the emulator as a process, and ansible processes that talk to it."""
