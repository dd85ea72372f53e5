"""What `tapegrad.scipy.stats` is made of: distributions, their functions, and what settling their parameters gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from inspect import Parameter, Signature
from typing import Any, Generic, TypeAlias, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad._place import user_line
from tapegrad._rules.fronts import holds_variable
from tapegrad.errors import MissingRuleError
from tapegrad.typing import T_co, override

Number: TypeAlias = float | np.floating[Any] | np.integer[Any]
Array: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Plain: TypeAlias = Array | Number
Given: TypeAlias = Array | Number | Variable[Any]
Float64s: TypeAlias = NDArray[np.float64]
Either: TypeAlias = np.float64 | Float64s
"""A number of one point, an array of several."""
Formula: TypeAlias = Callable[..., Any]
"""(variable, every parameter) -> value, where a Variable is among them."""


@attrs.frozen(eq=False, repr=False)
class Evaluated:
    """One function of a distribution: SciPy's own on plain values, on Variables the same by a formula.

    The parameters follow the variable as in SciPy, by position or by name.
    """

    owner: str
    name: str
    plain: Callable[..., Any]
    formula: Formula | None
    """None where there is no derivative yet."""
    arguments: Mapping[str, Any]
    """The names of the variable and of all parameters, with their defaults; `...` where there is none."""

    def at(self, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
        """The value at a point."""
        if not holds_variable(args) and not (keywords and holds_variable(keywords.values())):
            return self.plain(*args, **keywords)
        if self.formula is None:
            raise MissingRuleError(
                f"{self} at {user_line()} was called with a differentiated value, and tapegrad has no derivative for "
                "it. x.value is the plain value, a constant."
            )
        return self.formula(*self._bound(args, keywords))

    def _bound(self, args: Sequence[Any], keywords: dict[str, Any]) -> list[Any]:
        """The variable and every parameter, in order."""
        names = list(self.arguments)
        if len(args) > len(names):
            raise TypeError(f"{self} takes {', '.join(names)}, and was given {len(args)} arguments")
        given = dict(zip(names, args, strict=False))
        if wrong := [name for name in keywords if name in given or name not in self.arguments]:
            raise TypeError(f"{self} takes {', '.join(names)}; given twice or unknown: {', '.join(wrong)}")
        bound = {**self.arguments, **given, **keywords}
        if missing := [name for name, value in bound.items() if value is ...]:
            raise TypeError(f"{self} takes {', '.join(names)}; missing: {', '.join(missing)}")
        return list(bound.values())

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def __signature__(self) -> Signature:
        return Signature(
            [
                Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=Parameter.empty if default is ... else default)
                for name, default in self.arguments.items()
            ]
        )

    @override
    def __repr__(self) -> str:
        return f"tapegrad.scipy.stats.{self.owner}.{self.name}"

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self.owner, self.name)


class Function(Evaluated):
    """A function of a distribution of numbers: of each element, with the parameters broadcast."""

    @overload
    def __call__(self, x: Number, /, *args: Number, **keywords: Number) -> np.float64: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, x: Plain, /, *args: Plain, **keywords: Plain) -> Float64s: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self, x: Given, /, *args: Given, **keywords: Given) -> Variable[Any]: ...
    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """The value at a point."""
        return self.at(args, keywords)


class VectorFunction(Evaluated):
    """A function of a distribution of vectors."""

    @overload
    def __call__(self, x: Plain, /, *args: Plain | None, **keywords: Plain | None) -> Either: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, x: Given, /, *args: Given | None, **keywords: Given | None) -> Variable[Any]: ...
    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """The value at a point."""
        return self.at(args, keywords)


@attrs.frozen(eq=False)
class FrozenFunction(Generic[T_co]):
    """A function of a distribution whose parameters are settled."""

    function: Callable[..., Any]
    parameters: tuple[Any, ...]
    keywords: dict[str, Any]

    @overload
    def __call__(self: FrozenFunction[np.float64], x: Number, /) -> np.float64: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self: FrozenFunction[Float64s], x: Plain, /) -> Float64s: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self: FrozenFunction[np.float64], x: Array, /) -> Float64s: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self: FrozenFunction[Either], x: Plain, /) -> Either: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self, x: Given, /) -> Variable[Any]: ...
    def __call__(self, x: Any, /) -> Any:
        """The value at a point."""
        return self.function(x, *self.parameters, **self.keywords)


@attrs.frozen(eq=False, repr=False)
class Named:
    """What every distribution has."""

    name: str

    @override
    def __repr__(self) -> str:
        return f"tapegrad.scipy.stats.{self.name}"

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self.name,)

    def settled(self, kind: type[Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Each function of a `kind` with these parameters."""
        names = [field.name for field in attrs.fields(kind)]
        return kind(**{name: FrozenFunction(getattr(self, name), args, keywords) for name in names})


