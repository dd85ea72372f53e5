"""Patterns from SciPy's sparse arrays, and those from patterns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tapegrad._sparse.pattern import Pattern


def matrix_of(pattern: Pattern, data: NDArray[Any]) -> Any:
    """The sparse array with this data at the entries of a pattern."""
    starts = np.searchsorted(pattern.entries, np.arange(pattern.rows + 1) * pattern.columns)
    return csr_array((data, pattern.pairs[1], starts), shape=(pattern.rows, pattern.columns))


def pattern_of(sparsity: Any) -> Pattern:
    """A user's sparsity, as a Pattern: what a sparse array stores, or where a dense one is not 0."""
    if hasattr(sparsity, "tocoo"):
        stored = sparsity.tocoo()
        shape, (row, column) = stored.shape, (stored.row, stored.col)
    else:
        dense = np.asarray(sparsity)
        if dense.ndim != 2 or dense.dtype.kind not in "biufc":
            raise TypeError(
                f"sparsity= is a matrix, sparse or dense, that is not 0 where the derivative may be: what "
                f"jacobian_sparsity(f)(x) or hessian_sparsity(f)(x) gives, not {sparsity!r}."
            )
        shape, (row, column) = dense.shape, dense.nonzero()
    return Pattern.of(shape[0], shape[1], row.astype(np.int64) * shape[1] + column)
