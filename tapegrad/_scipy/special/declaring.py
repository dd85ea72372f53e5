"""The words in which scipy.special's rules are declared, over `tapegrad.extend`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

import attrs
import numpy as np
from scipy import special as scipy_special

from tapegrad._place import user_line
from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Dependence, Rule, Rules, gather_of, names_of
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import enter
from tapegrad.errors import MissingRuleError
from tapegrad.extend import Partial, ufunc
from tapegrad.typing import override


def _unwrapped(thing: Any) -> Any:
    """A ufunc for what SciPy wraps around it where it supports the array API standard."""
    inner = getattr(thing, "__wrapped__", None)
    return inner if isinstance(inner, np.ufunc) else thing


special: Any = SimpleNamespace(**{name: _unwrapped(getattr(scipy_special, name)) for name in dir(scipy_special)})
"""The module's own ufuncs and functions, without types, which know no Variables."""
riemann_zeta, hurwitz_zeta = special._ufuncs._riemann_zeta, special._ufuncs._zeta
"""The ufuncs to which the function `zeta` hands its arguments on, without and with a shift."""


@attrs.frozen
class Unknown(Partial):
    """An argument in which no derivative is known: a constant there costs nothing, a Variable is an error."""

    derivative: Rule | float = attrs.field(default=0.0, init=False)
    argument: str
    function: str = ""

    @override
    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        def raising(*args: Any) -> NoReturn:
            raise MissingRuleError(
                f"{self.function} at {user_line()} was called with a differentiated value for {self.argument}, in "
                "which tapegrad knows no derivative of it. If a constant is meant, pass x.value there."
            )

        return Rules(raising, raising, frozenset(), raising)  # raised already while it is recorded


def rule(
    target: np.ufunc, *partials: Rule | float | Partial | None, arguments: str = "xyz", name: str = ""
) -> Callable[..., Any]:
    """A ufunc of scipy.special by its partial derivatives, in the given names of its arguments."""
    name = name or target.__name__.lstrip("_")
    parts = [attrs.evolve(part, function=name) if isinstance(part, Unknown) else part for part in partials]
    return ufunc(target, *parts, name=f"special.{name}", arguments=arguments)


@attrs.frozen
class Partials:
    """Elementwise, with several outputs: the partial derivative of each, as a tuple of arrays."""

    derivatives: Rule

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        names = names_of(self.derivatives)
        slopes_of: Callable[..., Any] = self.derivatives
        gather, several = gather_of(names, places), len(names) > 1

        def slopes_at(kept: Any) -> tuple[Any, ...]:
            found: tuple[Any, ...] = slopes_of(*kept) if several else slopes_of(kept)
            return found

        def pull(cts: Any, kept: Any, spec: Any) -> Any:
            shares = [damp(ct, slope) for ct, slope in zip(cts, slopes_at(kept), strict=True)]
            return sum(shares[1:], start=shares[0])

        def step(primitive: Any, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
            return tuple([damp(tangent, slope) for slope in slopes_at(gather and gather(pool))])

        return Rules(pull, gather, frozenset(names), step)


def rule_of_several(target: np.ufunc, outputs: str, **dependences: Dependence | Rule | None) -> Callable[..., Any]:
    """A ufunc of scipy.special with several outputs, named with blanks between them."""
    name = target.__name__
    parts = {
        key: attrs.evolve(part, function=name)
        if isinstance(part, Unknown)
        else Partials(part)
        if callable(part)
        else part
        for key, part in dependences.items()
    }
    apply = declare(f"special.{name}", target, parts, parameters=(), outputs=outputs.split())
    enter(target, apply)
    return apply
