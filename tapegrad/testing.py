"""Checks for derivatives: of your functions, of primitives that you declare, and of rules that you write."""

from __future__ import annotations

from tapegrad._check_custom import check_custom
from tapegrad._check_grads import check_grads

__all__ = ["check_custom", "check_grads"]
