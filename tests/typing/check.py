"""`check(assert_type(e, T), runtime_class)`: the static type and the run-time class of one expression, in one line."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def check(actual: T, expected: type[object], dtype: type[object] | None = None) -> T:
    """Hold that `actual` is what the checkers promise."""
    if not isinstance(actual, expected):
        raise AssertionError(f"{type(actual).__name__} where the checkers promise {expected.__name__}")
    if dtype is not None and getattr(actual, "dtype", None) != dtype:
        raise AssertionError(f"dtype {getattr(actual, 'dtype', None)} where the checkers promise {dtype.__name__}")
    return actual
