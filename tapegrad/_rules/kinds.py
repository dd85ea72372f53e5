"""The words in which primitives are declared: `elementwise`, `linear`, `bilinear`, `general`, over `declare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.entrance import entrance
from tapegrad._core.primitive import Batch, ByPosition, Primitive, Push, Same
from tapegrad._core.sweep import add_parts
from tapegrad._rules.batching import broadcast
from tapegrad._rules.damping import DAMP, DAMP_BOTH
from tapegrad._rules.dependences import Dependence, Differential, Partial, Rule, Step, Transpose, names_of
from tapegrad._spec import SEVERAL

PRIMITIVES: dict[str, Primitive] = {primitive.name: primitive for primitive in (DAMP, DAMP_BOTH)}
"""Every primitive of the library, by name."""


def make(
    name: str,
    compute: Callable[..., Any],
    dependences: Mapping[str, Dependence | None],
    *,
    batch: Batch = broadcast,
    joint: bool = False,
    variadic: bool = False,
    parameters: Sequence[str] | None = None,
    outputs: Sequence[str] = ("out",),
    saves: Sequence[str] = (),
    elementwise: bool = False,
) -> Primitive:
    """A primitive, with everything resolved that its calls will need.

    Args:
        name: what tapes and error messages call it.
        compute: the computation, in plain NumPy, on values.
        dependences: for each array argument, how the output depends on it; None where it does not, differentiably.
        batch: how a batch axis passes through.
        joint: linear in all the named arguments together (`where`), not in each for itself (`matmul`).
        variadic: the one argument stands for any number of arrays.
        parameters: the names of what follows the arrays; read off `compute` if not given.
        outputs: names of the outputs. With more than one, `compute` returns a tuple.
        saves: names of the by-products that follow the outputs: integers or booleans, which rules may read.
        elementwise: whether each element of the output depends on those at its place alone, of the arrays broadcast.
    """
    arguments = tuple(dependences)
    if parameters is None:
        parameters = names_of(compute)[len(arguments) :]
    places = {key: i for i, key in enumerate((*arguments, *parameters, *outputs, *saves))}
    rules = [None if dependence is None else dependence.resolve(key, places) for key, dependence in dependences.items()]
    read = frozenset[str]().union(*(rule.reads for rule in rules if rule))
    return Primitive(
        name=name,
        compute=compute,
        arity=-1 if variadic else len(arguments),
        gathers=_each(variadic, [rule and rule.gather for rule in rules]),
        pulls=_each(variadic, [rule and rule.pull for rule in rules]),
        reads=_each(variadic, [key in read for key in arguments]),
        push=_push_jointly if joint else _push(_each(variadic, [rule and rule.step for rule in rules])),
        batch=batch,
        parameters=len(parameters),
        outputs=len(outputs),
        saves=len(saves),
        dependences=_each(variadic, list(dependences.values())),
        elementwise=elementwise,
    )


def declare(
    name: str,
    compute: Callable[..., Any],
    dependences: Mapping[str, Dependence | None],
    by_itself: Callable[[Any], Any] | None = None,
    **options: Any,
) -> Callable[..., Any]:
    """Enter a primitive in the table; returns the function that applies it: arrays, then parameters, by position."""
    if name in PRIMITIVES:
        raise ValueError(f"there is a primitive {name} already")
    PRIMITIVES[name] = primitive = make(name, compute, dependences, **options)
    return entrance(primitive, by_itself)


def foreign(name: str) -> str:
    """What a primitive is called that is not the library's: passes and rules know the library's by their names."""
    return f"your {name}" if name in PRIMITIVES else name


def _each(variadic: bool, items: list[Any]) -> ByPosition[Any]:
    return Same(items[0]) if variadic else tuple(items)


def _push(steps: ByPosition[Step | None]) -> Push:
    """Each argument's share of the tangent, summed."""

    def push(primitive: Primitive, args: Sequence[Any], tangents: Sequence[Any], pool: Sequence[Any]) -> Any:
        total = None
        for i, (tangent, step) in enumerate(zip(tangents, steps, strict=False)):
            if tangent is not None and step is not None:
                share = step(primitive, i, tangent, args, pool)
                if isinstance(share, SEVERAL):
                    total = add_parts(total, share) if total is not None else tuple(share)
                else:
                    total = share if total is None else total + share
        return total

    return push


def _push_jointly(primitive: Primitive, args: Sequence[Any], tangents: Sequence[Any], pool: Sequence[Any]) -> Any:
    """The primitive itself, applied to all the tangents at once."""
    width = primitive.width(args)
    arrays = [
        arg if pull is None else np.zeros(np.shape(arg), getattr(arg, "dtype", None)) if tangent is None else tangent
        for arg, tangent, pull in zip(args[:width], tangents, primitive.pulls, strict=False)
    ]
    return apply(primitive, *arrays, *args[width:])


def elementwise(
    name: str,
    compute: Callable[..., Any],
    *partials: Rule | float | Dependence | None,
    arguments: Sequence[str] = "xyz",
    by_itself: Callable[[Any], Any] | None = None,
) -> Callable[..., Any]:
    """A function of broadcast arrays, by its partial derivatives; `arguments` are the names that these may read."""
    parts = [Partial(part) if isinstance(part, (int, float)) or callable(part) else part for part in partials]
    names = arguments[: len(parts)]
    dependences = dict(zip(names, parts, strict=True))
    return declare(name, compute, dependences, by_itself, parameters=(), elementwise=True)


Declaration: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


def linear(batch: Batch = broadcast, **transposes: Rule | None) -> Declaration:
    """Decorates the computation: linear in all named arguments together, by their transposes; None for a constant."""
    parts = {key: rule and Transpose(rule) for key, rule in transposes.items()}
    return lambda compute: declare(compute.__name__, compute, parts, batch=batch, joint=len(parts) > 1)


def bilinear(batch: Batch = broadcast, **transposes: Rule) -> Declaration:
    """Decorates the computation: linear in each of the named arguments while the others are held."""
    parts = {key: Transpose(rule) for key, rule in transposes.items()}
    return lambda compute: declare(compute.__name__, compute, parts, batch=batch)


def general(
    batch: Batch = broadcast, *, saves: Sequence[str] = (), **dependences: Dependence | Rule | None
) -> Declaration:
    """Decorates the computation: a dependence for each named argument; a bare rule is a `Differential`."""
    parts = {key: Differential(rule) if callable(rule) else rule for key, rule in dependences.items()}
    return lambda compute: declare(compute.__name__, compute, parts, batch=batch, saves=saves)


def _itself(x: Any) -> Any:
    return x


stopped = elementwise("stop_gradient", _itself, None)
"""The same value, as a constant."""
