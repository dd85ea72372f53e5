"""Names: in the table of a tape, and for values on the way with their gradients."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad import Intermediate, Tape, errors, no_grad
from tests.untyped import checkpoint, compile, grad, intermediates, jvp, scan, vmap

name: Any = tapegrad.name
X = np.array([0.3, 0.7, 1.1])
W = np.array([[0.5, -0.2, 0.1], [0.3, 0.8, -0.4]])


def network(w: Any, x: Any) -> Any:
    hidden = name(np.tanh(w @ x), "hidden")
    return np.sum(name(hidden**2, "square"))


def values(found: dict[str, Intermediate]) -> dict[str, Any]:
    return {key: (each.value, each.gradient) for key, each in found.items()}


def test_the_table_and_the_gradient_of_a_tape() -> None:
    with Tape() as tape:
        w = tape.watch(W, name="w")
        hidden = name({"a": w * 2.0, "n": 3, "b": [w.sum()]}, "hidden")
        out = np.sum(hidden["a"] ** 2) * hidden["b"][0]
    lines = str(tape).splitlines()
    assert [line.split()[0] for line in lines if " name " in line] == ["hidden['a']", "hidden['b'][0]"]
    assert (hidden["a"].name, hidden["n"]) == ("hidden['a']", 3)
    gradient = tape.gradient(out, [hidden["a"], hidden["b"]])
    np.testing.assert_allclose(gradient[0], 4 * W * W.sum())
    np.testing.assert_allclose(gradient[1][0], np.sum(4 * W**2))


def test_outside_it_is_the_value_itself() -> None:
    assert name(X, "x") is X
    assert name(("a", None, 2), "x") == ("a", None, 2)
    with pytest.raises(TypeError, match="a string that is not empty"):
        name(X, "")


def test_it_is_the_identity_in_every_mode() -> None:
    def f(x: Any) -> Any:
        return np.sin(name(x, "x")) * x

    slope, curvature = np.cos(0.7) * 0.7 + np.sin(0.7), 2 * np.cos(0.7) - 0.7 * np.sin(0.7)
    assert grad(f)(0.7) == jvp(f, (0.7,), (1.0,))[1] == vmap(grad(f))(np.full(2, 0.7))[1] == slope
    np.testing.assert_allclose(grad(grad(f))(0.7), curvature, rtol=1e-14)


def test_intermediates() -> None:
    found = intermediates(network)(W, X)
    assert list(found) == ["hidden", "square"]
    hidden = np.tanh(W @ X)
    np.testing.assert_array_equal(found["hidden"].value, hidden)
    np.testing.assert_allclose(found["hidden"].gradient, 2 * hidden)
    np.testing.assert_array_equal(found["square"].gradient, np.ones(2))
    found["hidden"].value[:] = 0.0
    found["hidden"].gradient[:] = 0.0
    np.testing.assert_array_equal(intermediates(network)(W, x=X)["hidden"].value, hidden)


def test_every_name_counts() -> None:
    """One that nothing depends on, one given twice, a constant, a number, one that is the output."""

    def f(x: Any) -> Any:
        name(x * 3.0, "unused")
        for _ in range(3):
            x = name(x * 2.0, "step")
        rate = name(0.5, "rate")
        name([x, 7, "s"], "step")
        return name(x * rate, "out")

    found = values(intermediates(f)(1.0))
    assert found == {
        "unused": (3.0, 0.0),
        "step": (2.0, 2.0),
        "step[1]": (4.0, 1.0),
        "step[2]": (8.0, 0.5),
        "rate": (0.5, 8.0),
        "step[0]": (8.0, 0.0),
        "out": (4.0, 1.0),
    }
    assert all(type(part) is np.float64 for pair in found.values() for part in pair)


def test_shapes_and_dtypes() -> None:
    x = np.array(2.0, np.float32)
    found = intermediates(lambda x: name(x * x, "square") * 3)(x)["square"]
    assert found.value.dtype == found.gradient.dtype == np.float32
    z = intermediates(lambda z: np.abs(name(z * z, "square")))(1.0 + 1.0j)["square"]
    assert (z.value, z.gradient) == (2j, -1j)


def test_nesting() -> None:
    hidden = np.tanh(W @ X)
    gradient = grad(lambda w: np.sum(intermediates(network)(w, X)["hidden"].gradient))(W)
    np.testing.assert_allclose(gradient, 2 * (1 - hidden**2)[:, None] * X, rtol=1e-14)
    batch = np.stack([W, 2 * W])
    each = vmap(lambda w: values(intermediates(network)(w, X))["hidden"])(batch)
    np.testing.assert_allclose(each[1], 2 * np.tanh(batch @ X), rtol=1e-14)
    pushed = jvp(lambda w: intermediates(network)(w, X)["hidden"].gradient, (W,), (W,))[1]
    np.testing.assert_allclose(pushed, 2 * (1 - hidden**2) * (W @ X), rtol=1e-14)


def test_names_inside_of_transforms() -> None:
    """The whole batch under vmap; under grad and jvp, the value on the way."""
    hidden = np.tanh(W @ X)
    mapped = intermediates(lambda w: np.sum(vmap(lambda x: network(w, x) * x[0])(np.stack([X, X]))))(W)["hidden"]
    np.testing.assert_allclose(mapped.value, [hidden, hidden])
    np.testing.assert_allclose(mapped.gradient, [0.6 * hidden, 0.6 * hidden], rtol=1e-14)
    found = intermediates(lambda x: grad(lambda x: name(x * x, "square") * x)(x))(2.0)["square"]
    assert (found.value, found.gradient) == (4.0, 1.0)  # 3 x**2 is square + 2 x * x
    found = intermediates(lambda x: jvp(lambda x: name(x * x, "square") * x, (x,), (1.0,))[1])(2.0)["square"]
    assert (found.value, found.gradient) == (4.0, 1.0)


def test_names_inside_of_checkpoints_and_loops() -> None:
    expected = values(intermediates(network)(W, X))
    for f in (checkpoint(network), checkpoint(checkpoint(network))):
        found = values(intermediates(f)(W, X))
        np.testing.assert_array_equal(found["hidden"], expected["hidden"])

    def step(c: Any, _: Any) -> Any:
        return name(c * 2.0, "c"), None

    for schedule in (False, True, 2):
        loop = intermediates(lambda x, schedule=schedule: scan(step, x, None, 5, checkpoint=schedule)[0])
        assert values(loop(1.0)) == {
            "c": (2.0, 16.0),
            "c[1]": (4.0, 8.0),
            "c[2]": (8.0, 4.0),
            "c[3]": (16.0, 2.0),
            "c[4]": (32.0, 1.0),
        }
    outer = grad(checkpoint(lambda w: np.sum(intermediates(network)(w, X)["hidden"].gradient)))
    np.testing.assert_allclose(outer(W), grad(lambda w: 2 * np.sum(np.tanh(w @ X)))(W))


def test_pauses() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            scale = name(x * 3.0, "scale")
        return scale * x

    assert values(intermediates(f)(2.0)) == {"scale": (6.0, 2.0)}
    assert grad(f)(2.0) == 6.0


def test_names_in_programs() -> None:
    def rows(x: Any) -> Any:
        return scan(lambda carry, row: (carry * name(row, "row"), None), 1.0, x)[0]

    found = compile(intermediates(network))(W, X)
    for key, (value, gradient) in values(intermediates(network)(W, X)).items():
        np.testing.assert_allclose(found[key].value, value, rtol=1e-12)
        np.testing.assert_allclose(found[key].gradient, gradient, rtol=1e-12)
    refused: list[Any] = [
        intermediates(compile(rows)),
        compile(intermediates(rows)),
        intermediates(compile(vmap(rows))),
    ]
    for f, x in zip(refused, (X, X, X[None]), strict=True):
        with pytest.raises(errors.DomainError, match=r"at test_names.py.*the name 'row' is given in a Program"):
            f(x)


def unused(w: Any, x: Any) -> Any:
    name(w * 2.0, "unused")
    return np.sum(w) * np.sum(x)


@pytest.mark.parametrize("f", [network, unused])
def test_names_in_what_was_compiled_before(f: Any) -> None:
    compiled = compile(f)
    np.testing.assert_allclose(compiled(W, X), f(W, X))
    looking: list[Any] = [intermediates(compiled), intermediates(lambda w, x: grad(compiled, argnums=1)(w, x)[0])]
    for _ in range(2):
        for look in looking:
            with pytest.raises(errors.DomainError, match=r"at test_names.py.*is given in a Program"):
                look(W, X)
        np.testing.assert_allclose(compiled(W, X), f(W, X))


def test_errors() -> None:
    with pytest.raises(
        errors.DomainError,
        match=r"intermediates needs <lambda> to return a real scalar, but .* an array of shape \(3,\)",
    ):
        intermediates(lambda x: x * 1.0)(X)
    with pytest.raises(errors.DomainError, match="complex"):
        intermediates(lambda x: name(x, "x") * 1j)(1.0)
    kept: list[Any] = []

    def leaking(x: Any) -> Any:
        kept.append(name(x, "x"))
        return x

    intermediates(leaking)(1.0)
    with pytest.raises(errors.SealedTapeError):
        _ = kept[0] * 2.0


def test_transform() -> None:
    f = intermediates(network)
    assert repr(f) == "intermediates(network)"
    assert f == pickle.loads(pickle.dumps(f))
    assert intermediates(lambda: 1.0)() == {}
