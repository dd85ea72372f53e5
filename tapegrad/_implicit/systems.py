"""Linear systems, with their transposes: what implicit functions solve for their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np

from tapegrad._config import paused
from tapegrad._core.door import open_level
from tapegrad._implicit.levels import (
    DERIVATIVES,
    Leaves,
    attached,
    each,
    floating,
    outward,
    refuse_captured,
)
from tapegrad._implicit.trees import Endomorphism
from tapegrad._implicit.vectors import joined, length, parted
from tapegrad._place import user_line
from tapegrad._spec import Value, spec_of
from tapegrad._transforms.batch import vmap
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.forward import jvp
from tapegrad._transforms.transform import name_of
from tapegrad._transforms.vjp import vjp
from tapegrad._tree import flatten, unflatten

LinearMap: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]
Operator: TypeAlias = Callable[[Leaves, Leaves], LinearMap]
"""(a vector, parameters) -> the linear map for these parameters. The vector gives shapes and dtypes alone."""


class Solver(Protocol):
    """`solve(matvec, b) -> x` with `matvec(x) = b`, on plain arrays; x has the structure of b."""

    def __call__(self, matvec: Callable[[Any], Any], b: Any, /) -> Any: ...


@attrs.frozen
class Applied:
    """The operator of a linear function."""

    f: Endomorphism

    def __call__(self, like: Leaves, params: Leaves) -> LinearMap:
        return lambda v: self.f(v, *params)


@attrs.frozen
class AppliedTransposed:
    """The transposed operator of a linear function."""

    f: Endomorphism

    def __call__(self, like: Leaves, params: Leaves) -> LinearMap:
        origin = tuple([spec_of(leaf).zeros() for leaf in like])
        _, pull = vjp(lambda v: self.f(v, *params), origin)
        return lambda ct: pull(ct)[0]


@attrs.frozen
class Differential:
    """The derivative of a function at a point; the parameters are the point's leaves and its own."""

    f: Endomorphism

    def __call__(self, like: Leaves, params: Leaves) -> LinearMap:
        point, rest = tuple(params[: len(like)]), params[len(like) :]
        return lambda dx: jvp(lambda x: self.f(x, *rest), (point,), (dx,))[1]


@attrs.frozen
class DifferentialTransposed:
    """The transpose of the derivative."""

    f: Endomorphism

    def __call__(self, like: Leaves, params: Leaves) -> LinearMap:
        point, rest = tuple(params[: len(like)]), params[len(like) :]
        _, pull = vjp(lambda x: self.f(x, *rest), point)
        return lambda ct: pull(ct)[0]


@attrs.frozen
class System:
    """A linear system, with its transpose.

    With A u = b, the derivative is A du = db - dA u: that of the same system. Its transpose takes the cotangent of u to
    that of b - A u, whose derivative at fixed u is the right side here (M. B. Giles, Collected Matrix
    Derivative Results, 2008, section 2.3). Both are solved one level out, as systems again, hence every order.
    """

    operator: Operator
    transpose: Operator
    structure: Any
    """Of the vectors."""
    solve: Solver | None
    """None is dense."""
    solve_transposed: Solver | None

    def transposed(self) -> System:
        """The transposed system."""
        return attrs.evolve(
            self,
            operator=self.transpose,
            transpose=self.operator,
            solve=self.solve_transposed,
            solve_transposed=self.solve,
        )

    def solution(self, b: Leaves, params: Leaves) -> list[Value]:
        """The u with A u = b, at any levels."""
        if self.solve is None:
            return _dense(self.operator(b, params), b)
        level = open_level([*b, *params], "linear_solve")
        if isinstance(level, Batching):
            count = len(b)
            return each(level, [*b, *params], lambda row: self.solution(row[:count], row[count:]))
        if hasattr(level, "on_all"):  # it only asks what depends on what
            found = self.solution(outward(b, level), outward(params, level))
            return found if paused(level) else level.on_all(found, [*b, *params])
        if level is None:
            return self._found(self.solve, b, params)
        if not isinstance(level, DERIVATIVES):
            constants = level.constants([*b, *params])
            found = self._found(self.solve, constants[: len(b)], constants[len(b) :])
            tied: list[Value] = level.tied("linear_solve", found, _Again(self, len(b)), [*b, *params])
            return tied
        fixed = outward(params, level)
        u = self.solution(outward(b, level), fixed)
        if paused(level):
            return u
        applied = self.operator(b, params)(tuple(u))
        return attached(
            level,
            "linear_solve",
            u,
            [right - left for right, left in zip(b, applied, strict=True)],
            lambda tangents: self.solution(tangents, fixed),
            lambda cts: self.transposed().solution(cts, fixed),
        )

    def _found(self, solve: Solver, b: Leaves, params: Leaves) -> list[Value]:
        plain = open_level([*b, *params], "linear_solve") is None
        operator = self.operator(b, params)

        def apply(v: tuple[Any, ...]) -> tuple[Any, ...]:
            applied = operator(v)
            if plain:
                refuse_captured(applied, "linear_solve's map", "Pass it to linear_solve as an argument behind b.")
            return applied

        def matvec(v: Any) -> Any:
            leaves, structure = flatten(v)
            return unflatten(structure, apply(tuple([floating(leaf, "matvec") for leaf in leaves])))

        leaves, structure = flatten(solve(matvec, unflatten(self.structure, b)))
        if structure != self.structure or [np.shape(leaf) for leaf in leaves] != [leaf.shape for leaf in b]:
            raise ValueError(
                f"{name_of(solve)} at {user_line()} must return a solution of the structure and shapes of b."
            )
        u = tuple([floating(leaf, name_of(solve)) for leaf in leaves])
        apply(u)  # for what it captures: a solver need not have called it
        return list(u)


@attrs.frozen(eq=False)
class _Again:
    """The solution as a function of its leaves, the first `count` of which are those of the right side."""

    system: System
    count: int

    def __call__(self, leaves: Leaves) -> Leaves:
        return self.system.solution(leaves[: self.count], leaves[self.count :])


def _dense(apply: LinearMap, b: Leaves) -> list[Value]:
    """The solution by elimination, of the matrix that the map has: an ordinary computation, at every level."""
    specs = [spec_of(leaf) for leaf in b]
    size = length(specs)
    if not size:
        return list(b)
    right = joined(b)

    def column(unit: Any) -> Any:
        return joined(apply(tuple(parted(unit, specs))))

    matrix = np.transpose(vmap(column)(np.eye(size, dtype=right.dtype)))
    try:
        return parted(np.linalg.solve(matrix, right), specs)
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            f"{error} at {user_line()}: the linear map has no inverse. Where it is the derivative of an implicit "
            "function's equation, the solution is not isolated, and has no derivative."
        ) from None
