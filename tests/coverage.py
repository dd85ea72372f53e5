"""Writes docs/coverage.md, from the tables of rules and from what the rows reach: `python -m tests.coverage`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
import inspect
from pathlib import Path
import sys
from types import FrameType
from typing import Any

import attrs
import numpy as np
import scipy

from tapegrad._core.recorder import Recorder
from tapegrad._core.tables import FUNCTIONS, UFUNCS, find_ufunc
from tapegrad._core.variable import Variable
from tapegrad._tree import flatten
from tests.rules.laws import on_leaves
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.untyped import vmap

PAGE = Path(__file__).resolve().parent.parent / "docs" / "coverage.md"
NUMPY = ("numpy", "numpy.linalg", "numpy.fft", "numpy.lib.scimath", "numpy.lib.stride_tricks")
SCIPY = ("special", "linalg", "stats", "signal", "integrate", "fft", "ndimage", "interpolate")
PARAMETRIC = ("logpdf", "pdf", "logpmf", "pmf", "logcdf", "cdf", "logsf", "sf")
"""What distributions have."""
WORDS = {
    "derivative": "a rule: reverse and forward mode, and `vmap`",
    "constant": "plain values: it has no derivative, or a zero one",
    "refused": "an error that says what to write instead",
    "missing": "`MissingRuleError`: it dispatches, and there is no rule",
    "outside": "no protocol hands it a differentiated value. Where it takes arrays, it raises `ConversionError`",
}
"""What becomes of a function that is called with a differentiated value."""


@attrs.frozen
class Entry:
    """What is known about one function."""

    name: str
    word: str
    order: int = 0
    """How often its rows are differentiated."""
    batched: str = ""
    """What `vmap` does: "yes", "loops", "no"; empty where no row says."""
    note: str = ""

    @property
    def line(self) -> str:
        """Its line in a table."""
        order = ("values", "first", "second", "third")[self.order] if self.word == "derivative" else ""
        return f"| `{self.name}` | {self.word} | {order} | {self.batched} | {self.note} |"


@attrs.define
class Use:
    """What the rows did with one function."""

    rows: list[Row] = attrs.field(factory=list[Row])
    differentiable: bool = False
    loops: bool = False
    """Whether it takes more calls of Python for a longer batch."""

    def entry(self, name: str, note: str = "") -> Entry:
        """What that comes to."""
        batched = ("loops" if self.loops else "yes") if any(row.batch for row in self.rows) else "no" * bool(self.rows)
        if not self.differentiable:
            return Entry(name, "constant", batched=batched, note=note)
        return Entry(name, "derivative", max(row.order for row in self.rows), batched, note)


Wrap = Callable[[Any, Callable[..., Any]], Callable[..., Any]]
"""(what NumPy dispatches on, the function in front of a rule) -> what is called in its place."""


@contextmanager
def wrapped(wrap: Wrap) -> Generator[None, None, None]:
    """All functions in front of rules, wrapped."""
    functions, ufuncs = dict(FUNCTIONS), dict(UFUNCS)
    try:
        FUNCTIONS.update({key: wrap(key, function) for key, function in functions.items()})
        UFUNCS.update({key: wrap(key, function) for key, function in ufuncs.items()})
        yield
    finally:
        FUNCTIONS.update(functions)
        UFUNCS.update(ufuncs)


def uses() -> dict[Any, Use]:
    """Every function that some row calls on a Variable -> those rows, and what they show."""
    found: dict[Any, Use] = {}
    current: list[Row] = []

    def noted(key: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            out = function(*args, **keywords)
            use = found.setdefault(key, Use())
            if current[0] not in use.rows:
                use.rows.append(current[0])
            leaves: list[Any] = flatten(out)[0]
            use.differentiable |= any(isinstance(leaf, Variable) and leaf.dtype.kind in "fc" for leaf in leaves)
            return out

        return call

    tape = Recorder()
    with wrapped(noted):
        for row in ROWS.values():
            current[:] = [row]
            f, xs = on_leaves(row)
            f(*(tape.watch(x if isinstance(x, np.ndarray) else np.float64(x)) for x in xs))
    for row in ROWS.values():
        if row.batch:
            short, long = (calls(row, length) for length in (2, 4))
            for key in found.keys() & {key for key, count in long.items() if count > short[key]}:
                found[key].loops = True
    return found


@cache
def calls(row: Row, length: int) -> Counter[Any]:
    """How many functions of Python a row calls under `vmap`: in all (None), and inside of each function of a rule."""
    count = 0
    found: Counter[Any] = Counter()
    inside: list[Any] = []

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    def noted(key: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            before = count
            inside.append(key)
            try:
                return function(*args, **keywords)
            finally:
                inside.pop()
                if not inside:
                    found[key] += count - before

        return call

    f, xs = on_leaves(row)
    batch = [np.stack([np.asarray(x)] * length) for x in xs]
    vmap(f)(*batch)  # what is looked up once, is
    with wrapped(noted):
        sys.setprofile(counted)
        try:
            vmap(f)(*batch)
        finally:
            sys.setprofile(None)
    found[None] = count
    return found


def public(module: str) -> Iterator[tuple[str, Any]]:
    """The functions that a module offers, by name."""
    home = import_module(module)
    for name in sorted(getattr(home, "__all__", dir(home)), key=lambda name: (name.lower(), name)):
        thing: Any = getattr(home, name, None)
        if not name.startswith("_") and callable(thing) and not isinstance(thing, type):
            yield name, thing


def entry(name: str, thing: Any, used: dict[Any, Use]) -> Entry:
    """What tapegrad makes of a function."""
    wrapped = getattr(thing, "__wrapped__", None)
    function: Any = wrapped if isinstance(wrapped, np.ufunc) else thing
    if isinstance(function, np.ufunc):
        front, key = find_ufunc(function, "__call__"), (function, "__call__")
    else:
        front, key = FUNCTIONS.get(function), function
    if front is None:
        dispatches = isinstance(function, np.ufunc) or hasattr(function, "_implementation")
        return Entry(name, "missing" if dispatches else "outside")
    if getattr(front, "__annotations__", {}).get("return") == "NoReturn":
        return Entry(name, "refused", note=(inspect.getdoc(front) or "").splitlines()[0])
    return used.get(key, Use()).entry(name)


def distributions(names: Iterable[str]) -> Iterator[Entry]:
    """Those of scipy.stats: what each has, by its rows."""
    for name in sorted(names):
        rows = [row for row in ROWS.values() if row.name.startswith((f"{name}.", f"{name},"))]
        ours: Any = getattr(import_module("tapegrad.scipy.stats"), name)
        offers = ", ".join(method for method in PARAMETRIC if hasattr(ours, method))
        loops = any(calls(row, 4)[None] > calls(row, 2)[None] for row in rows if row.batch)
        yield Use(rows, True, loops).entry(f"stats.{name}", offers)


@cache
def sections() -> dict[str, list[Entry]]:
    """Heading -> its functions."""
    used = uses()
    found = {
        module: [entry(f"np.{module[6:]}.{name}".replace("..", "."), thing, used) for name, thing in public(module)]
        for module in NUMPY
    }
    for part in SCIPY:
        ours = import_module(f"tapegrad.scipy.{part}")
        if part == "stats":
            names = [name for name in ours.__all__ if name.islower()]
            found["scipy.stats"] = list(distributions(names))
            continue
        entries: list[Entry] = []
        for name, thing in public(f"scipy.{part}"):
            known = entry(f"{part}.{name}", thing, used)
            plain = isinstance(getattr(thing, "__wrapped__", thing), np.ufunc)
            if known.word == "derivative" and not plain:
                known = attrs.evolve(known, note=f"`tapegrad.scipy.{part}.{name}`")
            if plain or known.word != "outside":
                entries.append(known)
        found[f"scipy.{part}"] = entries
    return found


def page() -> str:
    """The page."""
    found = sections()
    lines = [
        "# Coverage",
        "",
        "Every public function of NumPy, and what becomes of it when it is called with a differentiated value; of",
        "SciPy the functions with a rule, and all special functions. Written by `python -m tests.coverage` from the",
        f"table of rules, for NumPy {_minor(np.__version__)} and SciPy {_minor(scipy.__version__)}; a test compares.",
        "",
        "| word | meaning |",
        "|---|---|",
        *(f"| {word} | {meaning} |" for word, meaning in WORDS.items()),
        "",
        "`order` is how often the tests differentiate it and compare with finite differences. `vmap` says whether",
        "they run it under `vmap`: as a whole (yes), or one element of the batch after the other in Python (loops), as",
        "SciPy runs its linear algebra; or not (no), mostly where the values decide on a result's length. The notes",
        "name SciPy's functions that need `tapegrad.scipy`, as SciPy's own do not dispatch.",
        "",
    ]
    for heading, entries in found.items():
        counts = Counter(one.word for one in entries)
        summary = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
        lines += [f"## {heading}", "", f"{summary}.", "", "| function | | order | `vmap` | |", "|---|---|---|---|---|"]
        lines += [one.line for one in entries if one.word != "outside"]
        outside = [f"`{one.name}`" for one in entries if one.word == "outside"]
        lines += ["", f"Outside: {', '.join(outside)}." if outside else "", ""]
    return "\n".join(lines).rstrip() + "\n"


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


if __name__ == "__main__":
    PAGE.write_text(page())
