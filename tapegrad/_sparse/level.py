"""The level whose Variables know which inputs each of their elements depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeGuard

import attrs
import numpy as np

from tapegrad._config import alive, next_rank, paused
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, ended, is_variable, looks_like_an_array
from tapegrad._sparse.pattern import Pattern, union
from tapegrad._sparse.probes import Probes
from tapegrad._sparse.rules import Application
from tapegrad._values import read_only


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class DependentDraft(Variable[Any]):  # type: ignore[override]  # of __attrs_init__, which nobody calls
    """A Dependent while it is being filled."""

    level: Dependences
    pattern: Pattern


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Dependent(DependentDraft):  # type: ignore[override]  # as above
    """A Variable with the pattern of its elements, in the order of `ravel`."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees


@attrs.define(eq=False)
class Dependences:
    """Carries patterns through every primitive, beside the values."""

    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)
    probes: Probes = attrs.field(factory=Probes, init=False)

    def dependent(self, value: Any, pattern: Pattern) -> Dependent:
        """The Variable for a value and its pattern."""
        dependent: Any = DependentDraft()
        dependent.primal = value
        dependent.level = self
        dependent.pattern = pattern
        dependent.__class__ = Dependent
        made: Dependent = dependent
        return made

    def on_all(self, values: Iterable[Any], sources: Iterable[Any]) -> list[Dependent]:
        """Variables for these values, each element of which depends on all that `sources` depend on."""
        patterns = [source.pattern for source in sources if self.owns(source)]
        whole = union([pattern.added(np.zeros(pattern.rows, np.int64), 1) for pattern in patterns])
        return [self.dependent(value, whole.picked(np.zeros(np.size(value), np.int64))) for value in values]

    def owns(self, value: object) -> TypeGuard[Dependent]:
        """Whether `value` is a Variable of this level."""
        return isinstance(value, Dependent) and value.level is self

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` one level out, and see what each element of its outputs depends on."""
        if not alive(self):
            raise ended(primitive, args, self, "whose sparsity has been found")
        mine = [isinstance(arg, Dependent) and arg.level is self for arg in args]
        if primitive.parameters:
            primitive.refuse_parameters(mine, args)
        inner = primitive.operands([arg.primal if own else arg for arg, own in zip(args, mine, strict=True)])
        result = apply(primitive, *inner)
        patterns = {
            i: arg.pattern
            for i, (arg, own, pull) in enumerate(
                zip(args[: primitive.width(args)], mine, primitive.pulls, strict=False)
            )
            if own and pull
        }
        if not patterns or paused(self):
            return result
        varied = [own or is_variable(arg) for arg, own in zip(inner, mine, strict=True)]
        application = Application(primitive, inner, varied, patterns, self.probes)
        if primitive.results == 1:
            return self.dependent(result, application.pattern_of(result))
        outs, saved = result[: primitive.outputs], result[primitive.outputs :]
        return *(self.dependent(out, application.pattern_of(out)) for out in outs), *saved


def dependences(f: Callable[[Any], Any], x: Any) -> tuple[Any, Pattern | None]:
    """What `f` returns for a plain array, without its pattern; and its pattern, None where it is constant."""
    level = Dependences()
    start = level.dependent(read_only(x), Pattern.unit(np.size(x), np.size(x)))
    try:
        out = f(start)
    finally:
        level.open = False
    if level.owns(out):
        return out.primal, out.pattern
    return out, None
