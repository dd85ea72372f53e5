"""Programs as files: JSON for the equations, NPZ for the arrays. Loading runs no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import json
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias
import zipfile
import zlib

import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._program.bodies import Choice, Loop, While
from tapegrad._program.checking import check
from tapegrad._program.choosing import Chosen
from tapegrad._program.constants import Literal, constant
from tapegrad._program.encoding import decoded, encoded
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.repeating import Repeated
from tapegrad._program.rolling import Rolled
from tapegrad._program.ruled import Ruled
from tapegrad._program.structured import Structured
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._rules.naming import primitive_named
from tapegrad._spec import Spec, type_of
from tapegrad._tree import field_names, flatten, unflatten

FORMAT = 1
STRUCTURED: Mapping[str, tuple[type[Structured], type[Any]]] = {
    "scan": (Rolled, Loop),
    "cond": (Chosen, Choice),
    "while": (Repeated, While),
}
"""Loops and choices: the primitive, and the class of its content, whose fields are numbers and Programs."""
BROKEN = (ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError, zipfile.BadZipFile, zlib.error)
"""What reading a file raises that holds something else."""
File: TypeAlias = str | PathLike[str]


def _files(path: File) -> tuple[Path, Path]:
    name = Path(path).name.removesuffix(".json")
    return Path(path).with_name(f"{name}.json"), Path(path).with_name(f"{name}.npz")


def save(program: Program, path: File) -> None:
    """Write a Program to two files: `path.json` with its equations, and `path.npz` with its large constants.

    Raises:
        TypeError: if the Program applies a primitive of your own, or its outputs are in a class of your own: in another
            process, nothing in the files would say what those are. A pickle does. If it is no Program.

    >>> import numpy as np
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from tapegrad import grad, trace
    >>> from tapegrad.program import load, save
    >>> program = trace(grad(lambda x: np.sum(np.sin(x))))(np.ones(3))
    >>> with TemporaryDirectory() as folder:
    ...     save(program, Path(folder) / "slope")
    ...     again = load(Path(folder) / "slope")
    >>> again == program
    True
    >>> again(np.zeros(3))
    array([1., 1., 1.])
    """
    if not isinstance(program, Program):  # pyright: ignore[reportUnnecessaryIsInstance]  # as callers without checkers do
        raise TypeError(f"save takes a Program, as of trace(f)(*args) or compile(f).program(*args), not {program!r}")
    arrays: list[Any] = []
    text = {"tapegrad program": FORMAT, **_as_json(program, arrays)}
    text["arrays"] = [[list(array.shape), array.dtype.str] for array in arrays]
    equations, constants = _files(path)
    equations.write_text(json.dumps(text, indent=1), encoding="utf-8")
    np.savez(constants, allow_pickle=False, **{str(i): array for i, array in enumerate(arrays)})


def load(path: File) -> Program:
    """The Program that `save` wrote to these files. They are data: nothing in them is run.

    `compile(load(path))` runs it as fast as the function that it was recorded from.

    Raises:
        ValueError: if the files hold anything else, or a Program that is not valid.
    """
    equations, constants = _files(path)
    try:
        text = json.loads(equations.read_text(encoding="utf-8"))
        if text["tapegrad program"] != FORMAT:
            raise ValueError(f"its format is {text['tapegrad program']}; this version reads {FORMAT}")
        with constants.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = [_read(file, i, spec) for i, spec in enumerate(text["arrays"])]
        program = _from_json(text, arrays)
        check(program)
    except BROKEN as error:
        raise ValueError(
            f"{equations} and {constants.name} hold no Program that tapegrad.program.save wrote: {error!r}"
        ) from error
    return program


def _read(file: Mapping[str, Any], i: int, spec: Any) -> Any:
    array = file[str(i)]
    if [list(array.shape), array.dtype.str] != spec:
        raise ValueError(f"array {i} is {array.dtype}{list(array.shape)}, which belongs to another Program")
    array.flags.writeable = False
    return array


def _as_json(program: Program, arrays: list[Any]) -> dict[str, Any]:
    def atom(x: Atom) -> Any:
        return {"var": x.number} if isinstance(x, Var) else {"literal": encoded(x.value, arrays)}

    return {
        "inputs": [[var.number, name] for var, name in zip(program.inputs, program.names, strict=True)],
        "equations": [
            {
                "primitive": _primitive_as_json(eq.primitive, arrays),
                "inputs": [atom(x) for x in eq.inputs],
                "parameters": [encoded(parameter.value, arrays) for parameter in eq.parameters],
                "outputs": [var.number for var in eq.outputs],
                "aliases": eq.aliases,
            }
            for eq in program.equations
        ],
        "outputs": [atom(x) for x in program.outputs],
        "specs": [[list(spec.shape), spec.dtype.str] for spec in program.specs],
        "weak": sorted(var.number for var in program.weak),
        "structure": _tree_as_json(unflatten(program.structure, [0] * program.structure.num_leaves)),
    }


def _from_json(text: Any, arrays: Sequence[Any]) -> Program:
    def literal(value: Any) -> Literal:
        return constant(decoded(value, arrays))

    def atom(x: Any) -> Atom:
        return Var(x["var"]) if "var" in x else literal(x["literal"])

    return Program(
        inputs=tuple(Var(number) for number, _ in text["inputs"]),
        names=tuple(name for _, name in text["inputs"]),
        equations=tuple(
            Equation(
                _primitive_from_json(eq["primitive"], arrays),
                tuple(map(atom, eq["inputs"])),
                tuple(map(literal, eq["parameters"])),
                tuple(map(Var, eq["outputs"])),
                eq["aliases"],
            )
            for eq in text["equations"]
        ),
        outputs=tuple(map(atom, text["outputs"])),
        specs=tuple(Spec(tuple(shape), np.dtype(dtype)) for shape, dtype in text["specs"]),
        structure=flatten(_tree_from_json(text["structure"]))[1],
        weak=frozenset(map(Var, text["weak"])),
    )


def _primitive_as_json(primitive: Primitive, arrays: list[Any]) -> Any:
    if isinstance(primitive, Ruled):
        raise TypeError(
            f"the Program has a function with derivatives of its own, {primitive.name}, which are Python code, so that "
            "it cannot be saved: pickle it, or save the Program of its gradient, which holds what the rules do"
        )
    if isinstance(primitive, Structured):
        content = {name: getattr(primitive.content, name) for name in field_names(type_of(primitive.content)) or ()}
        return {
            primitive.name: {
                key: _as_json(value, arrays) if isinstance(value, Program) else value for key, value in content.items()
            }
        }
    if PRIMITIVES.get(primitive.name) is not primitive:
        raise TypeError(
            f"the primitive {primitive.name} is not one of tapegrad's own, so that a Program which applies it cannot "
            "be saved: save what it is traced from, and trace it where it is loaded"
        )
    return primitive.name


def _primitive_from_json(primitive: Any, arrays: Sequence[Any]) -> Primitive:
    if type_of(primitive) is str:
        return primitive_named(primitive)
    ((kind, content),) = primitive.items()
    made, fields = STRUCTURED[kind]
    parts = {key: _from_json(part, arrays) if type_of(part) is dict else int(part) for key, part in content.items()}
    maker: Any = made
    again: Primitive = maker.made_of(fields(**parts))
    return again


def _tree_as_json(tree: Any) -> Any:
    """Tuples, lists and dicts with strings for keys, over leaves."""
    kind = type_of(tree)
    if kind is int:
        return "*"
    if kind in (tuple, list):
        return {kind.__name__: [_tree_as_json(part) for part in tree]}
    if kind is dict and all(type_of(key) is str for key in tree):
        return {"dict": {key: _tree_as_json(part) for key, part in tree.items()}}
    raise TypeError(
        f"outputs in a {kind.__name__} cannot be saved as JSON: return tuples, lists or dicts, or pickle it"
    )


def _tree_from_json(tree: Any) -> Any:
    if tree == "*":
        return 0
    ((kind, parts),) = tree.items()
    if kind == "dict":
        return {key: _tree_from_json(part) for key, part in parts.items()}
    made: Sequence[Any] = [_tree_from_json(part) for part in parts]
    return {"tuple": tuple, "list": list}[kind](made)
