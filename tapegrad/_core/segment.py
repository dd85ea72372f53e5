"""A segment: a piece of a computation of which a tape keeps nothing but what it takes to run it again.

In the first run, the levels opened before it record nothing: they note which of their Nodes the segment reads, be it
as arguments or through closures. Each of them then gets one Node for the whole, whose pullback runs the segment again,
with that one level recording, and sweeps what was recorded. That pullback is a segment itself, for the levels further
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG, Config, Run, configured, next_rank
from tapegrad._core.joint import record_jointly
from tapegrad._core.kept import Kept
from tapegrad._core.node import Node
from tapegrad._core.recorder import INSIDE, WATCH, Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import is_variable, plain_value, remade
from tapegrad._spec import Spec, Value, ndarray
from tapegrad._tree import flatten, tree_map, unflatten
from tapegrad._values import owned
from tapegrad.errors import SegmentError
from tapegrad.typing import override


def run_segment(
    name: str,
    f: Callable[..., Any],
    args: tuple[Any, ...] = (),
    keywords: Mapping[str, Any] | None = None,
    policy: frozenset[str] = frozenset(),
) -> Any:
    """`f(*args, **keywords)`, of which no level opened before keeps anything but what it takes to run it again.

    `f` returns the same for the same arguments. `name` stands in messages and in a tape's table. Of the operations in
    `policy`, the results are kept too, and not computed again.
    """
    given = keywords or {}
    config = CONFIG.get()
    if config.collector is not None:  # who asks for intermediate values keeps them
        return f(*args, **given)
    run = Run(next_rank(), config.run, kept=Kept(policy) if policy else None)
    with configured(attrs.evolve(config, run=run)):
        out = f(*args, **given)
    if not run.touched:
        return out
    leaves, structure = flatten(out)
    call: _Call | None = None
    for level in sorted(run.touched, key=_rank):
        around = config.run_of(level.rank)
        if around and around.records != level.rank:  # in the first run of a larger segment
            level.touch(around, run.touched[level])
            continue
        parts = list(_parts(leaves, level))
        looks = tuple([_Look.of(part) if _inside(part, level) else None for part in parts])
        inside = [part for part, look in zip(parts, looks, strict=True) if look]
        if inside:
            call = call or _Call(name, f, *tree_map(_kept, (args, given)), config, run)
            again = _Again(call, level, tuple(run.touched[level]), looks)
            outs = record_jointly(level, name, again.inputs, [part.primal for part in inside], again)
            recorded = {id(part): out for part, out in zip(inside, outs, strict=True)}
            leaves = [_replaced(leaf, level, recorded) for leaf in leaves]
    return unflatten(structure, leaves) if call else out


def _options(config: Config) -> Config:
    """What the user set: not the run that the call is part of."""
    return Config(config.paused_at, config.check_finite)


def _origin(run: Run) -> Run:
    """What later runs need to know of the first."""
    return Run(run.rank, None, kept=run.kept)


@attrs.frozen(eq=False)
class _Call:
    """What a segment calls, and the configuration under which it did."""

    name: str
    f: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: Mapping[str, Any]
    config: Config = attrs.field(converter=_options)
    run: Run = attrs.field(converter=_origin)


@attrs.frozen(eq=False)
class _Again:
    """The pullback of a segment at one level."""

    call: _Call
    level: Recorder
    inputs: tuple[Node, ...]
    looks: tuple[_Look | None, ...]
    """For each value that the outputs consist of at the level, what it was like; None if the segment only passed it."""

    def __call__(self, cts: tuple[Value, ...]) -> tuple[Value | None, ...]:
        cotangents: tuple[Value | None, ...] = run_segment(f"pull of {self.call.name}", self._cotangents, cts)
        return cotangents

    def _cotangents(self, *cts: Value) -> tuple[Value | None, ...]:
        leaves = {
            node: self.level.record(WATCH, (), 0, (), None, node.spec, node.name, False).node for node in self.inputs
        }
        seeds = self._run(leaves, cts)
        found = sweep(seeds)
        if not found.keys() <= set(leaves.values()):
            raise self._differs("it read a differentiated value that it had not read before")
        return tuple([found.get(leaf) for leaf in leaves.values()])

    def _run(self, leaves: dict[Node, Node], cts: Sequence[Value]) -> list[tuple[Node, Value]]:
        """Run the segment with the level recording: what it returned, each with its cotangent."""
        config = CONFIG.get()
        kept = self.call.run.kept
        run = Run(self.call.run.rank, config.run, self.level.rank, leaves, kept=kept and kept.again())
        with configured(attrs.evolve(self.call.config, run=run)):
            outs, _ = flatten(self.call.f(*self.call.args, **self.call.keywords))
        parts = list(_parts(outs, self.level))
        if len(parts) != len(self.looks):
            raise self._differs(f"it returned {len(parts)} values, where there were {len(self.looks)}")
        seeds: list[tuple[Node, Value]] = []
        remaining = iter(cts)
        for part, look in zip(parts, self.looks, strict=True):
            if look is not None:
                if not isinstance(part, Recorded) or part.level is not self.level:
                    raise self._differs("a value that it returned does not depend on its arguments any more")
                again = _Look.of(part)
                if not look.matches(again):
                    raise self._differs(f"it returned {again}, where there was {look}")
                seeds.append((part.node, next(remaining)))
        return seeds

    def _differs(self, what: str) -> SegmentError:
        return SegmentError(
            f"{self.call.name} was run again for the gradient, and {what}. A checkpointed function must do the same "
            "each time: draw random numbers outside of it and pass them in, do not write into arrays that it reads "
            "from outside, and count nothing in it."
        )


@attrs.frozen(repr=False)
class _Look:
    """The shape and dtype of a value, and two sums over its elements, to see that a second run gives the same."""

    spec: Spec
    total: Any
    weight: float

    @classmethod
    def of(cls, variable: Recorded) -> _Look:
        flat: Any = np.ravel(plain_value(variable))
        scale = np.linspace(1.0, 2.0, flat.size)
        with np.errstate(all="ignore"):
            return cls(variable.node.spec, flat @ scale, float(np.abs(flat) @ scale))

    def matches(self, other: _Look) -> bool:
        if self.spec != other.spec:
            return False
        near = np.sqrt(np.finfo(self.spec.dtype).eps) * self.weight
        return not np.isfinite(self.weight) or abs(self.total - other.total) <= near

    @override
    def __repr__(self) -> str:
        return f"{self.spec.dtype} values of shape {self.spec.shape} and weighted sum {self.total:.6g}"


def _kept(leaf: Any) -> Any:
    """An argument as a later run reads it: of an array, a copy that nobody can change."""
    if not issubclass(type(leaf), ndarray):
        return leaf
    kept = owned(leaf)
    kept.flags.writeable = False
    return kept


def _rank(level: Recorder) -> int:
    return level.rank


def _inside(part: Any, level: Recorder) -> bool:
    """Whether this was computed in a segment's first run."""
    return isinstance(part, Recorded) and part.level is level and part.node.primitive is INSIDE


def _parts(values: Iterable[Any], level: Recorder) -> Iterator[Any]:
    """What `values` consist of, as the level sees it: not looking into its own Variables, or those further out."""
    for value in values:
        if is_variable(value) and value.level.rank > level.rank:
            fields = attrs.fields(type(value))
            yield from _parts([getattr(value, field.name) for field in fields], level)
        else:
            yield value


def _replaced(value: Any, level: Recorder, recorded: Mapping[int, Recorded]) -> Any:
    """`value` with what the level recorded in place of what was computed in the first run."""
    if not is_variable(value) or value.level.rank <= level.rank:
        return recorded.get(id(value), value)
    fields = [field.name for field in attrs.fields(type(value))]
    return remade(value, **{name: _replaced(getattr(value, name), level, recorded) for name in fields})
