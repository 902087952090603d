# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What plugins share, on the controller. Its first import makes the others cheap."""

from . import _bytecode

__all__ = ("_bytecode",)
