"""Compare the units and frames that names carry: `alt_km` given for `alt_m` is reported. No types, no run time.

    python tools/check_units.py PATH...

The unit of a name is its last part, the frame its last part that is one: `r_ecef_m` is metres in `ecef`.
Reported is a different unit or frame between an argument and its parameter, a keyword or a target and its value,
the two sides of a sum, a difference or a comparison, and a function's name and what it returns.
A name without a unit is never reported, nor is a product or a call: there the unit may change rightly.
"""

from __future__ import annotations

import ast
import gc
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

# Ambiguous short ones (g, t, h, d, k, min, db) are left out.
UNITS = frozenset(
    """
    m km nmi ft mm cm um m2 km2 m3 deg rad mrad arcsec s ms us ns minutes hours days
    mps kmps kmph kn mps2 radps degps radps2 m3ps2 n kgf kg tonnes lb kgps kgpm2 kgpm3 pa hpa kpa mbar
    degc hz khz mhz ghz percent
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
FRAMES = frozenset({"ecef", "eci", "gcrf", "itrf", "teme", "enu", "ned", "lonlat", "latlon"})
SILENCERS = ("_per_", "_from_", "_of_")  # what follows belongs to something else

Found = tuple[str, int, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Tag(NamedTuple):
    """What a name says about itself; "" where it says nothing."""

    unit: str
    frame: str


SILENT = Tag("", "")
LEAVES = {ast.Name, ast.Constant, ast.arg, ast.alias, ast.Load, ast.Store, ast.Add, ast.Sub, ast.Mult, str, type(None)}


@cache
def tag(name: str) -> Tag:
    """Return the unit and frame in a name.

    >>> tag("r_ecef_m"), tag("fall_per_s"), tag("v_ecef_from_enu")
    (Tag(unit='m', frame='ecef'), Tag(unit='', frame=''), Tag(unit='', frame='ecef'))
    """
    name = name.lower()
    per = "_per_" in name
    for silencer in SILENCERS:
        name = name.split(silencer)[0]
    parts = name.split("_")[1:]
    unit = parts[-1] if parts and not per and parts[-1] in UNITS else ""
    frame = next((part for part in reversed(parts) if part in FRAMES), "")
    return Tag(unit, frame) if unit or frame else SILENT


def name_of(node: ast.expr) -> str:
    """Return the name that an expression goes by, "" when it has none."""
    match node:
        case ast.Name():
            name = node.id
        case ast.Attribute():
            name = node.attr
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            name = key
        case ast.Subscript() | ast.Starred():
            name = name_of(node.value)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            name = name_of(node.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            left = name_of(node.left)
            name = left if tag(left) != SILENT else name_of(node.right)
        case _:
            name = ""
    return name


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes of a tree that can hold two names; as ast.walk, in half of its time."""
    nodes = [tree]
    for node in nodes:  # grows while it is read
        for value in vars(node).values():
            if value.__class__ is list:
                nodes.extend([item for item in value if item.__class__ not in LEAVES])
            elif isinstance(value, ast.AST) and value.__class__ not in LEAVES:
                nodes.append(value)
    return nodes


def parameters(node: Function, *, method: bool) -> list[str]:
    """Return the names that positional arguments meet, in order."""
    names = [arg.arg for arg in node.args.posonlyargs + node.args.args]
    return names[1:] if method and names[:1] in (["self"], ["cls"]) else names


def fields(node: ast.ClassDef) -> list[str] | None:
    """Return a record's fields in order, None for a class that is no record."""
    marks = " ".join(ast.unparse(mark) for mark in node.decorator_list + node.bases)
    if not any(word in marks for word in ("dataclass", "NamedTuple", "Struct")) or "kw_only=True" in marks:
        return None
    return [
        line.target.id for line in node.body if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    ]


def signatures(files: list[list[ast.AST]]) -> dict[str, list[str]]:
    """Return the positional parameters of each function and record whose name stands for one list of them only."""
    seen: dict[str, list[list[str]]] = {}
    for nodes in files:
        methods: set[int] = set()
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                methods.update(id(line) for line in node.body)
                record = fields(node)
                if record is not None:
                    seen.setdefault(node.name, []).append(record)
            elif isinstance(node, Function):
                seen.setdefault(node.name, []).append(parameters(node, method=id(node) in methods))
    return {name: lists[0] for name, lists in seen.items() if all(other == lists[0] for other in lists)}


class Checker:
    """Reads one file's tree and keeps what it found."""

    def __init__(self, path: str, known: dict[str, list[str]]) -> None:
        self.path, self.known = path, known
        self.found: list[Found] = []

    def compare(self, node: ast.AST, want: str, have: ast.expr, how: str) -> None:
        """Report when a wanted name and an expression carry different units or frames."""
        first = tag(want)
        if first is SILENT:
            return
        have_name = name_of(have)
        for a, b in zip(first, tag(have_name), strict=True):
            if a and b and a != b:
                self.found.append(
                    (self.path, getattr(node, "lineno", 0), f"{how}: {have_name} for {want} ({b}, not {a})")
                )
                return

    def read(self, nodes: list[ast.AST]) -> list[Found]:
        """Look at every node that puts two names together."""
        for node in nodes:
            match node:
                case ast.Call():
                    self.call(node)
                case ast.Assign():
                    for target in node.targets:
                        self.pair(target, node.value)
                case ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
                    self.one_target(node)
                case ast.BinOp(op=ast.Add() | ast.Sub()):
                    self.compare(node, name_of(node.left), node.right, "sum")
                case ast.Compare():
                    self.comparison(node)
                case ast.FunctionDef() | ast.AsyncFunctionDef() if tag(node.name) != SILENT:
                    self.returns(node)
        return self.found

    def call(self, node: ast.Call) -> None:
        """Compare arguments with parameters, and keywords with their values."""
        names = self.known.get(name_of(node.func), [])
        for want, have in zip(names, node.args, strict=False):
            if isinstance(have, ast.Starred):
                break
            self.compare(have, want, have, "argument")
        for keyword in node.keywords:
            if keyword.arg:
                self.compare(keyword.value, keyword.arg, keyword.value, "keyword")

    def pair(self, target: ast.expr, value: ast.expr) -> None:
        """Compare a target with its value, tuples item by item."""
        if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            for one, other in zip(target.elts, value.elts, strict=False):
                self.pair(one, other)
        elif not isinstance(target, ast.Tuple | ast.List):
            self.compare(target, name_of(target), value, "assignment")

    def one_target(self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> None:
        """Compare the one target with the value; a product in place may change the unit."""
        scaled = isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Add | ast.Sub)
        if node.value is not None and not scaled:
            self.pair(node.target, node.value)

    def comparison(self, node: ast.Compare) -> None:
        """Compare neighbours in a comparison; membership and identity say nothing about units."""
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if not isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot):
                self.compare(right, name_of(left), right, "comparison")

    def returns(self, function: Function) -> None:
        """Compare what a function returns with its own name; what is defined inside it returns elsewhere."""
        waiting: list[ast.AST] = list(function.body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, Function | ast.ClassDef | ast.Lambda):
                continue
            if isinstance(node, ast.Return) and node.value is not None:
                self.compare(node, function.name, node.value, "return")
            waiting.extend(ast.iter_child_nodes(node))


def check(sources: dict[str, str]) -> list[Found]:
    """Return what is wrong in sources (path to text) as (path, line, sentence), in order."""
    files = {path: nodes_of(ast.parse(text, path)) for path, text in sources.items()}
    known = signatures(list(files.values()))
    return sorted(found for path, nodes in files.items() for found in Checker(path, known).read(nodes))


def main(arguments: list[str]) -> int:
    """Check the files and folders named, print what is wrong, return the exit status."""
    paths = [Path(argument) for argument in arguments]
    files = sorted({file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])})
    gc.disable()  # a tree is all references: collecting took most of the time
    found = check({str(file): file.read_text(encoding="utf-8") for file in files})
    for path, line, sentence in found:
        print(f"{path}:{line}: {sentence}")
    print(f"{len(files)} files, {len(found)} mix-ups of units or frames", file=sys.stderr)
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
