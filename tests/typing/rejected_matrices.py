"""What checkers must reject of Jacobians and their kin. Never run; see `rejected.py`."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapegrad import derivative, hessian, hvp, jacobian, laplacian, linear_transpose, linearize
import tapegrad.numpy as tnp

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.zeros(3)


def vector(x: F8) -> np.float64:
    return tnp.sum(x)


def two(x: F8, y: float) -> np.float64:
    return tnp.sum(x * y)


def text(x: F8) -> str:
    return ""


jacobian(3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
jacobian(vector)("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
jacobian(vector)(x, x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
jacobian(vector, chunk_size="all")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
jacobian(vector, argnums="x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
jacobian(two)(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hessian(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
hessian(vector)("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hvp(vector, x, "a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
hvp(text, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
hvp(two, (x, 1.0), (x, "a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
linearize(two, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
linearize(vector, x)[1]("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
linear_transpose(vector, x)("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
derivative(vector)("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
derivative(vector, n="two")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
laplacian(vector)("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
