# SPDX-License-Identifier: BSD-2-Clause
"""`python3 -m waylay`: the same as the front script `waylay`."""
from __future__ import annotations

import sys

from waylay.cli import main

sys.exit(main())
