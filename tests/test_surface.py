"""The public surface: every public name is listed, documented, typed, and has an example that runs."""

from __future__ import annotations

import doctest
import inspect
from types import ModuleType

import pytest

import tapegrad
import tapegrad.errors
import tapegrad.extend
import tapegrad.implicit
import tapegrad.optim
import tapegrad.sparse
import tapegrad.testing

NAMES = [
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
MODULES = [tapegrad, tapegrad.extend, tapegrad.implicit, tapegrad.optim, tapegrad.sparse, tapegrad.testing]
DATA = {"broadcast", "loop"}
"""Public names that are options, shown in the example of what takes them."""


def test_the_top_level() -> None:
    assert sorted(tapegrad.__all__) == NAMES
    assert all(hasattr(tapegrad, name) for name in NAMES)


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module in MODULES for name in module.__all__],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_a_public_name_has_a_docstring(module: ModuleType, name: str) -> None:
    thing = getattr(module, name)
    assert inspect.getdoc(thing)


@pytest.mark.parametrize("name", [name for name in tapegrad.__all__ if inspect.isfunction(getattr(tapegrad, name))])
def test_a_public_function_has_an_example_and_types(name: str) -> None:
    function = getattr(tapegrad, name)
    assert doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
    signature = inspect.signature(function)
    assert all(p.annotation is not p.empty for p in signature.parameters.values())
    assert signature.return_annotation is not signature.empty


def test_every_error_says_what_it_is_for() -> None:
    errors = [thing for thing in vars(tapegrad.errors).values() if inspect.isclass(thing)]
    assert len(errors) >= 6
    assert all(issubclass(error, tapegrad.errors.TapegradError) and error.__doc__ for error in errors)
