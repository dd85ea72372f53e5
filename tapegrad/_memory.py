"""Memory that arrays leave is kept for the next ones.

A gradient frees its arrays on the way back. glibc returns what is free at the end of its memory to the system once that
is twice as much as the largest array freed so far; the next gradient then gets it anew, page by page, which may take
longer than to compute. After an array of 32 MB it keeps 64 MB, the most it ever does. So one is made here: it is never
written to, and so costs some microseconds and no memory. Where the user has set limits (`mallopt`,
`MALLOC_TRIM_THRESHOLD_`), and with other allocators, that changes nothing.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

with suppress(MemoryError):
    freed = np.empty(2**25 - 2**13, np.uint8)
    del freed
