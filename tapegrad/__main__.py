"""`python -m tapegrad`: the gradient of goldstein at (1, 1), and the tape that gave it."""

from __future__ import annotations

from tapegrad import Tape, grad


def goldstein(x: float, y: float) -> float:
    """The Goldstein-Price function, with its minimum 3 at (0, -1)."""
    return (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)) * (
        30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    )


def main() -> None:
    """Print the value, the gradients and the recorded tape."""
    with Tape() as tape:
        x, y = tape.watch(1.0, name="x"), tape.watch(1.0, name="y")
        z = goldstein(x, y)
    dx, dy = grad(goldstein)(1.0, 1.0)
    print(f"goldstein(1, 1) = {z}")
    print(f"gradient = ({dx}, {dy})\n")
    print(tape)


if __name__ == "__main__":
    main()
