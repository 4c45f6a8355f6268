# SPDX-License-Identifier: BSD-2-Clause
"""Waiting for a condition, never for a length of time.

The one loop of the package that polls: every wait names what it waits for and
has a guard of seconds, and a guard that runs out is an error with that name.
"""
from __future__ import annotations

import time
from typing import Callable, Optional, TypeVar

from waylay.errors import GuardExpired

T = TypeVar("T")

POLL_SECONDS = 0.005


def wait_for(what: str, guard: float, condition: Callable[[], Optional[T]]) -> T:
    """Return the first value of `condition` that is not None and not False.

    Raises GuardExpired, naming `what`, after `guard` seconds. What `condition`
    itself raises passes through: a wait that cannot succeed any more ends so.
    """
    deadline = time.monotonic() + guard
    while True:
        value = condition()
        if value is not None and value is not False:
            return value
        if time.monotonic() >= deadline:
            raise GuardExpired(f"waited {guard:g} s for {what}: it did not come")
        time.sleep(POLL_SECONDS)
