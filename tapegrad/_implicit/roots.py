"""Implicit functions: what a solver finds, differentiable by the equation that it satisfies."""

from __future__ import annotations

from collections.abc import Callable
import inspect
from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._config import paused
from tapegrad._core.door import open_level
from tapegrad._core.variable import is_variable, plain_value
from tapegrad._implicit.levels import (
    DERIVATIVES,
    Leaves,
    attached,
    batches_alone,
    each,
    floating,
    outward,
    refuse_captured,
)
from tapegrad._implicit.systems import Differential, DifferentialTransposed, Solver, System
from tapegrad._implicit.trees import Endomorphism
from tapegrad._place import user_line
from tapegrad._spec import Value
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.reverse import Gradient
from tapegrad._transforms.transform import Transform, name_of
from tapegrad._tree import flatten, unflatten
from tapegrad.errors import ConversionError, DomainError
from tapegrad.typing import override

REMEDY = "Pass it on as one of the parameters."


@attrs.frozen(repr=False)
class Implicit(Transform):
    """A solver `f(init, *params) -> x`, differentiable in the params by an equation that x satisfies."""

    symmetric: ClassVar[bool] = False
    """Whether the derivative of the equation in x is its own transpose."""
    defining: Callable[..., Any] = attrs.field(validator=attrs.validators.is_callable())
    solve: Solver | None = None
    tolerance: float = 1e-3

    def equation(self, x: Any, *params: Any) -> Any:
        """What is zero at the solution, of the structure and shapes of x."""
        raise NotImplementedError

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if keywords:
            bound = inspect.signature(self.f).bind(*args, **keywords)
            args, keywords = bound.args, bound.kwargs
        init, params = args[:1], args[1:]
        own = flatten(keywords)[0]
        if any(is_variable(leaf) for leaf in own):
            raise DomainError(
                f"{self!r} at {user_line()}: a keyword-only argument is a setting of the solver, and is not "
                "differentiated. Pass what the solution depends on as one of the parameters."
            )
        starts, starts_structure = flatten(init)
        leaves, structure = flatten(params)
        x, x_structure = _Call(self, starts_structure, structure, keywords).solution(starts, leaves)
        return unflatten(x_structure, x)

    @override
    def __repr__(self) -> str:
        options = (
            f", {name}={value!r}"
            for name, value, default in (("solve", self.solve, None), ("tolerance", self.tolerance, 1e-3))
            if value != default
        )
        return f"{self.word}({name_of(self.defining)}{''.join(options)})({self.__name__})"


@attrs.frozen(repr=False)
class Root(Implicit):
    """What `custom_root` makes."""

    word: ClassVar[str] = "custom_root"

    @override
    def equation(self, x: Any, *params: Any) -> Any:
        return self.defining(x, *params)


@attrs.frozen(repr=False)
class FixedPoint(Implicit):
    """What `custom_fixed_point` makes."""

    word: ClassVar[str] = "custom_fixed_point"

    @override
    def equation(self, x: Any, *params: Any) -> Any:
        before, _ = flatten(x)
        after, structure = flatten(self.defining(x, *params))
        if len(before) != len(after):
            raise DomainError(f"{self!r}: {name_of(self.defining)} must return the structure of its first argument.")
        return unflatten(structure, [new - old for new, old in zip(after, before, strict=True)])


@attrs.frozen(repr=False)
class Minimum(Implicit):
    """What `custom_minimum` makes."""

    word: ClassVar[str] = "custom_minimum"
    symmetric: ClassVar[bool] = True

    @override
    def equation(self, x: Any, *params: Any) -> Any:
        return Gradient(self.defining, 0)(x, *params)


@attrs.frozen(eq=False)
class _Again:
    """The solution as a function of its leaves, the first `count` of which are those of the start."""

    call: _Call
    count: int

    def __call__(self, leaves: Leaves) -> Leaves:
        return self.call.solution(leaves[: self.count], leaves[self.count :])[0]


