"""The examples do what they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from examples import digits, gaussian_process, goldstein_descent, logistic_regression

PNG = b"\x89PNG\r\n\x1a\n"


def test_logistic_regression_agrees_with_scikit_learn() -> None:
    assert logistic_regression.main().disagreement < 1e-3


def test_network_recognises_digits(tmp_path: Path) -> None:
    training = digits.main(tmp_path / "digits.png")
    assert training.accuracy >= 0.97
    assert training.losses[-100:].mean() < training.losses[:100].mean() / 4
    assert (tmp_path / "digits.png").read_bytes().startswith(PNG)


def test_training_repeats_exactly_and_leaves_its_start_alone() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.random((64, 4)), rng.integers(10, size=64)
    _, losses = digits.train(images, labels, epochs=2)
    np.testing.assert_array_equal(losses, digits.train(images, labels, epochs=2)[1])


def test_descent_arrives_at_the_minimum(tmp_path: Path) -> None:
    path = goldstein_descent.main(tmp_path / "goldstein.png")
    np.testing.assert_allclose(path[-1], [0, -1], atol=1e-4)
    heights = goldstein_descent.goldstein(*path.T)
    assert abs(heights[-1] - 3) < 1e-5
    assert (tmp_path / "goldstein.png").read_bytes().startswith(PNG)


def test_gaussian_process_finds_the_noise() -> None:
    fit = gaussian_process.main()
    assert abs(fit.noise - gaussian_process.NOISE) < 0.02
    assert fit.error < 0.08
    assert fit.evaluations < 30
