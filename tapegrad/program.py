"""Programs: computations as values, recorded by `trace` and `compile`; what one is made of, holds and costs.

>>> import numpy as np
>>> from tapegrad import grad, trace
>>> from tapegrad.program import check, costs, optimised
>>> program = trace(grad(lambda p: np.sum(np.sin(p["x"]) * p["y"])))({"x": np.ones(3), "y": 2.0})
>>> print(optimised(program))
p['x']       :  float64[3]  input
p['y']       :  float64     input
%0           :  float64     positive p['y']
%1           :  float64[3]  sin p['x']
%2           :  float64[3]  multiply array([1., 1., 1.]), %0
%3           :  float64     sum %1, (0,), False
%4           :  float64[3]  cos p['x']
%5           :  float64[3]  damp %2, %4
return['x']  :  float64[3]  %5
return['y']  :  float64     %3
>>> program(np.zeros(3), 1.0)["x"]
array([1., 1., 1.])
>>> check(program)
>>> costs(program).total.flops
27
"""

from __future__ import annotations

from tapegrad._program.checking import check
from tapegrad._program.compiled import Compiled, CompiledMethod, Statistics
from tapegrad._program.constants import Literal
from tapegrad._program.cost import Cost, Costs, Profile, costs
from tapegrad._program.passes.pipeline import Stage, optimised, stages
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.saving import load, save

__all__ = [
    "Program",
    "Equation",
    "Var",
    "Literal",
    "Atom",
    "check",
    "optimised",
    "stages",
    "Stage",
    "costs",
    "Cost",
    "Costs",
    "Profile",
    "Compiled",
    "CompiledMethod",
    "Statistics",
    "save",
    "load",
]
