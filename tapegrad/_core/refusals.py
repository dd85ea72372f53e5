"""What a Variable refuses, and what to write instead: the texts of its errors."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from inspect import unwrap
import sys
from types import FrameType, FunctionType
from typing import Final

from tapegrad._place import user_frame, user_line
from tapegrad.errors import ConversionError, MissingMethodError, MissingRuleError

NUMPYS: Final = "Use NumPy's functions, which work on all of it: np.sin and not math.sin, np.round and not round."
TRUTH: Final = "Python's if, while, assert, and, or, not, in, max, min and sorted"
"""What asks for a truth value."""
CHOICES: Final = "Write np.where(condition, a, b), (a) & (b), np.maximum(a, b), np.max(x), np.sort(x)"
"""What to write instead."""
TAKE: Final = "To index a plain array by it, write tapegrad.numpy.take(array, i, 0)."
LISTS: Final = "where an argument is a list of numbers, pass an array, np.array(numbers)"
JOIN: Final = (
    f"np.stack([x, y]), np.concatenate, or tapegrad.numpy.array([[x, 0], [y, 1]]); {LISTS}; instead of writing into "
    "an array, write at(array)[i].set(x) or np.where(mask, x, array)"
)
"""How an array is made of values: NumPy's functions see no Variables in lists, but for those that join arrays."""
REMEDIES: Final = {
    "to become a plain array": f"Use NumPy's functions on the value itself; join values with {JOIN}. {TAKE} Random "
    "numbers that depend on it: draw standard ones outside, pass them in like it, and write loc + scale * z.",
    "to become a Python number (item)": "Leave it as it is, or index it: x[i].",
    "to become a list of Python numbers (tolist)": "Iterate over it: list(x).",
    "to become a Python int": f"Leave it as it is, an index too, or write x.astype(int). {TAKE}",
    "to be used as an index or a size": TAKE,
    "to decide how the computation goes on": "It may be a width, a limit, or an index of at(x)[i].multiply(v) and its "
    "siblings, which may name an entry more than once.",
}
"""What Python wanted of a value that it cannot know -> what to write instead, where that is not NUMPYS."""
PLAIN_ARRAY: Final = f"use NumPy's functions on the Variable itself; join Variables with {JOIN}"
IN_PLACE: Final = {
    "sort": "np.sort(x)",
    "partition": "np.partition(x, kth)",
    "fill": "np.full_like(x, value)",
    "put": "at(x)[i].set(v)",
    "itemset": "at(x)[i].set(v)",
    "resize": "np.resize(x, shape)",
    "setfield": "at(x)[i].set(v)",
    "setflags": "x as it is: a Variable cannot be written to anyway",
    "byteswap": "x.value.byteswap()",
}
"""Methods of an array that would change it -> what does the same and gives a new one."""


def conversion_error(what: str, remedy: str) -> ConversionError:
    """The error for a conversion that would lose the gradient."""
    return ConversionError(
        in_library("differentiated", "turns its arguments into plain arrays, which would lose the gradient")
        or f"A differentiated value was {what} at {user_line()}, which would lose its gradient. Instead, {remedy}. "
        "If a constant is meant, x.value is its plain value."
    )


def is_numpys(error: TypeError) -> bool:
    """Whether NumPy put an error of its own in place of ours, as np.zeros(n) does: it prints what it was given."""
    return any(f"got '{name}(" in str(error) for name in ("Variable", "Traced"))


def assignment_error(state: str) -> TypeError:
    """The error for `x[i] = v`."""
    library = in_library(state, "writes into its arguments' copies, which a Variable does not allow")
    if library:
        return ConversionError(library)
    return TypeError(
        f"x[i] = v at {user_line()} would change a Variable, and Variables are immutable. Make a new one: "
        "at(x)[i].set(v), with tapegrad.at; or np.where(mask, v, x)."
    )


def in_library(state: str, what: str) -> str | None:
    """The text for what a library does to a Variable in this state: it names the function that the user called."""
    call = _library_call(user_frame())
    if call is None:
        return None
    public, ours = call
    advice = (
        f"Call {ours}: it is the same function, with derivatives."
        if _exists(ours)
        else "tapegrad has no counterpart of it: write it with functions that have a derivative, or declare one with "
        "tapegrad.extend."
    )
    if public.startswith("numpy."):
        advice += f" Or, {LISTS}."
    constant = _for_a_constant(state, "a constant is meant, pass x.value")
    return f"{public} at {user_line()} was called with a {state} value, and {what}. {advice}{constant}"


