"""`stop_gradient`: a value without its derivative."""

from __future__ import annotations

from tapegrad._rules.kinds import stopped
from tapegrad._tree import tree_map
from tapegrad.typing import T


def stop_gradient(x: T, /) -> T:
    """The same value (or tree of values), as a constant: no derivative passes, in any mode, at any order.

    >>> from tapegrad import grad, stop_gradient
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return tree_map(stopped, x)
