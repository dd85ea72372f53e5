"""Functions of your own: primitives with derivatives that you write, and containers that transforms look into.

A primitive says once how its output depends on each argument; the reverse, the forward and the batched rule follow:

* `Partial(rule)`: elementwise, by the partial derivative as an array;
* `Transpose(rule)`: linear in the argument, by its transpose, from cotangent to cotangent;
* `Differential(rule, pull)`: anything else, by its differential, from tangent to tangent, and where speed asks for it
  by its pullback too;
* `None`: no dependence that has a derivative.

A rule's parameter names say what it reads: arguments, parameters, and the outputs. Those, and nothing else, are kept
until the reverse sweep. Rules are plain NumPy, and are differentiated themselves for higher orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
import inspect
from typing import Any

import numpy as np

from tapegrad._containers import register_tree
from tapegrad._core.entrance import entrance
from tapegrad._core.primitive import Batch
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._rules.batching import broadcast, loop
from tapegrad._rules.dependences import Dependence, Differential, Partial, Rule, Transpose, names_of
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.kinds import foreign, make
from tapegrad._rules.ufuncs import ufunc as declare_ufunc
from tapegrad._spec import Spec
from tapegrad._values import held, scalar_or_array
from tapegrad.errors import DomainError
from tapegrad.typing import P, R

__all__ = [
    "Differential",
    "Partial",
    "Spec",
    "Transpose",
    "broadcast",
    "loop",
    "primitive",
    "register_tree",
    "stands_for",
    "ufunc",
]


def primitive(
    *, outputs: Sequence[str] = ("out",), batch: Batch | None = None, **dependences: Dependence | None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a NumPy computation with how its output depends on each of its array arguments.

    Args:
        dependences: for each array argument, in order and ahead of all other parameters, a `Partial`, `Transpose`,
            `Differential` or None.
        outputs: the names of the outputs. With more than one, the computation returns a tuple, and so do a
            differential (of tangents); transposes and pullbacks get a tuple of cotangents.
        batch: how a batch axis passes through under `vmap`: `broadcast`, where one more leading axis is all it takes,
            or `loop`, one call for each element. By default the former if all dependences are partial, else the latter.

    Raises:
        TypeError: if the dependences do not name the leading parameters, or a rule reads what there is not.

    >>> import numpy as np
    >>> from tapegrad import grad
    >>> from tapegrad.extend import Differential, Partial, primitive
    >>> @primitive(x=Partial(lambda x, scale: 3 * scale * x**2))
    ... def cube(x, scale=1.0):
    ...     return scale * x**3
    >>> grad(cube)(2.0), grad(grad(lambda x: cube(x, scale=2.0)))(2.0)
    (np.float64(12.0), np.float64(24.0))
    >>> @primitive(x=Differential(lambda dx, s, c: (c * dx, -s * dx)), outputs=("s", "c"))
    ... def sine_and_cosine(x):
    ...     return np.sin(x), np.cos(x)
    >>> grad(lambda x: sine_and_cosine(x)[0] * 2.0)(0.0)
    np.float64(2.0)
    """
    if len(outputs) > 1 and any(isinstance(dependence, Partial) for dependence in dependences.values()):
        raise TypeError(
            "a Partial is of one output; of several outputs, write a Differential that returns a tuple of tangents"
        )
    for name, dependence in dependences.items():
        if dependence is not None and not hasattr(dependence, "resolve"):
            raise TypeError(
                f"{name}={dependence!r} is no dependence: write Partial(...), Transpose(...), Differential(...)"
            )
    if not outputs or set(outputs) & set(dependences):
        raise TypeError(f"outputs={outputs!r}: every output has a name, other than those of the arguments")
    if batch is None:
        batch = (
            broadcast if all(isinstance(part, Partial) for part in dependences.values() if part is not None) else loop
        )

    def decorate(compute: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(compute)
        names = names_of(compute)
        if names[: len(dependences)] != tuple(dependences):
            raise TypeError(
                f"the dependences of {compute.__name__} name {', '.join(dependences) or 'nothing'}, but its leading "
                f"parameters are {', '.join(names[: len(dependences)])}: every array argument has one, in order, None "
                "where there is no derivative"
            )

        def results(*args: Any) -> Any:
            called = signature.bind_partial()
            called.arguments.update(zip(names, args, strict=True))
            out: Any = compute(*called.args, **called.kwargs)
            if out is None or (len(outputs) > 1 and len(out) != len(outputs)):
                raise TypeError(f"{compute.__name__} returned {out!r}, where its outputs are {', '.join(outputs)}")
            return scalar_or_array(out) if len(outputs) == 1 else tuple(map(scalar_or_array, out))

        apply = entrance(
            make(
                foreign(compute.__name__),
                results,
                dependences,
                batch=batch,
                parameters=names[len(dependences) :],
                outputs=outputs,
            )
        )

        @wraps(compute)
        def applied(*args: P.args, **keywords: P.kwargs) -> R:
            called = signature.bind(*args, **keywords)
            called.apply_defaults()
            arrays, parameters = names[: len(dependences)], names[len(dependences) :]
            given = [_plain(compute, name, called.arguments[name]) for name in parameters]
            out: R = apply(*(called.arguments[name] for name in arrays), *given)
            return out

        return applied

    return decorate


def _plain(compute: Callable[..., Any], name: str, value: Any) -> Any:
    """A parameter as rules may read it later: no Variable, and no array that the caller can change."""
    if is_variable(value):
        raise DomainError(
            f"{compute.__name__} at {user_line()}: {name} is a {value.state} value, and no dependence on it is "
            f"declared. Declare it among the leading arguments ({name}=Partial(...), or None for a constant), or pass "
            "a plain value: in a compiled function, a static argument."
        )
    return held(value)


def ufunc(
    target: np.ufunc,
    *partials: Rule | float | Partial | Differential | None,
    name: str = "",
    arguments: Sequence[str] = ("x", "y", "z"),
) -> Callable[..., Any]:
    """Gives a ufunc its derivatives, so that plain calls of it differentiate: one of SciPy's, of numba's, of your own.

    Args:
        target: the ufunc.
        partials: for each argument, the partial derivative, as an array or a number; None where there is none. A
            rule reads what it names: `lambda x, out: ...` the first argument and the result.
        name: what tapes and error messages call it; by default the ufunc's own name.
        arguments: what the rules call the arguments; the result is `out`.

    Returns:
        The function that stands in for it: the same on plain arrays, and without NumPy's dispatch on Variables.

    Raises:
        ValueError: if it has a rule already.
        TypeError: if there is not one partial for each argument, or a rule reads what there is not.

    >>> from scipy.special import itstruve0, struve
    >>> from tapegrad import grad
    >>> from tapegrad.extend import ufunc
    >>> _ = ufunc(itstruve0, lambda x: struve(0.0, x))  # an integral of that
    >>> grad(itstruve0)(2.0) == struve(0.0, 2.0)
    np.True_
    """
    target = getattr(target, "__wrapped__", target)  # SciPy wraps its own where it supports the array API standard
    if len(partials) != target.nin:
        raise TypeError(f"{target.__name__} has {target.nin} arguments, and each has a partial derivative or None")
    if target.nout != 1 or len(arguments) < target.nin:
        raise TypeError(
            f"{target.__name__} has {target.nin} arguments and {target.nout} outputs: name all arguments (arguments=), "
            "and wrap a ufunc of several outputs in a function, with tapegrad.extend.primitive"
        )
    return declare_ufunc(target, *partials, name=name, arguments=arguments)
