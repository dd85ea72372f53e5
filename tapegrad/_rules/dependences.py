"""The three ways in which an output depends on an argument.

| dependence | written | forward | reverse |
|---|---|---|---|
| `Partial` (elementwise) | d out / d x, as an array | partial * tangent | partial * cotangent, summed down |
| `Transpose` (linear in x) | cotangent -> cotangent of x | the primitive itself | the transpose |
| `Differential` (anything else) | tangent -> tangent | as written | recorded and pulled back, or `pull` |

A rule's parameter names say what it reads: arguments, parameters, `out`, by-products. Those, and nothing else, a tape
keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import inspect
from operator import itemgetter
from types import FunctionType
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Gather, Primitive, Pull
from tapegrad._core.recorder import Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import plain_value
from tapegrad._rules.damping import damp_onto
from tapegrad._spec import SEVERAL, Spec, ndarray
from tapegrad._sums import LARGE
from tapegrad._values import fit
from tapegrad.errors import DomainError

float64: Any = np.float64
VARIADIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS

Rule: TypeAlias = (
    Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any], Any]
)
"""A formula. Spelled out by arity, so that the parameters of a lambda are known to checkers."""

Step: TypeAlias = Callable[[Primitive, int, Any, Sequence[Any], Sequence[Any]], Any]
"""(primitive, which argument, its tangent, all arguments, pool) -> that argument's share of the output's tangent."""


@attrs.frozen
class Rules:
    """What a dependence becomes when its primitive is declared."""

    pull: Pull
    gather: Gather | None
    reads: frozenset[str]
    step: Step


class Dependence(Protocol):
    """How the output depends on one argument."""

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        """Resolve the names in the rules to places in the pool."""
        ...


def names_of(rule: Callable[..., Any]) -> tuple[str, ...]:
    if type(rule) is not FunctionType or vars(rule) or rule.__code__.co_flags & VARIADIC:
        return tuple(inspect.signature(rule).parameters)
    code = rule.__code__  # which says it fifty times faster
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def gather_of(names: Sequence[str], places: Mapping[str, int]) -> Gather | None:
    """Picks the values called `names`: none, one bare, or a tuple of them."""
    unknown = [name for name in names if name not in places]
    if unknown:
        raise TypeError(f"a rule reads {', '.join(unknown)}, but there is only {', '.join(places)}")
    return itemgetter(*(places[name] for name in names)) if names else None


def reader(rule: Callable[..., Any], count: int) -> Callable[[Any, Any], Any]:
    """`rule`, called with one value and what was gathered for it."""
    if count == 0:
        return lambda first, kept: rule(first)
    if count == 1:
        return rule
    return lambda first, kept: rule(first, *kept)


def _itself(value: Any) -> Any:
    return value


def is_identity(rule: Callable[..., Any]) -> bool:
    """Whether a rule of one argument is `lambda y: y`: then there is nothing to call."""
    code = getattr(rule, "__code__", None)
    return code is not None and code.co_code == _itself.__code__.co_code and code.co_argcount == 1


def _scaled(v: Any, c: Any) -> Any:
    """The product. Where entries of a large array are repeated (`np.broadcast_to`), so are those of the product."""
    if type(v) is not ndarray or v.size < LARGE or 0 not in v.strides:
        return v * c
    once = v[tuple([slice(1) if step == 0 else slice(None) for step in v.strides])]
    return np.broadcast_to(once * c, v.shape)


@attrs.frozen
class Partial:
    """Elementwise: the output changes by `derivative * tangent`. A number stands for itself.

    A zero tangent or cotangent stays zero, also where the derivative is infinite or nan.
    """

    derivative: Rule | float
    times: float = attrs.field(default=1.0, kw_only=True)
    """A number by which that is to be multiplied: the tangent or cotangent is, which may have fewer elements."""

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        names = names_of(self.derivative) if callable(self.derivative) else ()
        gather, scale = gather_of(names, places), self._times(self._scale(len(names)))

        def step(primitive: Primitive, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
            return scale(tangent, gather and gather(pool), None)

        return Rules(self._summed(scale), gather, frozenset(names), step)

    def _summed(self, scale: Pull) -> Pull:
        """The rule for cotangents: those of an argument that was broadcast are summed before a number scales them."""
        if callable(self.derivative) or self.derivative == 1:
            return scale

        def pull(ct: Any, kept: Any, spec: Spec) -> Any:
            if type(ct) is not float64 and ct.shape != spec.shape:
                ct = fit(ct, Spec(spec.shape, ct.dtype))  # a real part is taken after a complex number has scaled it
            return scale(ct, kept, spec)

        return pull

    def _times(self, scale: Pull) -> Pull:
        c = self.times
        return scale if c == 1 else lambda v, kept, spec: scale(_scaled(v, c), kept, spec)

    def _scale(self, count: int) -> Pull:
        if not callable(self.derivative):
            c = self.derivative
            if c == 1:
                return lambda v, kept, spec: v
            return lambda v, kept, spec: v * c if type(v) is float64 else _scaled(v, c)
        d: Callable[..., Any] = self.derivative  # and a scalar v that is not 0 needs no damping

        if count == 1 and is_identity(d):
            return lambda v, kept, spec: v * kept if type(v) is float64 and v else damp_onto(v, kept, spec)
        if count == 1:
            return lambda v, kept, spec: v * d(kept) if type(v) is float64 and v else damp_onto(v, d(kept), spec)
        return lambda v, kept, spec: v * d(*kept) if type(v) is float64 and v else damp_onto(v, d(*kept), spec)


@attrs.frozen
class Transpose:
    """Linear in this argument: forward is the primitive itself, reverse is `rule`, from cotangent to cotangent.

    Where `rule` names the argument itself it gets a `Spec`: a linear map is the same everywhere.
    """

    rule: Rule

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        rule: Callable[..., Any] = self.rule
        names = names_of(rule)[1:]
        others = [name for name in names if name != argument]
        read = reader(rule, len(others))
        if argument not in names:
            return Rules(
                lambda ct, kept, spec: read(ct, kept), gather_of(others, places), frozenset(others), _substitute
            )
        at, count = names.index(argument), len(others)

        def pull(ct: Any, kept: Any, spec: Spec) -> Any:
            values = kept if count > 1 else (kept,) * count
            return rule(ct, *values[:at], spec, *values[at:])

        return Rules(pull, gather_of(others, places), frozenset(others), _substitute)


def _substitute(primitive: Primitive, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
    out = apply(primitive, *args[:i], tangent, *args[i + 1 :])
    if not primitive.saves:
        return out
    return out[0] if primitive.outputs == 1 else out[: primitive.outputs]  # without the by-products


@attrs.frozen
class Differential:
    """Neither elementwise nor linear: `rule` maps a tangent of the argument to that of the output, in plain NumPy.

    Reverse records the rule, which is linear in the tangent, and pulls the cotangent back through it; or it is `pull`,
    from cotangent to cotangent, where speed asks for it.
    """

    rule: Rule
    pull: Rule | None = None

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        names = names_of(self.rule)[1:]
        push, gather = reader(self.rule, len(names)), gather_of(names, places)

        def step(primitive: Primitive, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
            return push(tangent, gather and gather(pool))

        if self.pull is None:
            return Rules(_recorded(push), gather, frozenset(names), step)
        kept_names = names_of(self.pull)[1:]
        pull = reader(self.pull, len(kept_names))
        return Rules(lambda ct, kept, spec: pull(ct, kept), gather_of(kept_names, places), frozenset(kept_names), step)


def _checked(out: Any, tape: Recorder) -> Any:
    """A differential's result: recorded, or the constant 0. Anything else is not linear in the tangent."""
    recorded = isinstance(out, Recorded) and out.level is tape
    if out is None or (not recorded and bool(np.any(plain_value(out) != 0))):
        raise DomainError(
            f"a Differential gave {out!r} for the tangent of an output: it must be linear in the tangent that it is "
            f"given."
        )
    return out


def _recorded(push: Callable[[Any, Any], Any]) -> Pull:
    """The transpose of a linear function, by recording it and sweeping back."""

    def pull(ct: Any, kept: Any, spec: Spec) -> Any:
        tape = Recorder()
        tangent = tape.watch(spec.zeros())
        out = push(tangent, kept)
        out = tuple(_checked(o, tape) for o in out) if isinstance(out, SEVERAL) else _checked(out, tape)
        pairs = zip(out, ct, strict=True) if isinstance(out, SEVERAL) else ((out, ct),)
        seeds = [(o.node, fit(c, o.node.spec)) for o, c in pairs if isinstance(o, Recorded) and o.level is tape]
        return sweep(seeds).get(tangent.node, spec.zeros())

    return pull


@attrs.frozen
class Operands:
    """Linear in each of any number of arrays: `rule` gets the cotangent and the array's position first."""

    rule: Rule

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        rule: Callable[..., Any] = self.rule
        names = names_of(rule)[2:]
        gather, count = gather_of(names, places), len(names)

        def pull(ct: Any, kept: Any, spec: Spec) -> Any:
            position, values = kept
            return rule(ct, position, *(values if count > 1 else (values,) * count))

        return Rules(pull, gather, frozenset(names), _substitute)
