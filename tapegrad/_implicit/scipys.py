"""SciPy where it is needed: it is an extra."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any


def scipys(module: str, word: str) -> Any:
    """The module of SciPy with this name; `ImportError` naming the remedy where there is no SciPy."""
    if find_spec("scipy") is None:
        raise ImportError(f"{word} needs SciPy: python -m pip install 'tapegrad[scipy]'")
    return import_module(f"scipy.{module}")
