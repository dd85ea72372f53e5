"""The tape for functions that have to be linear: it refuses what is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._config import no_grad
from tapegrad._core.primitive import Primitive
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import belongs, plain_value
from tapegrad._place import user_line
from tapegrad._spec import Spec, Value, several
from tapegrad.errors import DomainError
from tapegrad.typing import override

Pairs: TypeAlias = Sequence[tuple[Value, Value]]


@attrs.define(eq=False, repr=False)
class LinearTape(Recorder):
    """Records what is linear in its Variables, taken together.

    An operation is, if none of its rules for them reads the value of one, or a result.
    """

    blame: str = attrs.field(kw_only=True)
    """What is to be linear: it begins the messages."""
    remedy: str = attrs.field(kw_only=True)
    """What to do if it is not: it ends them."""
    plain: bool = attrs.field(default=False, init=False)  # so that every operation passes through here

    @override
    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        mine = [belongs(arg, self) for arg in args]
        width = primitive.width(args)
        pool = primitive.pool(mine, True if primitive.results == 1 else (True,) * primitive.results)
        for own, pull, gather in zip(mine[:width], primitive.pulls, primitive.gathers, strict=False):
            if own and (pull is None or (gather is not None and _reads_some(gather(pool)))):
                raise self.error(f"{primitive.name} at {user_line()} depends on its value.")
        return super().interpret(primitive, args)

    def check(self, there: Pairs, back: Pairs) -> None:
        """<ct, L x> = <Lᵀ ct, x>: `there` pairs cotangents with the outputs at x, `back` what came of them with x.

        It fails where a constant was added, or where the function went on with a value that is not followed. Whatever
        is followed is linear already, so the check may be rough: a rule may be ill-conditioned.
        """
        eps = max([float(np.finfo(x.dtype).eps) for x, _ in back], default=0.0)
        with no_grad(), np.errstate(all="ignore"):
            terms = [sum(np.sum((x * y).real) for x, y in pairs) for pairs in (there, back)]
            size = sum(np.sum(np.abs(x * y)) for x, y in (*there, *back))
            far = plain_value(abs(terms[0] - terms[1]) - eps**0.25 * size)
        if np.any(far > 0):
            raise self.error(
                "a constant is added, or a value is used that is cut off (by stop_gradient, no_grad, value_of, or by a "
                "custom rule)."
            )

    def error(self, reason: str) -> DomainError:
        """The error for what is not linear."""
        return DomainError(f"{self.blame}: {reason} {self.remedy}")


def somewhere(spec: Spec, start: float = 1.0) -> Value:
    """A point with no two entries alike, and none zero."""
    point: Value = np.exp(1j * np.arange(start, spec.size + start)).reshape(spec.shape)
    return (point if spec.dtype.kind == "c" else point.real).astype(spec.dtype)[()]


def _reads_some(gathered: Any) -> bool:
    """Whether one of the values that a rule reads is marked."""
    return any(map(_reads_some, gathered)) if isinstance(gathered, several) else gathered is True
