"""NumPy without its stubs, whose overloads leave unknown what comes of operands of any type."""

from __future__ import annotations

from typing import Any

import numpy as np

plain: Any = np
linalg: Any = np.linalg
no_value: Any = np._NoValue
"""What NumPy takes for a keyword that was not given."""
