"""What checkers must reject. Never run.

Each comment is an error expected on its line: a comment without its error is itself an error, so that a line which
starts to pass fails the check.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapegrad import Tape, Variable, elementwise_grad, grad, jvp, lift, value_and_grad, vjp, vmap
import tapegrad.numpy as tnp

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.zeros(3)


def vector(x: F8) -> np.float64:
    return tnp.sum(x)


def two(x: F8, y: float) -> np.float64:
    return tnp.sum(x * y)


def keyword(x: F8, *, k: int) -> np.float64:
    return tnp.sum(x) * k


def text(x: F8) -> str:
    return ""


def pair(x: F8) -> tuple[float, float]:
    return 1.0, 2.0


def nothing(x: F8) -> None:
    return None


def integers(x: F8) -> NDArray[np.int64]:
    return np.zeros(3, np.int64)


def complex_(x: F8) -> complex:
    return 1j


def explicit(v: Variable[F8], other: str) -> Variable[np.float64]:
    return v.sum()


# the function's result is not a real scalar
grad(text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(pair)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(nothing)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(integers)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(complex_)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(3.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, has_aux=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
value_and_grad(text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
# argnums
grad(vector, argnums=1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnums=-1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnums="x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnums=(0, 1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnum=0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
# a keyword-only argument that the default mode cannot pass on
grad(keyword)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
# the gradient function's arguments
grad(vector)()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
grad(vector)(x, x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
grad(vector)("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
grad(vector)(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
grad(vector)(x) + "s"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
grad(two, argnums=0)(x, z=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
# vjp, jvp, vmap, elementwise_grad
vjp(two, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vjp(two, x, "y")  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportArgumentType]
vjp(two, x, 2.0)[1]("ct")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
jvp(two, (x, 1.0), (x,))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
jvp(two, (x, "y"), (x, 1.0))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(vector)("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
elementwise_grad(two)(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
# the typed namespace
tnp.sin("x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.sin(x, out=x)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
tnp.sum(x, axis="rows")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.reshape(x, "shape")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.matmul(x, 2.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.where(x > 0, x, "other")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.concatenate(x, "axis")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.array("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.linspace("0", 1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.logspace(0.0, 1.0, base="e")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.pad(x, 1, "around")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.repeat(x, "twice")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.insert(x, 0, "value")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.split(x, 1.5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.block("rows")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.choose([0, 1], ["a", "b"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.piecewise(x, [x > 0], ["square"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.apply_along_axis(two, 0, x)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
tnp.sort(x, kind="fast")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.sort(x, axis=None) @ "s"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
tnp.searchsorted(x, 0.5, side="middle")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.unique(x, return_index=True) + 1.0  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
tnp.round(x, 0.5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.bitwise_and(x, 1)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.isclose(x, "x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.median(x, axis="rows")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.quantile(x, 0.5, method="exact")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.average(x, weights="even")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.cov("x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.histogram(x, bins="many")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.diff(x, n="once")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.gradient(x, edge_order=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.interp("x", x, x)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.convolve(x, x, mode="circular")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.polyval("p", x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.polyfit(x, x, "linear")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.linalg.trace("a")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
tnp.emath.sqrt("x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
# Variables
lift(explicit)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
with Tape() as tape:
    v = tape.watch(x)
    tape.watch(x, name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tape.gradient(vector(v), v) + "s"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]


def frozen(v: Variable[F8]) -> None:
    v.value = x  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    v[0] = 1.0  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    v * "s"  # type: ignore[call-overload]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    float(v)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
