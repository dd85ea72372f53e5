"""What checkers must reject of `custom_vjp` and `custom_jvp`. Never run; see `rejected.py`."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapegrad import custom_jvp, custom_vjp

F8: TypeAlias = NDArray[np.float64]


def forward(x: F8, y: float) -> tuple[F8, F8]:
    return x * y, x


def backward(x: F8, ct: F8) -> tuple[F8, float]:
    return ct, 0.0


def rule(primals: tuple[F8, float], tangents: tuple[F8, float]) -> tuple[F8, F8]:
    return primals[0], tangents[0]


def other_argument(x: str, y: float) -> F8:
    return np.zeros(3)


def fewer_arguments(x: F8) -> F8:
    return x


def other_result(x: F8, y: float) -> str:
    return ""


def short(x: F8, ct: F8) -> tuple[F8]:
    return (ct,)


def text(x: F8, ct: F8) -> tuple[F8, str]:
    return ct, ""


def other_residuals(residuals: str, ct: F8) -> tuple[F8, float]:
    return ct, 0.0


def no_residuals(x: F8, y: float) -> F8:
    return x


decorate = custom_vjp(forward, backward)
decorate(other_argument)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
decorate(fewer_arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
decorate(other_result)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
custom_vjp(forward, short)  # type: ignore[misc]  # pyright: ignore[reportArgumentType, reportCallIssue]
custom_vjp(forward, text)  # type: ignore[misc]  # pyright: ignore[reportArgumentType, reportCallIssue]
custom_vjp(forward, other_residuals)  # type: ignore[misc]  # pyright: ignore[reportArgumentType, reportCallIssue]
custom_vjp(no_residuals, backward)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
custom_vjp(forward)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
push = custom_jvp(rule)
push(other_argument)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
push(fewer_arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
push(other_result)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
custom_jvp(forward)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
