"""The solution of a differential equation as a function of its start, its times and its parameters, at any levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._config import paused
from tapegrad._core.door import open_level
from tapegrad._core.joint import record_jointly
from tapegrad._core.variable import belongs
from tapegrad._implicit.integration import EXPLICIT, Stepper
from tapegrad._implicit.levels import DERIVATIVES, Leaves, each, outward
from tapegrad._place import user_line
from tapegrad._spec import Value, spec_of
from tapegrad._transforms.batch import vmap
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.forward import Forward, jvp
from tapegrad._transforms.vjp import vjp
from tapegrad._tree import placed
from tapegrad.errors import ConcretizationError


def at(leaves: Leaves, positions: Sequence[int]) -> tuple[Any, ...]:
    """Those of the leaves at these positions."""
    return tuple([leaves[i] for i in positions])


def owned_by(level: object, leaves: Leaves) -> list[int]:
    """Where among the leaves Variables of this level stand."""
    return [i for i, leaf in enumerate(leaves) if belongs(leaf, level)]


def tangents_of(leaves: Leaves, level: object) -> list[Value]:
    """The tangent of each leaf at this level; zeros for a constant."""
    return [leaf.tangent if belongs(leaf, level) else spec_of(leaf).zeros() for leaf in leaves]


@attrs.frozen
class Flow:
    """dy/dt = rate(y, t, *params), on leaves.

    Its *inputs* are one list: the `count` leaves of the state at the first time, the times, the params.
    """

    rate: Callable[..., Leaves]
    count: int
    stepper: Stepper

    def trajectory(self, inputs: Leaves) -> list[Value]:
        """The state at each of the times, on axis 0."""
        level = open_level(inputs, "odeint")
        if isinstance(level, Batching):
            return self._batched(level, inputs)
        if hasattr(level, "on_all"):  # it only asks what depends on what
            found = self.trajectory(outward(inputs, level))
            return found if paused(level) else level.on_all(found, inputs)
        if level is None:
            return self.stepper.integrate(self.rate, inputs[: self.count], inputs[self.count], inputs[self.count + 1 :])
        if not isinstance(level, DERIVATIVES):
            raise ConcretizationError(
                f"odeint at {user_line()} chooses its steps by the values, which are not known while a Program is "
                "recorded. Leave it outside of compile, and compile the equation, odeint(compile(f), ...); or take "
                "steps of a fixed size, by scan."
            )
        if paused(level):
            return self.trajectory(outward(inputs, level))
        if isinstance(level, Forward):
            return self._pushed(level, inputs)
        fixed, moving = outward(inputs, level), owned_by(level, inputs)
        return record_jointly(
            level,
            "odeint",
            [inputs[i].node for i in moving],
            self.trajectory(fixed),
            lambda cts: tuple(self.cotangents(fixed, moving, cts)),
        )

    def cotangents(self, inputs: Leaves, moving: Sequence[int], cts: Leaves) -> list[Value]:
        """For cotangents of the trajectory, those of the inputs that are `moving`.

        J the derivative of the trajectory, Jᵀ ct is differentiated again as the gradient of ct · y that it is, whose
        derivatives commute: along w, that is the gradient of ct · J w. The tangent J w runs forward in time, as y does;
        no state is ever followed backward, where one that decays would blow up.
        """
        level = open_level([*inputs, *cts], "odeint")
        if open_level(inputs, "odeint") is None or not isinstance(level, (*DERIVATIVES, Batching)):
            return self._adjoint(inputs, moving, cts)
        if isinstance(level, Batching):
            return self._batched_cotangents(level, inputs, moving, cts)
        fixed, own = outward(inputs, level), owned_by(level, inputs)
        fixed_cts, own_cts = outward(cts, level), owned_by(level, cts)
        found = self.cotangents(fixed, moving, fixed_cts)
        if paused(level):
            return found
        if isinstance(level, Forward):
            tangents = [0.0] * len(moving)
            if own_cts:
                tangents = self.cotangents(fixed, moving, tangents_of(cts, level))
            if own:
                bent = self._bent(fixed, moving, own, [inputs[i].tangent for i in own], fixed_cts)
                tangents = [a + b for a, b in zip(tangents, bent, strict=True)]
            return [level.dual(value, tangent) for value, tangent in zip(found, tangents, strict=True)]

        def pull(w: tuple[Value, ...]) -> tuple[Value, ...]:
            bent = self._bent(fixed, own, moving, w, fixed_cts) if own else ()
            return *bent, *at(self._tangent(fixed, moving, w), own_cts)

        nodes = [leaf.node for leaf in (*at(inputs, own), *at(cts, own_cts))]
        return record_jointly(level, "odeint_adjoint", nodes, found, pull)

    def _tangent(self, inputs: Leaves, moving: Sequence[int], directions: Leaves) -> list[Value]:
        """The tangent of the trajectory in a direction of those inputs that are `moving`."""

        def trajectory(*moved: Any) -> list[Value]:
            return self.trajectory(placed(inputs, moving, moved))

        return jvp(trajectory, at(inputs, moving), tuple(directions))[1]

    def _bent(
        self, inputs: Leaves, wanted: Sequence[int], moving: Sequence[int], directions: Leaves, cts: Leaves
    ) -> Sequence[Value]:
        """The derivative, in those inputs that are `wanted`, of the tangent's product with cotangents."""

        def tangent(*moved: Any) -> list[Value]:
            return self._tangent(placed(inputs, wanted, moved), moving, directions)

        return vjp(tangent, *at(inputs, wanted))[1](list(cts))

    def _pushed(self, level: Forward, inputs: Leaves) -> list[Value]:
        """The solution with its tangent v, as one system: dv/dt = ∂rate/∂y v + ∂rate/∂params dparams."""
        count, fixed = self.count, outward(inputs, level)
        y, t, params = fixed[:count], fixed[count], fixed[count + 1 :]
        moving, dt = owned_by(level, inputs[count + 1 :]), inputs[count]
        dy = tangents_of(inputs[:count], level)
        if belongs(dt, level):  # the solution through y at a later time passed, at this one, a slope below
            slopes = self.rate(tuple(y), t[0], *params)
            dy = [part - slope * dt.tangent[0] for part, slope in zip(dy, slopes, strict=True)]

        def rate(state: Leaves, time: Any, *rest: Any) -> tuple[Any, ...]:
            params, directions = rest[: len(fixed) - count - 1], rest[len(fixed) - count - 1 :]
            point = (tuple(state[:count]), *at(params, moving))
            out, tangent = jvp(self._at_time(time, params, moving), point, (tuple(state[count:]), *directions))
            return *out, *tangent

        directions = [leaf.tangent for leaf in at(inputs[count + 1 :], moving)]
        both = Flow(rate, 2 * count, self.stepper).trajectory([*y, *dy, t, *params, *directions])
        ys, tangents = both[:count], both[count:]
        if belongs(dt, level):
            tangents = [
                part + slope * np.reshape(dt.tangent, (-1,) + (1,) * (slope.ndim - 1))
                for part, slope in zip(tangents, self._slopes(ys, t, params), strict=True)
            ]
        return [level.dual(leaf, tangent) for leaf, tangent in zip(ys, tangents, strict=True)]

    def _adjoint(self, inputs: Leaves, moving: Sequence[int], cts: Leaves) -> list[Value]:
        """The cotangents of inputs that are plain.

        Between two outputs the adjoint a obeys da/dt = - (∂rate/∂y)ᵀ a, and the cotangent g of a parameter
        dg/dt = - (∂rate/∂param)ᵀ a; both are followed backward, and at each output its cotangent is added to a (L. S.
        Pontryagin et al., The Mathematical Theory of Optimal Processes, 1962). A later output changes by ct · rate, a
        later start by - a · rate. The state along the way is interpolated in a second run forward.
        """
        count = self.count
        y, t, params = inputs[:count], inputs[count], inputs[count + 1 :]
        curve = self.stepper.curve(self.rate, y, t, params)
        among = [i - count - 1 for i in moving if i > count]

        def rate(state: Leaves, time: Any, *params: Any) -> list[Any]:
            _, pull = vjp(self._at_time(time, params, among), tuple(curve(time)), *at(params, among))
            dy, *dparams = pull(tuple(state[:count]))
            return [-part for part in (*dy, *dparams)]

        flow = Flow(rate, count + len(among), self.stepper)
        adjoint, gradients = [ct[-1] for ct in cts], [spec_of(leaf).zeros() for leaf in at(params, among)]
        start = [ct[0] - ct[0] for ct in cts]
        for i in reversed(range(1, len(t))):
            whole = flow.trajectory([*adjoint, *gradients, t[i - 1 : i + 1][::-1], *params])
            ends = [leaf[-1] for leaf in whole]
            start, gradients = ends[:count], ends[count:]
            adjoint = [part + ct[i - 1] for part, ct in zip(start, cts, strict=True)]
        found = dict(zip([*range(count), *[i + count + 1 for i in among]], [*adjoint, *gradients], strict=True))
        if count in moving:
            found[count] = np.zeros(len(t))
            ys = [np.stack(column) for column in zip(*map(curve, t), strict=True)]
            for part, ct, slope in zip(start, cts, self._slopes(ys, t, params), strict=True):
                weighted = np.real(np.concatenate([-part[None], ct[1:]]) * slope)
                found[count] = found[count] + np.sum(np.reshape(weighted, (len(t), -1)), axis=1)
        return [found[i] for i in moving]

    def _batched(self, level: Batching, inputs: Leaves) -> list[Value]:
        if not self._as_one(level, inputs):
            return each(level, inputs, self.trajectory)
        flow, several = self._joined(level, inputs, ())
        return [level.batched(np.moveaxis(leaf, 1, 0)) for leaf in flow.trajectory(several)]

    def _batched_cotangents(self, level: Batching, inputs: Leaves, moving: Sequence[int], cts: Leaves) -> list[Value]:
        if self.count in moving or not self._as_one(level, inputs):
            split = len(inputs)
            return each(level, [*inputs, *cts], lambda row: self.cotangents(row[:split], moving, row[split:]))
        flow, several = self._joined(level, inputs, moving)
        size = len(several[0])
        return [
            level.batched(leaf)
            for leaf in flow.cotangents(several, moving, [np.moveaxis(_whole(level, ct, size), 0, 1) for ct in cts])
        ]

    def _as_one(self, level: Batching, inputs: Leaves) -> bool:
        """Whether a batch can be one system: its elements share the times, and that does not multiply the work."""
        own = owned_by(level, inputs)
        return bool(own) and self.count not in own and self.stepper.method in EXPLICIT

    def _joined(self, level: Batching, inputs: Leaves, moving: Sequence[int]) -> tuple[Flow, list[Value]]:
        """A whole batch as one system, with its inputs: the states, and what is moving, for each element its own."""
        count = self.count
        size = len(inputs[owned_by(level, inputs)[0]].primal)
        mapped = [i < count or i in moving or belongs(leaf, level) for i, leaf in enumerate(inputs)]
        several = [_whole(level, leaf, size) if own else leaf for leaf, own in zip(inputs, mapped, strict=True)]
        axes = (0, *[0 if own else None for own in mapped[count:]])
        return Flow(vmap(self.rate, in_axes=axes), count, self.stepper.for_several(size)), several

    def _at_time(self, time: Any, params: Leaves, moving: Sequence[int]) -> Callable[..., tuple[Any, ...]]:
        """The rate as a function of the state and of those params that are `moving`."""

        def rate(y: Leaves, *moved: Any) -> tuple[Any, ...]:
            return tuple(self.rate(y, time, *placed(params, moving, moved)))

        return rate

    def _slopes(self, ys: Leaves, t: Value, params: Leaves) -> tuple[Value, ...]:
        """The rates along a trajectory."""

        def slopes(y: Leaves, time: Any) -> tuple[Any, ...]:
            return tuple(self.rate(y, time, *params))

        along: tuple[Value, ...] = vmap(slopes)(tuple(ys), t)
        return along


def _whole(level: Batching, leaf: Any, size: int) -> Value:
    """A leaf with the batch on axis 0."""
    return outward([leaf], level)[0] if level.owns(leaf) else np.broadcast_to(leaf, (size, *leaf.shape))
