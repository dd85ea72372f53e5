"""Reverse mode: `grad`, `value_and_grad` and `elementwise_grad`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np

from tapegrad._core.variable import ARRAYS, NUMBERS, still_open
from tapegrad._spec import FLOAT64, several
from tapegrad._transforms.places import places_of, positions_of
from tapegrad._transforms.point import Point
from tapegrad._transforms.transform import Transform
from tapegrad.errors import DomainError
from tapegrad.typing import R_, A, B, R, Ts, override


@attrs.frozen(repr=False)
class Gradient(Transform):
    """What `grad` makes."""

    word: ClassVar[str] = "grad"
    argnums: int | tuple[int, ...] | None = None
    has_aux: bool = False
    argnames: str | tuple[str, ...] | None = None

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        _, gradient, aux = self.evaluate(args, keywords)
        return (gradient, aux) if self.has_aux else gradient

    def evaluate(self, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[Any, Any, Any]:
        """The function's value, its gradient, and what else it returned."""
        names = self.argnames
        places = positions_of(self.argnums, args, self) if names is None else places_of(names, self.f, args, keywords)
        run, out = Point.of(self.word, self.f, args, keywords, places).record()
        aux = None
        if self.has_aux:
            out, aux = output_and_auxiliary(out, repr(self), self.__name__)
            aux = run.plain(aux)
        node = run.node(out)
        if node is None or node.spec is not FLOAT64:
            check_scalar(out if node is not None else still_open(out, self.__name__), self.word, self.__name__)
        value: Any = out if node is None else out.primal
        seeds = [] if node is None else [(node, node.spec.ones())]
        del out, node  # the sweep frees what it has passed
        gradients = run.gradients(seeds)
        if isinstance(names, tuple):
            return value, dict(zip(names, gradients, strict=True)), aux
        single = names is not None or (len(args) == 1 if self.argnums is None else isinstance(self.argnums, int))
        return value, gradients[0] if single else tuple(gradients), aux


def output_and_auxiliary(out: Any, caller: str, name: str) -> tuple[Any, Any]:
    """What a function returned that is to return a pair."""
    if isinstance(out, several) and len(out) == 2:
        return out[0], out[1]
    raise TypeError(f"{caller} needs {name} to return a pair (output, auxiliary), not {described(out)}.")


def check_scalar(out: Any, word: str, name: str) -> None:
    """Refuse an output that has no gradient."""
    if isinstance(out, (int, float)) or (isinstance(out, ARRAYS) and out.shape == () and out.dtype.kind in "biuf"):
        return
    raise DomainError(f"{word} needs {name} to return a real scalar, but it returned {described(out)}. {_remedy(out)}")


def _remedy(out: Any) -> str:
    if out is None:
        return "Is a return missing?"
    if isinstance(out, (tuple, list, dict)):
        return "Return the number alone; grad and value_and_grad take what comes with it by has_aux=True."
    if np.shape(out) == () and np.iscomplexobj(out):
        return "Take its np.real, np.imag or np.abs; a complex derivative is jacobian(f, holomorphic=True)."
    return (
        "Reduce it to a number (np.sum, np.mean, ...), or use jacobian for the derivatives of every output, vjp for a "
        "cotangent of its shape, elementwise_grad where each output depends on its own input only."
    )


def described(out: Any) -> str:
    """How a message names what a function returned."""
    if isinstance(out, ARRAYS):
        return f"an array of shape {out.shape} and dtype {out.dtype}"
    return "None" if out is None else f"a {type(out).__name__}"


@attrs.frozen(repr=False)
class ValueAndGradient(Gradient):
    """What `value_and_grad` makes."""

    word: ClassVar[str] = "value_and_grad"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        value, gradient, aux = self.evaluate(args, keywords)
        return ((value, aux) if self.has_aux else value), gradient


@attrs.frozen(repr=False)
class ElementwiseGradient(Transform):
    """What `elementwise_grad` makes."""

    word: ClassVar[str] = "elementwise_grad"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        run, out = Point.of(self.word, self.f, args, keywords, positions_of(None, args, self)).record()
        shape = np.broadcast_shapes(*(node.spec.shape for node in run.nodes))
        if not isinstance(out, NUMBERS) or np.shape(out) != shape:
            raise DomainError(
                f"elementwise_grad needs {self.__name__} to return one output for each input (shape {shape}), but "
                f"it returned {described(out)}. For a scalar use grad, for anything else vjp."
            )
        if np.iscomplexobj(out) and not all(node.spec.dtype.kind == "c" for node in run.nodes):
            raise DomainError(
                f"elementwise_grad: {self.__name__} maps real numbers to complex ones, so that its derivative is "
                f"complex and "
                "no gradient of a real argument. Differentiate np.real(...) and np.imag(...) of it, or use jvp."
            )
        node = run.node(out)
        seeds = [] if node is None else [(node, node.spec.ones())]
        if node is None:
            still_open(out, self.__name__)
        del out, node
        gradients = run.gradients(seeds)
        return gradients[0] if len(args) == 1 else tuple(gradients)


@overload
def elementwise_grad(fun: Callable[[A], A], /) -> Callable[[A], A]: ...
@overload
def elementwise_grad(fun: Callable[[A, B], R], /) -> Callable[[A, B], tuple[A, B]]: ...
@overload
def elementwise_grad(fun: Callable[[*Ts], R_], /) -> Callable[[*Ts], tuple[*Ts]]: ...
def elementwise_grad(fun: Callable[..., Any], /) -> Callable[..., Any]:
    """The derivative of a function of arrays that works element by element, for all elements at once.

    Each output must depend on its own input alone, as in `np.tanh`; that the shapes agree is checked. Several arguments
    give a tuple, as with `grad`.

    >>> import numpy as np
    >>> from tapegrad import elementwise_grad
    >>> elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
    array([2., 4., 6.])
    """
    return ElementwiseGradient(fun)
