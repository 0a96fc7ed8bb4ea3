"""How the packages are built: who imports whom."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("adversarial_sampling", "adsam_bridge", "adsam_bench")


def _modules() -> dict[str, Path]:
    """Every file of the packages by its dotted name; a package's own is its ``__init__``."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in files
    }


def _imported(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            inside = {f"{source}.{alias.name}" for alias in node.names}
            # `from package import name` may name a module or something in the package's own file.
            found |= (inside & known.keys()) or {source}
    return found & known.keys()


def _imports() -> dict[str, set[str]]:
    known = _modules()
    return {name: _imported(name, path, known) for name, path in known.items()}


def _reachable(start: str, imports: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def test_imports_are_seen() -> None:
    imports = _imports()
    assert "adversarial_sampling.layers.layer" in imports["adversarial_sampling.layers.gaussian"]
    assert "adversarial_sampling._protocol" in imports["adsam_bridge.calls"]


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = _imports()
    assert [name for name in imports if name in _reachable(name, imports)] == []
