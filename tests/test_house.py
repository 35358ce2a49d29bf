"""Rules of the house that no linter knows: records, docstrings, kernels, doors between rooms, quick help."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import downrange

PACKAGE = Path(downrange.__file__).parent
MODULES = sorted(m.name for m in pkgutil.walk_packages(downrange.__path__, "downrange.") if "__main__" not in m.name)
ROOMS = sorted(m.name for m in pkgutil.iter_modules(downrange.__path__, "downrange.") if m.ispkg)
KERNELS = [name for name in MODULES if "._kernel" in name]
CONSTANTS = {"downrange.base.units", "downrange.base.wgs84"}  # their names are the public ones
HEAVY = ("numba", "scipy", "matplotlib")
KERNEL_MAY_IMPORT = {"__future__", "cmath", "math", "numba", "numpy", "numpy.typing", "typing"}


def tree_of(module: str) -> ast.Module:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def imports_of(module: str) -> list[tuple[str, str]]:
    """Return (module, name) of every import, wherever it stands; name is "" for a plain import."""
    found = []
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def defined_in(module: str) -> list[type]:
    loaded = importlib.import_module(module)
    return [thing for _, thing in inspect.getmembers(loaded, inspect.isclass) if thing.__module__ == module]


def test_every_folder_with_code_is_a_room():
    folders = {f"downrange.{file.parent.name}" for file in PACKAGE.glob("*/*.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_every_dataclass_is_frozen_and_keyword_only(module):
    for record in filter(dataclasses.is_dataclass, defined_in(module)):
        assert record.__dataclass_params__.frozen, f"{module}.{record.__name__} is not frozen"
        loose = [field.name for field in dataclasses.fields(record) if field.init and not field.kw_only]
        assert not loose, f"{module}.{record.__name__}: {loose} are not keyword-only"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_out_and_where_to_start(room):
    lines = [line.split(":")[0] for line in (importlib.import_module(room).__doc__ or "").splitlines()]
    assert [word for word in lines if word in ("In", "Out", "Start here")] == ["In", "Out", "Start here"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_exists_and_says_what_it_is(room):
    loaded = importlib.import_module(room)
    assert loaded.__all__, f"{room} has no public names"
    assert len(set(loaded.__all__)) == len(loaded.__all__)
    for name in loaded.__all__:
        thing = getattr(loaded, name)
        if not str(getattr(thing, "__module__", "")).startswith("downrange"):
            continue  # a constant or another library's type says nothing by itself
        said = vars(thing).get("__doc__") if inspect.isclass(thing) else inspect.getdoc(thing)
        assert said, f"{room}.{name} has no docstring"
        assert not said.startswith(f"{name}("), f"{room}.{name} has only the docstring that dataclass makes up"


@pytest.mark.parametrize("module", KERNELS)
def test_a_kernel_imports_only_arithmetic_and_kernels(module):
    for source, name in imports_of(module):
        ours = source.startswith("downrange") and (name == "_kernel" or "._kernel" in source)
        assert ours or source in KERNEL_MAY_IMPORT, f"{module} imports {source} {name}"


@pytest.mark.parametrize("module", [name for name in MODULES if "._kernel" not in name])
def test_rooms_meet_only_at_their_doors(module):
    own = ".".join(module.split(".")[:2])
    for source, name in imports_of(module):
        if not source.startswith("downrange.") or source == own or source.startswith(f"{own}."):
            continue
        if module.startswith(own) and "._kernel" in source:
            continue  # import-linter knows who may
        if source in CONSTANTS:
            continue
        assert source in ROOMS, f"{module} imports {source}: take it from the room, not from a module in it"
        public = importlib.import_module(source).__all__
        inside = f"{source}.{name}" in MODULES and not name.startswith("_")
        assert name in public or inside, f"{module} imports {name}, which {source} does not offer"


def heavy_after(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter; its standard error names the heavy libraries that were loaded."""
    code += f"\nimport sys\nprint(*({set(HEAVY)} & sys.modules.keys()), end='', file=sys.stderr)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", sorted({"downrange", "downrange.base", "downrange.cli"} & {"downrange", *MODULES}))
def test_importing_the_door_stays_cheap(module):
    done = heavy_after(f"import {module}")
    assert (done.returncode, done.stderr) == (0, "")


if "downrange.cli" in MODULES:

    def test_help_needs_no_heavy_library():
        done = heavy_after(
            "import sys; from downrange.cli import main; sys.argv = ['downrange', '--help']\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "Usage" in done.stdout


def test_no_file_grows_past_what_a_person_reads():
    long = {
        str(file.relative_to(PACKAGE)): len(file.read_text(encoding="utf-8").splitlines())
        for file in PACKAGE.rglob("*.py")
    }
    assert not {name: lines for name, lines in long.items() if lines > 600}


def functions_of(file: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)]


def claims(function: ast.FunctionDef, helpers: set[str]) -> bool:
    """Say whether a function asserts, expects an error, or calls a helper of its file that does."""
    for node in ast.walk(function):
        called = ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Assert) or called in helpers or called in {"raises", "warns", "fail"}:
            return True
        if called.startswith("assert_") or called == "run_state_machine_as_test":  # of numpy.testing, of hypothesis
            return True
    return False


def test_no_test_without_a_claim():
    for file in sorted(Path(__file__).parent.rglob("test_*.py")):
        functions = functions_of(file)
        helpers = {f.name for f in functions if not f.name.startswith("test_") and claims(f, set())}
        idle = [f.name for f in functions if f.name.startswith("test_") and not claims(f, helpers)]
        assert not idle, f"{file.name}: {idle} cannot fail"
