"""tapegrad differentiates plain NumPy code.

`grad(f)(x, y)` is the gradient of `f`; `f` is an ordinary function of numbers, arrays, or trees of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapegrad import _array_api as _array_api, _memory as _memory, _scipy as _scipy, errors as errors
from tapegrad._config import no_grad as no_grad, using_config as using_config
from tapegrad._core.tape import Tape as Tape
from tapegrad._core.transparency import lift as lift, value_of as value_of
from tapegrad._core.variable import Variable as Variable, is_variable as is_variable
from tapegrad._late import late
from tapegrad._ravel import ravel_tree as ravel_tree
from tapegrad._rules.updates import at as at
from tapegrad._transforms.batch import vmap as vmap
from tapegrad._transforms.checkpoint import checkpoint as checkpoint
from tapegrad._transforms.custom.decorators import custom_jvp as custom_jvp, custom_vjp as custom_vjp
from tapegrad._transforms.forward import jvp as jvp
from tapegrad._transforms.grad import grad as grad
from tapegrad._transforms.hessians import ggnvp as ggnvp, hessian as hessian, hvp as hvp
from tapegrad._transforms.higher import derivative as derivative, divergence as divergence, laplacian as laplacian
from tapegrad._transforms.intermediates import (
    Intermediate as Intermediate,
    intermediates as intermediates,
    name as name,
)
from tapegrad._transforms.linear import linear_transpose as linear_transpose, linearize as linearize
from tapegrad._transforms.matrices import jacfwd as jacfwd, jacobian as jacobian, jacrev as jacrev
from tapegrad._transforms.reverse import elementwise_grad as elementwise_grad
from tapegrad._transforms.stop import stop_gradient as stop_gradient
from tapegrad._transforms.value_and_grad import value_and_grad as value_and_grad
from tapegrad._transforms.vjp import vjp as vjp
from tapegrad._tree import static as static, tree_map as tree_map

if TYPE_CHECKING:
    from tapegrad import extend as extend, implicit as implicit, numpy as numpy, optim as optim, testing as testing
    from tapegrad._program.compiled import compile as compile
    from tapegrad._program.trace import trace as trace
    from tapegrad._transforms.branches import cond as cond
    from tapegrad._transforms.loops import fori_loop as fori_loop, scan as scan
    from tapegrad._transforms.repetition import while_loop as while_loop
else:  # at run time they would take half of the time that importing the package takes
    __getattr__ = late(
        __name__,
        {
            "compile": "_program.compiled",
            "cond": "_transforms.branches",
            "extend": "extend",
            "fori_loop": "_transforms.loops",
            "implicit": "implicit",
            "numpy": "numpy",
            "optim": "optim",
            "scan": "_transforms.loops",
            "testing": "testing",
            "trace": "_program.trace",
            "while_loop": "_transforms.repetition",
        },
    )

__all__ = [
    "Intermediate",
    "Tape",
    "Variable",
    "at",
    "checkpoint",
    "compile",
    "cond",
    "custom_jvp",
    "custom_vjp",
    "derivative",
    "divergence",
    "elementwise_grad",
    "errors",
    "extend",
    "fori_loop",
    "ggnvp",
    "grad",
    "hessian",
    "hvp",
    "implicit",
    "intermediates",
    "is_variable",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "laplacian",
    "lift",
    "linear_transpose",
    "linearize",
    "name",
    "no_grad",
    "numpy",
    "optim",
    "ravel_tree",
    "scan",
    "static",
    "stop_gradient",
    "testing",
    "trace",
    "tree_map",
    "using_config",
    "value_and_grad",
    "value_of",
    "vjp",
    "vmap",
    "while_loop",
]
__version__ = "0.1.0"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