def restored(distribution: str, function: str = "") -> Any:
    """What a pickle stands for."""
    found = getattr(import_module("tapegrad.scipy.stats"), distribution)
    return getattr(found, function) if function else found


@attrs.frozen(eq=False)
class FrozenContinuous(Generic[T_co]):
    """A continuous distribution whose parameters are settled."""

    pdf: FrozenFunction[T_co]
    logpdf: FrozenFunction[T_co]
    cdf: FrozenFunction[T_co]
    logcdf: FrozenFunction[T_co]
    sf: FrozenFunction[T_co]
    logsf: FrozenFunction[T_co]
    ppf: FrozenFunction[T_co]
    isf: FrozenFunction[T_co]


@attrs.frozen(eq=False, repr=False)
class Continuous(Named):
    """A continuous distribution: its functions are differentiable in the variable and in every parameter."""

    pdf: Function
    logpdf: Function
    cdf: Function
    logcdf: Function
    sf: Function
    logsf: Function
    ppf: Function
    isf: Function

    @overload
    def __call__(self, *args: Number, **keywords: Number) -> FrozenContinuous[np.float64]: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, *args: Plain, **keywords: Plain) -> FrozenContinuous[Float64s]: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self, *args: Given, **keywords: Given) -> FrozenContinuous[Variable[Any]]: ...
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The distribution with these parameters."""
        return self.settled(FrozenContinuous, args, keywords)


@attrs.frozen(eq=False)
class FrozenDiscrete(Generic[T_co]):
    """A discrete distribution whose parameters are settled."""

    pmf: FrozenFunction[T_co]
    logpmf: FrozenFunction[T_co]
    cdf: FrozenFunction[T_co]
    logcdf: FrozenFunction[T_co]
    sf: FrozenFunction[T_co]
    logsf: FrozenFunction[T_co]
    ppf: FrozenFunction[T_co]
    isf: FrozenFunction[T_co]


@attrs.frozen(eq=False, repr=False)
class Discrete(Named):
    """A discrete distribution: its functions are differentiable in every parameter that is not a whole number.

    The variable, loc and counts of trials lie on a lattice: to derivatives they are constants.
    """

    pmf: Function
    logpmf: Function
    cdf: Function
    logcdf: Function
    sf: Function
    logsf: Function
    ppf: Function
    isf: Function

    @overload
    def __call__(self, *args: Number, **keywords: Number) -> FrozenDiscrete[np.float64]: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, *args: Plain, **keywords: Plain) -> FrozenDiscrete[Float64s]: ...  # type: ignore[overload-overlap]  # the narrower comes first
    @overload
    def __call__(self, *args: Given, **keywords: Given) -> FrozenDiscrete[Variable[Any]]: ...
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The distribution with these parameters."""
        return self.settled(FrozenDiscrete, args, keywords)


@attrs.frozen(eq=False)
class FrozenVectors(Generic[T_co]):
    """A distribution of vectors whose parameters are settled."""

    pdf: FrozenFunction[T_co]
    logpdf: FrozenFunction[T_co]


@attrs.frozen(eq=False, repr=False)
class Vectors(Named):
    """A distribution of vectors: its functions are differentiable in the vector and in every parameter."""

    pdf: VectorFunction
    logpdf: VectorFunction

    @overload
    def __call__(self, *args: Plain | None, **keywords: Plain | None) -> FrozenVectors[Either]: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, *args: Given | None, **keywords: Given | None) -> FrozenVectors[Variable[Any]]: ...
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The distribution with these parameters."""
        return self.settled(FrozenVectors, args, keywords)


@attrs.frozen(eq=False)
class FrozenCounts(Generic[T_co]):
    """A distribution of vectors of counts whose parameters are settled."""

    pmf: FrozenFunction[T_co]
    logpmf: FrozenFunction[T_co]


@attrs.frozen(eq=False, repr=False)
class Counts(Named):
    """A distribution of vectors of counts: its functions are differentiable in the probabilities."""

    pmf: VectorFunction
    logpmf: VectorFunction

    @overload
    def __call__(self, *args: Plain, **keywords: Plain) -> FrozenCounts[Either]: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # the narrower comes first
    @overload
    def __call__(self, *args: Given, **keywords: Given) -> FrozenCounts[Variable[Any]]: ...
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The distribution with these parameters."""
        return self.settled(FrozenCounts, args, keywords)
