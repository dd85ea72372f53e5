"""What a primitive is: a computation, and how its output depends on each argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, Generic, Protocol, TypeAlias

import attrs
import numpy as np

from tapegrad._place import user_line
from tapegrad._values import held, in_precision, operand, owned
from tapegrad.errors import DomainError
from tapegrad.typing import T_co, override

Gather: TypeAlias = Callable[[Sequence[Any]], Any]
"""Picks what one argument's rule reads out of a call's *pool*: its arguments, parameters, results."""

Pull: TypeAlias = Callable[[Any, Any, Any], Any]
"""(cotangent of the output, what was gathered, the argument's Spec) -> cotangent of the argument."""

Push: TypeAlias = Callable[["Primitive", Sequence[Any], Sequence[Any], Sequence[Any]], Any]
"""(primitive, arguments and parameters, tangent or None for each array, pool) -> tangent of the output, or of each."""

Batch: TypeAlias = Callable[["Primitive", Sequence[Any], Sequence[bool]], Any]
"""(primitive, arguments with the batch on axis 0, which are batched) -> what `compute` returns, the batch on axis 0."""


class ByPosition(Protocol[T_co]):
    """Something for each array argument."""

    def __getitem__(self, position: int, /) -> T_co: ...
    def __iter__(self) -> Iterator[T_co]: ...


@attrs.frozen
class Same(Generic[T_co]):
    """The same for any number of arguments."""

    item: T_co

    def __getitem__(self, position: int, /) -> T_co:
        return self.item

    def __iter__(self) -> Iterator[T_co]:
        return repeat(self.item)


@attrs.define(eq=False, repr=False)
class Primitive:
    """One operation, declared once; what a call needs is resolved here, when it is declared.

    A call is positional and complete: the arrays, then every parameter. NumPy's calling conventions belong to the
    function in front. Parameters are immutable.
    """

    name: str
    """What the tape's table shows."""
    compute: Callable[..., Any]
    """The computation, on values: `(*arrays, *parameters)` -> the output, or a tuple of outputs and by-products."""
    arity: int
    """How many leading arguments are arrays; -1 where all but the parameters are."""
    gathers: ByPosition[Gather | None]
    """For each array, what its reverse rule reads; None where it reads nothing."""
    pulls: ByPosition[Pull | None]
    """For each array, its reverse rule; None where the output does not depend on it differentiably."""
    reads: ByPosition[bool]
    """For each array, whether some rule reads its values."""
    push: Push
    """The forward rule."""
    batch: Batch
    """The rule for a batch axis."""
    parameters: int = 0
    """How many parameters follow the arrays."""
    outputs: int = 1
    """How many outputs there are."""
    saves: int = 0
    """How many by-products (permutations, masks: integers and booleans) follow the outputs."""
    dependences: ByPosition[object] = Same(None)
    """For each array, how the output depends on it, as it was declared."""
    elementwise: bool = False
    """Whether each element of the output depends on those at its place alone, of the arrays broadcast."""
    results: int = attrs.field(
        init=False, default=attrs.Factory(lambda self: self.outputs + self.saves, takes_self=True)
    )
    """How many values `compute` returns: with one, the value itself, else a tuple."""

    def width(self, args: Sequence[Any]) -> int:
        """How many of a call's `args` are arrays."""
        return self.arity if self.arity >= 0 else len(args) - self.parameters

    def refuse_parameters(self, mine: Sequence[object], args: Sequence[Any]) -> None:
        """Raise where a Variable (`mine` is true) stands among the parameters of a call."""
        width = self.width(args)
        if any(mine[width:]):
            raise DomainError(
                f"{self.name} at {user_line()} was given a differentiated or batched value for a parameter, of "
                "which it declares no dependence. Pass a plain value, or declare it as one of the array arguments."
            )

    def operands(self, args: list[Any]) -> list[Any]:
        """The arguments of a call, with NumPy's arrays for lists and their kin where there is a derivative."""
        if self.arity > 0:
            for i in range(self.arity):
                if self.pulls[i] is not None and type(args[i]) is not np.ndarray and not hasattr(args[i], "level"):
                    args[i] = operand(args[i])
        return args

    def settled(self, args: list[Any], mine: Sequence[object], result: Any) -> list[Any]:
        """The arguments of a call as its rules may read them later.

        Constants (what is not `mine`) are copied. Numbers are brought to the precision of the result: a rule must not
        compute in that of one operand. What is real stays real, also where the result is complex.
        """
        for i, (own, reads) in enumerate(zip(mine, self.reads, strict=False)):
            if not reads:
                continue
            smooth = self.arity > 0 and self.pulls[i] is not None and self.results == 1
            if own or hasattr(args[i], "level"):
                if smooth and result.dtype.kind in "fc" and self.arity > 1:
                    dtype = in_precision(args[i].dtype, result.dtype)
                    args[i] = args[i] if args[i].dtype == dtype else args[i].astype(dtype)
            else:
                args[i] = owned(args[i], result.dtype) if smooth else held(args[i])
        return args

    def pool(self, args: Sequence[Any], result: Any) -> tuple[Any, ...]:
        """What the rules of one call may read. Where the number of arrays is free, they are one tuple."""
        results = (result,) if self.results == 1 else result
        width = self.width(args)
        return (*args, *results) if self.arity >= 0 else (tuple(args[:width]), *args[width:], *results)

    @override
    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def is_elementwise(primitive: Primitive) -> bool:
    """Whether each element of the output depends on the arguments' elements at its place alone."""
    compute: Any = primitive.compute
    return primitive.elementwise or (isinstance(compute, np.ufunc) and compute.signature is None)
