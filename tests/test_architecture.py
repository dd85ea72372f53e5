"""The storeys of the package, as one list: a module imports only from storeys below its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tapegrad

STOREYS = [
    {"errors", "typing"},
    {"_errstate", "_late", "_memory", "_place"},
    {"_config", "_spec"},
    {"_sums", "_tree"},
    {"_values"},
    {"_leaves", "_containers"},
    {"_core.primitive", "_core.tables", "_core.refusals", "_core.kept"},
    {"_core.variable", "_core.node", "_core.pieces"},
    {"_ravel", "_optim.optimiser"},
    {"_optim.*"},
    {"optim"},
    {"_core.door", "_core.listing"},
    {"_core.recorder"},
    {"_core.entrance", "_core.sweep", "_core.joint"},
    {"_core.tape", "_core.transparency", "_core.segment"},
    {"_rules.axes", "_rules.batching", "_rules.untyped"},
    {"_rules.damping"},
    {"_rules.dependences"},
    {"_rules.kinds"},
    {"_rules.fronts", "_rules.ufuncs"},
    {"_rules.entries", "_rules.folding", "_rules.matricizing", "_rules.picking", "_rules.positions"},
    {"_rules.placing", "_rules.shortcuts"},
    {"_rules.linalg.adjoints"},
    {"_rules.linalg.*"},
    {"_rules.*"},
    {"_rules.updates"},
    {"_rules.operators"},
    {"_rules"},
    {"_array_api"},
    {"_transforms.transform"},
    {"_transforms.places"},
    {"_transforms.sources", "_transforms.axes", "_transforms.batched"},
    {"_transforms.recording", "_transforms.directions"},
    {"_transforms.point"},
    {"_transforms.forward", "_transforms.batch", "_transforms.stop", "_transforms.checkpoint", "_transforms.steps"},
    {"_transforms.linear_tape", "_transforms.custom.rules", "_transforms.shells"},
    {"_transforms.custom.transposing", "_transforms.custom.mapped"},
    {"_transforms.custom.levels"},
    {"_transforms.custom.function"},
    {"_transforms.custom.decorators"},
    {"_transforms.reverse"},
    {"_transforms.vjp", "_transforms.grad", "_transforms.value_and_grad", "_transforms.intermediates"},
    {"_transforms.blocks", "_transforms.linear"},
    {"_transforms.jacobians"},
    {"_transforms.matrices"},
    {"_transforms.hessians", "_transforms.higher"},
    {"_implicit.scipys", "_implicit.levels"},
    {"_implicit.trees", "_implicit.vectors"},
    {"_implicit.integration", "_implicit.systems"},
    {"_implicit.flows", "_implicit.roots"},
    {"_implicit.krylov", "_implicit.linear", "_implicit.ode", "_implicit.decorators"},
    {"implicit"},
    {"_program.constants"},
    {"_program.shapes"},
    {"_program.specimen"},
    {"_program.structured"},
    {"_program.program", "_program.ruled"},
    {"_program.examples", "_program.traced"},
    {"_program.tracing", "_program.encoding", "_program.cost", "_program.bodies"},
    {"_program.passes.rewriting", "_program.passes.indices"},
    {"_program.trace", "_program.passes.*", "_program.source.text", "_program.source.damping"},
    {"_program.source.blas", "_program.source.reducing"},
    {
        "_program.source.arrays",
        "_program.source.lifetimes",
        "_program.source.layout",
        "_program.source.scheduling",
        "_program.source.ordering",
    },
    {"_program.reading", "_program.source.returning", "_program.source.spreading"},
    {
        "_program.passes.factoring",
        "_program.passes.fast",
        "_program.passes.lowering",
        "_program.passes.signs",
        "_program.source.memory",
    },
    {"_program.passes.pipeline", "_program.source.groups", "_program.source.numbers", "_program.source.running"},
    {"_program.source.buffers", "_program.source.calling", "_program.source.late"},
    {"_program.source.loading", "_program.source.scalars"},
    {"_program.source.packs", "_program.source.results"},
    {"_program.source.rows", "_program.source.packing", "_program.source.placed", "_program.source.boxes"},
    {"_program.source.dots", "_program.source.wide", "_program.source.within"},
    {"_program.source.order", "_program.source.tiles", "_program.source.views"},
    {"_program.source.blocks"},
    {"_program.source.donation"},
    {"_program.source.equations"},
    {"_program.source.function", "_program.kernels.access", "_program.kernels.files", "_program.kernels.mathematics"},
    {
        "_program.kernels",
        "_program.kernels.fallbacks",
        "_program.kernels.formulas",
        "_program.kernels.sources",
        "_program.source.control",
    },
    {"_program.kernels.statements"},
    {"_program.kernels.loops"},
    {"_program.kernels.segments", "_program.kernels.writing"},
    {"_program.kernels.whole"},
    {"_program.kernels.machine"},
    {"_program.kernels.function"},
    {"_program.leveled", "_program.carrying", "_program.backends"},
    {"_program.factoring"},
    {"_program.hoisting", "_program.choosing", "_program.splitting"},
    {"_program.slopes", "_program.derived"},
    {"_program.transformed"},
    {"_program.cache"},
    {"_program.compiled", "_program.rolling", "_program.repeating"},
    {"_program.checking"},
    {"_program.saving"},
    {"program"},
    {"_transforms.loops", "_transforms.repetition", "_transforms.branches"},
    {"numpy.kinds.contracting", "numpy.kinds.arranging", "numpy.kinds.elementwise", "numpy.kinds.reducing"},
    {"numpy.kinds.*"},
    {"numpy.kinds"},
    {"numpy._direct"},
    {"numpy.*"},
    {"numpy"},
    {"extend"},
    {"_scipy.special.declaring", "_scipy.stats.kinds", "_scipy.stats.values", "_scipy.linalg.stacks"},
    {"_scipy.stats.standard", "_scipy.special.densities"},
    {"_scipy.special.shapes"},
    {"_scipy.linalg.solving", "_scipy.linalg.equations", "_scipy.linalg.banded", "_scipy.linalg.singular"},
    {"_scipy.special.*", "_scipy.linalg.*", "_scipy.stats.*"},
    {"_scipy.convolution", "_scipy.cosines", "_scipy.images", "_scipy.sampling"},
    {"_scipy.splines"},
    {"_scipy.*"},
    {"_scipy"},
    {"scipy._direct", "scipy._objective", "scipy.kinds.elementwise", "scipy.kinds.solving"},
    {"scipy.kinds.parametric"},
    {"scipy.kinds.*"},
    {"scipy.kinds"},
    {"_sparse", "_sparse.pattern"},
    {"_sparse.lanes", "_sparse.probes", "_sparse.coloring", "_sparse.matrices"},
    {"_sparse.linear", "_sparse.plan"},
    {"_sparse.rules"},
    {"_sparse.level"},
    {"_sparse.custom"},
    {"_sparse.calls"},
    {"_sparse.derivatives"},
    {"sparse"},
    {"scipy.*"},
    {"scipy"},
    {"_checks"},
    {"_check_grads"},
    {"_check_custom"},
    {"testing"},
    {""},
    {"__main__"},
]
EMPTY = {
    "_core",
    "_implicit",
    "_optim",
    "_program",
    "_program.passes",
    "_program.source",
    "_transforms",
    "_transforms.custom",
}
"""Packages whose `__init__` holds a docstring alone."""
HOME = Path(tapegrad.__file__).parent
MODULES = {
    ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix("__init__").removesuffix("."): path
    for path in HOME.rglob("*.py")
}


def storey(module: str) -> int | None:
    """Where a module stands; an exact name counts before that of its folder's other modules."""
    package = module.rpartition(".")[0]
    for name in (module, f"{package}.*"):
        for i, names in enumerate(STOREYS):
            if name in names:
                return i
    return None


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules of this package that `tree` imports, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tapegrad":
            home = (node.module or "").partition(".")[2]
            for alias in node.names:
                inner = f"{home}.{alias.name}".lstrip(".")
                yield inner if inner in MODULES else home
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[2] for alias in node.names if alias.name.split(".")[0] == "tapegrad")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    if module in EMPTY:
        assert [type(node) for node in tree.body] == [ast.Expr]
        return
    own = storey(module)
    assert own is not None, f"{module} has no storey"
    upward = {name for name in imported(tree) if (at := storey(name)) is None or at >= own}
    assert not upward


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_stand_at_the_top(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    assert not [inner for f in functions for inner in ast.walk(f) if isinstance(inner, ast.Import | ast.ImportFrom)]


def test_no_family_of_rules_imports_another() -> None:
    families = {name for name in MODULES if name.startswith("_rules.") and STOREYS[storey(name) or 0] == {"_rules.*"}}
    assert not {
        name: others for name in families if (others := set(imported(ast.parse(MODULES[name].read_text()))) & families)
    }
