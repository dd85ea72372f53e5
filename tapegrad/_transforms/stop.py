"""`stop_gradient`: a value without its derivative."""

from __future__ import annotations

from typing import Any

from tapegrad._rules.kinds import elementwise
from tapegrad._tree import tree_map
from tapegrad.typing import T


def _itself(x: Any) -> Any:
    return x


_constant = elementwise("stop_gradient", _itself, None)


def stop_gradient(x: T, /) -> T:
    """The same value (or tree of values), as a constant: no derivative passes, in any mode, at any order.

    >>> from tapegrad import grad, stop_gradient
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return tree_map(_constant, x)
