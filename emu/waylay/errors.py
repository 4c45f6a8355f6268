# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which a run can end before its verdict, and their exit codes.

Exit codes of `waylay`: 0 passed, 1 failed, 2 wrong input or a machine that
cannot (nothing was started), 3 inconclusive, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

PASSED, FAILED, BAD_INPUT, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130


class WaylayError(Exception):
    """Something that the user should read as one line, without a traceback."""

    exit_code = FAILED


class BadInput(WaylayError):
    """Wrong scenario, wrong option, missing privilege: nothing was started."""

    exit_code = BAD_INPUT


class GuardExpired(WaylayError):
    """A condition did not come to hold within its guard of seconds."""