@attrs.frozen(eq=False)
class _Call:
    """One call of an implicit function."""

    function: Implicit
    starts_structure: Any
    structure: Any
    keywords: dict[str, Any]

    def solution(self, starts: Leaves, leaves: Leaves) -> tuple[list[Value], Any]:
        """The leaves of the solution, and their structure.

        With F(x, p) = 0, dx = A⁻¹ (-dF), the derivative A and dF being taken in x at fixed p and in p at fixed x: the
        implicit function theorem. Both are recorded one level out, hence every order.
        """
        level = open_level([*starts, *leaves], self.function.word)
        if level is None:
            return self._found(starts, leaves)
        if isinstance(level, Batching):
            return self._each(level, starts, leaves)
        if hasattr(level, "on_all"):  # it only asks what depends on what
            x, structure = self.solution(outward(starts, level), outward(leaves, level))
            return (x if paused(level) else level.on_all(x, leaves)), structure
        if not isinstance(level, DERIVATIVES):
            count, constants = len(starts), level.constants([*starts, *leaves])
            out, structure = flatten(self._run(constants[:count], constants[count:]))
            x = [floating(leaf, self.function.__name__) for leaf in out]
            return level.tied(self.function.word, x, _Again(self, count), [*starts, *leaves]), structure
        fixed = outward(leaves, level)
        x, structure = self.solution(outward(starts, level), fixed)
        if paused(level):
            return x, structure
        equation = self._equation(structure)
        values = equation(x, *leaves)
        system, point = self._linearized(equation, structure), [*x, *fixed]
        if batches_alone(point):
            self._check(system.solution(outward(values, level), point), x)
        moved = attached(
            level,
            self.function.word,
            x,
            [-value for value in values],
            lambda tangents: system.solution(tangents, point),
            lambda cts: system.transposed().solution(cts, point),
        )
        return moved, structure

    def _each(self, level: Batching, starts: Leaves, leaves: Leaves) -> tuple[list[Value], Any]:
        structures: list[Any] = []

        def one(row: list[Any]) -> list[Value]:
            x, structure = self.solution(row[: len(starts)], row[len(starts) :])
            structures.append(structure)
            return x

        return each(level, [*starts, *leaves], one), structures[0]

    def _run(self, starts: Leaves, leaves: Leaves) -> Any:
        params = unflatten(self.structure, leaves)
        return self.function.f(*unflatten(self.starts_structure, starts), *params, **self.keywords)

    def _found(self, starts: Leaves, leaves: Leaves) -> tuple[list[Value], Any]:
        """What the solver finds for plain values."""
        name = self.function.__name__
        try:
            out, structure = flatten(self._run(starts, leaves))
        except ConversionError as error:
            raise ConversionError(
                f"{self.function!r}: {name} met a differentiated value, though all that was passed to it is plain. It "
                f"came in through a closure. {REMEDY}"
            ) from error
        refuse_captured(out, name, REMEDY)
        x = [floating(leaf, f"{self.function!r}: what {name} returned") for leaf in out]
        refuse_captured(self._equation(structure)(x, *leaves), name_of(self.function.defining), REMEDY)
        return x, structure

    def _equation(self, structure: Any) -> Endomorphism:
        function = self.function
        return Endomorphism(function.equation, name_of(function.defining), repr(function), structure, self.structure)

    def _linearized(self, equation: Endomorphism, structure: Any) -> System:
        forth, back = Differential(equation), DifferentialTransposed(equation)
        solve = self.function.solve
        return System(forth, forth if self.function.symmetric else back, structure, solve, solve)

    def _check(self, step: Leaves, x: Leaves) -> None:
        size = max((np.max(np.abs(plain_value(leaf)), initial=0) for leaf in step), default=0)
        scale = 1 + max((np.max(np.abs(plain_value(leaf)), initial=0) for leaf in x), default=0)
        if not size <= self.function.tolerance * scale:
            raise ValueError(
                f"{self.function!r} at {user_line()}: what {self.function.__name__} found does not satisfy "
                f"{name_of(self.function.defining)}. A Newton step from there moves it by {size:.1e}, more than the "
                f"tolerance of {self.function.tolerance:g} (relative to 1 + the largest entry, {scale:.3g}) allows. A "
                "derivative taken there would be wrong: solve more exactly, or raise tolerance=."
            )
