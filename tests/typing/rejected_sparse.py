"""As `rejected`: sparse derivatives. For checkers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapegrad.sparse import hessian_sparsity, jacobian_sparsity, sparse_hessian, sparse_jacobian

x: NDArray[np.float64] = np.array([0.3, 0.4])


def scaled(x: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    return scale * x


def text(x: NDArray[np.float64]) -> str:
    return str(x)


sparse_jacobian(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
jacobian_sparsity(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
sparse_hessian(text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
hessian_sparsity(text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
sparse_jacobian(scaled, "tridiagonal")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
sparse_jacobian(scaled)(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
sparse_jacobian(scaled)("x", 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
sparse_jacobian(scaled).entries(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
