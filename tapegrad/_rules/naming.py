"""Primitives by their names: how what was pickled or saved finds them again."""

from __future__ import annotations

import copyreg
from importlib import import_module
from importlib.util import find_spec
import pickle
from typing import Any

from tapegrad._core.joint import BUNDLE
from tapegrad._core.primitive import Primitive
from tapegrad._core.recorder import PICK, WATCH
from tapegrad._core.tables import LATE
from tapegrad._rules.kinds import PRIMITIVES


def primitive_named(name: str) -> Primitive:
    """The library's primitive of that name. Those of SciPy's functions are imported for it."""
    if name in OF_TAPES:
        return OF_TAPES[name]
    if name not in PRIMITIVES and find_spec("scipy"):
        for rules in [*LATE.values(), *(f"tapegrad.scipy.{part}" for part in SCIPY)]:
            import_module(rules)
    if name not in PRIMITIVES:
        raise LookupError(f"there is no primitive {name!r} in tapegrad")
    return PRIMITIVES[name]


OF_TAPES = {primitive.name: primitive for primitive in (WATCH, PICK, BUNDLE)}
"""What only tapes record."""
SCIPY = ("special", "linalg", "stats", "signal", "integrate", "fft", "ndimage", "interpolate")


def by_name(primitive: Primitive) -> Any:
    """How a primitive is pickled: as the name under which it is found again."""
    if primitive not in (PRIMITIVES.get(primitive.name), OF_TAPES.get(primitive.name)):
        raise pickle.PicklingError(
            f"the primitive {primitive.name} is not one of tapegrad's own, so that what applies it (a Program, a tape) "
            "cannot be pickled: pickle the function, and record it where it is loaded"
        )
    return primitive_named, (primitive.name,)


copyreg.pickle(Primitive, by_name)
