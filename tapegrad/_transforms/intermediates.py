"""Intermediate values by name: `name` gives one, `intermediates` shows them with their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import attrs

from tapegrad._config import CONFIG, configured
from tapegrad._core.door import apply
from tapegrad._core.recorder import Label, Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import is_variable, remade, still_open
from tapegrad._leaves import admit, restored
from tapegrad._place import user_line
from tapegrad._rules.batching import shifted, unchanged
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.kinds import make
from tapegrad._transforms.reverse import check_scalar
from tapegrad._transforms.transform import Transform
from tapegrad._tree import flatten, paths, unflatten
from tapegrad._values import fresh
from tapegrad.errors import DomainError
from tapegrad.typing import P, ScalarOutput, T, override

FLOATING: Any = (float, complex)


def _itself(x: Any, label: Label) -> Any:
    return x


NAMED = make("name", _itself, {"x": Transpose(lambda ct: ct)}, batch=shifted(unchanged))


def name(x: T, label: str, /) -> T:
    """The same value (or tree of values), under a name: in `print(tape)`, and for `intermediates`.

    The leaves of a tree are called `label` and their place in it: `hidden['w']`. Integers, booleans and what is no
    number have no gradient, and get no name.

    Raises:
        TypeError: if `label` is no string, or an empty one.

    >>> from tapegrad import Tape, name
    >>> with Tape() as tape:
    ...     x = tape.watch(2.0, name="x")
    ...     y = name(x * x, "square") + 1.0
    >>> print(tape)
    name    generation  primitive  parents  shape  dtype
    x       0           watch               ()     float64
    %1      1           multiply   x, x     ()     float64
    square  2           name       %1       ()     float64
    %3      3           add        square   ()     float64
    """
    if type(label) is not str or not label:
        raise TypeError(f"name at {user_line()}: a label is a string that is not empty, not {label!r}.")
    leaves, structure = flatten(x)
    labels = [Label(f"{label}{path}") for path in paths(structure)]
    return unflatten(structure, [_named(leaf, label) for leaf, label in zip(leaves, labels, strict=True)])


def _named(leaf: Any, label: Label) -> Any:
    dtype = getattr(leaf, "dtype", None)
    if not isinstance(leaf, FLOATING) if dtype is None else dtype.kind not in "fc":
        return leaf
    named = apply(NAMED, leaf, label) if is_variable(leaf) else leaf
    collector: Collector | None = CONFIG.get().collector
    return named if collector is None else collector.collect(named, label)


def hidden(label: str) -> DomainError:
    """The error for a name that `intermediates` around a Program would not see."""
    return DomainError(
        f"at {user_line()}, the name {str(label)!r} is given in a Program, whose values the intermediates around it "
        "cannot see. Put it inside, compile(intermediates(f)); within a loop or a choice that is recorded, return the "
        "value in place of giving it a name."
    )


@attrs.define(eq=False)
class Collector:
    """Takes note of the values that get a name while a function runs, as Variables of a tape of its own."""

    level: Recorder = attrs.field(factory=Recorder)
    found: dict[str, Named] = attrs.field(factory=dict[str, Any])

    def collect(self, value: Any, label: Label) -> Any:
        """`value` as it goes on: as a Variable of the tape, which it becomes here if it is none."""
        if is_variable(value) and value.level.rank > self.level.rank:
            if value.state == "recorded":
                raise hidden(label)
            return remade(value, primal=self.collect(value.primal, label))
        mine = isinstance(value, Recorded) and value.level is self.level
        variable: Any = value if mine else self.level.watch(admit(value), label)
        key, times = str(label), 0
        while key in self.found:
            times += 1
            key = f"{label}[{times}]"
        self.found[key] = Named(value, variable)
        return variable


@attrs.frozen(eq=False)
class Named:
    """A value that got a name."""

    given: Any
    variable: Recorded


@attrs.frozen(eq=False)
class Intermediate:
    """A value on the way through a function, and the gradient of the function's output in it."""

    value: Any
    gradient: Any


@attrs.frozen(repr=False)
class Intermediates(Transform):
    """What `intermediates` makes."""

    word: ClassVar[str] = "intermediates"

    @override
    def __call__(self, *args: Any, **keywords: Any) -> dict[str, Intermediate]:
        collector = Collector()
        try:
            with configured(attrs.evolve(CONFIG.get(), collector=collector)):
                out = self.f(*args, **keywords)
        finally:
            collector.level.seal()
        node = out.node if isinstance(out, Recorded) and out.level is collector.level else None
        if node is None:
            still_open(out, self.__name__)
        check_scalar(out, self.word, self.__name__)
        nodes = {key: named.variable.node for key, named in collector.found.items()}
        found = sweep([] if node is None else [(node, node.spec.ones())], frozenset(nodes.values()))
        return {
            key: Intermediate(
                fresh(named.variable.primal),
                fresh(restored(found[node] if node in found else node.spec.zeros(), named.given)),
            )
            for (key, named), node in zip(collector.found.items(), nodes.values(), strict=True)
        }


def intermediates(fun: Callable[P, ScalarOutput], /) -> Callable[P, dict[str, Intermediate]]:
    """What a scalar function computes on the way: every value that it gives a name to, and the gradient in it.

    One run, one sweep. Each `Intermediate` has a `value` and a `gradient`, both fresh. The gradient is that of the
    output if this value alone were changed where it got its name: zero if nothing depends on it. A name that is given
    again, as in a loop, is numbered: `hidden`, `hidden[1]`, `hidden[2]`. Under `vmap` inside of `fun`, values and
    gradients are those of the whole batch, on axis 0. Checkpointed parts are kept for once. What a compiled function
    names is seen by `compile(intermediates(fun))`, not from outside.

    Raises:
        TypeError: at the call, if the output is not a real scalar.
        DomainError: if a name is given in a Program that is recorded or runs inside of `fun`.

    >>> import numpy as np
    >>> from tapegrad import intermediates, name
    >>> def loss(x):
    ...     hidden = name(np.tanh(x), "hidden")
    ...     return np.sum(hidden**2)
    >>> found = intermediates(loss)(np.array([0.0, 1.0]))
    >>> found["hidden"].value.round(3), found["hidden"].gradient.round(3)
    (array([0.   , 0.762]), array([0.   , 1.523]))
    """
    return Intermediates(fun)