def _for_a_constant(state: str, remedy: str) -> str:
    """How to get a constant: of Variables, only those that are differentiated have a value to be had."""
    return f" If {remedy}." if state == "differentiated" else ""


def _library_call(frame: FrameType) -> tuple[str, str] | None:
    """The function of SciPy's or NumPy's that the user's line in `frame` called, and its counterpart."""
    inner: list[FrameType] = []
    current: FrameType | None = sys._getframe(1)
    while current is not None and current is not frame:
        inner.append(current)
        current = current.f_back
    is_converted = any(called.f_code.co_name == "__array__" for called in inner)  # and is no size, as in np.ones(n)
    if is_converted and (numpys := _numpys(inner[-1])):
        return numpys, f"tapegrad.{numpys}"
    for called in reversed(inner):
        home = str(called.f_globals.get("__name__", ""))
        this = called.f_locals.get("self")
        names = [(home, type(this).__name__ if called.f_code.co_name == "__init__" else called.f_code.co_name)]
        owner = getattr(this, "name", None)  # one of the distributions
        if isinstance(owner, str):
            names.append((home, owner))
        # A wrapper of SciPy's has what it wraps in a variable.
        names += [(str(f.__module__), f.__name__) for f in called.f_locals.values() if isinstance(f, FunctionType)]
        for module, name in names:
            if module.startswith("numpy.polynomial.") and name.endswith("val"):
                return f"{module}.{name}", f"tapegrad.numpy.polynomial.{name}"
            public = _public(module, name)
            if public is not None:
                called_name = f"{public}.{name}" + (f".{called.f_code.co_name}" if name == owner else "")
                return called_name, f"tapegrad.{called_name}"
    return None


def _numpys(called: FrameType) -> str | None:
    """The function of NumPy's that runs here, if it has a counterpart: that takes lists of what it differentiates."""
    name = called.f_code.co_name
    for home in ("numpy", "numpy.linalg", "numpy.fft"):
        function = getattr(sys.modules.get(home), name, None)
        runs = callable(function) and getattr(unwrap(function), "__code__", None) is called.f_code
        if runs and _exists(f"tapegrad.{home}.{name}"):
            return f"{home}.{name}"
    return None


def _public(module: str, name: str) -> str | None:
    """The public module of SciPy's from which users have what is defined in `module`."""
    package, *parts = module.split(".")
    home = package
    for part in parts if package == "scipy" else ():
        home += f".{part}"
        if part.startswith("_"):
            return None
        if hasattr(sys.modules.get(home), name):
            return home
    return None


def _exists(name: str) -> bool:
    """Whether there is something by this full name in a module of tapegrad."""
    *_, names = name.split(".", 3)
    module = name.removesuffix(f".{names}")
    if find_spec(module) is None:
        return False
    found: object = import_module(module)
    for part in names.split("."):
        found = getattr(found, part, None)
    return found is not None


def unhashable(state: str) -> TypeError:
    """The error for a key of a dict, or an argument of a cached function."""
    return TypeError(
        f"A {state} value was to be hashed at {user_line()}: as a key of a dict or set, or an argument of a cached "
        "function (functools.cache). It cannot be, as arrays cannot. Use as a key what is known beforehand; leave the "
        "cache away, or compute what is cached outside."
    )


def missing_rule(name: str, state: str) -> MissingRuleError:
    """The error for a function without a rule."""
    return MissingRuleError(
        f"{name} at {user_line()} was called with a {state} value, and tapegrad has no rule for it. Write it with "
        "functions that have one, or declare it with tapegrad.extend."
        + _for_a_constant(state, "its result is to be a constant, call it with x.value")
    )


def missing_method(name: str, state: str) -> MissingMethodError:
    """The error for a method of an array that a Variable does not have."""
    if name in IN_PLACE:
        return MissingMethodError(
            f"x.{name} at {user_line()} would change a Variable, and Variables are immutable. Instead, write "
            f"{IN_PLACE[name]}."
        )
    return MissingMethodError(
        f"x.{name} at {user_line()} was used on a {state} value, and tapegrad has no rule for it. Write it with "
        "functions that have one." + _for_a_constant(state, f"its result is to be a constant, write x.value.{name}")
    )
