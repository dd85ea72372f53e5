"""An order of equations in which those of one kind that do not wait for each other come together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from heapq import heapify, heappop, heappush

from tapegrad._program.program import Equation, Var


def bundles(equations: Sequence[Equation], kind: Callable[[Equation], Hashable]) -> list[list[Equation]]:
    """The equations in another order in which they can run; those of one kind, other than None, together.

    What most depends on comes first, and with it whatever can run by then and is of its kind: list scheduling by the
    longest path to the end.
    """
    makers = {var: i for i, eq in enumerate(equations) for var in eq.outputs}
    reads = [{makers[atom] for atom in eq.inputs if isinstance(atom, Var) and atom in makers} for eq in equations]
    readers: list[list[int]] = [[] for _ in equations]
    for i, made in enumerate(reads):
        for j in made:
            readers[j].append(i)
    heights = [1] * len(equations)
    for i in reversed(range(len(equations))):
        heights[i] += max((heights[j] for j in readers[i]), default=0)
    kinds = [kind(eq) for eq in equations]
    waiting = [len(made) for made in reads]
    ready = [(-heights[i], i) for i, count in enumerate(waiting) if not count]
    heapify(ready)
    alike: dict[Hashable, set[int]] = {}
    for _, i in ready:
        alike.setdefault(kinds[i], set()).add(i)
    done: list[list[Equation]] = []
    while ready:
        _, first = heappop(ready)
        if first not in alike[kinds[first]]:  # it came with another
            continue
        together = [first] if kinds[first] is None else sorted(alike[kinds[first]])
        done.append([equations[i] for i in together])
        alike[kinds[first]].difference_update(together)
        for j in (j for i in together for j in readers[i]):
            waiting[j] -= 1
            if not waiting[j]:
                heappush(ready, (-heights[j], j))
                alike.setdefault(kinds[j], set()).add(j)
    return done
