"""tapegrad differentiates plain NumPy code.

`grad(f)(x, y)` is the gradient of `f`; `f` is an ordinary function of numbers, arrays, or trees of them.
"""

from __future__ import annotations

from tapegrad import (
    _array_api as _array_api,
    _scipy as _scipy,
    errors as errors,
    extend as extend,
    numpy as numpy,
    testing as testing,
)
from tapegrad._config import no_grad as no_grad, using_config as using_config
from tapegrad._core.tape import Tape as Tape
from tapegrad._core.transparency import lift as lift, value_of as value_of
from tapegrad._core.variable import Variable as Variable, is_variable as is_variable
from tapegrad._rules.updates import at as at
from tapegrad._transforms.batch import vmap as vmap
from tapegrad._transforms.forward import jvp as jvp
from tapegrad._transforms.grad import grad as grad
from tapegrad._transforms.reverse import elementwise_grad as elementwise_grad
from tapegrad._transforms.stop import stop_gradient as stop_gradient
from tapegrad._transforms.value_and_grad import value_and_grad as value_and_grad
from tapegrad._transforms.vjp import vjp as vjp

__all__ = [
    "Tape",
    "Variable",
    "at",
    "elementwise_grad",
    "errors",
    "extend",
    "grad",
    "is_variable",
    "jvp",
    "lift",
    "no_grad",
    "numpy",
    "stop_gradient",
    "testing",
    "using_config",
    "value_and_grad",
    "value_of",
    "vjp",
    "vmap",
]
__version__ = "0.1.0"
