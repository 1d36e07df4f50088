"""The rules of the house, held by the build: who may import whom, purity, size, and a plain sentence at the head."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "daemon").rglob("*.py"), *(ROOT / "store").rglob("*.py")])
EVERY_FILE = sorted([*SOURCES, *(ROOT / "tests").rglob("*.py")])

FLOORS = (  # top to bottom: a module imports only from floors below its own, or from its own where that is said
    ("daemon.cli",),
    ("daemon.run",),
    ("daemon.mailroom", "daemon.comparing", "daemon.renewal"),
    ("daemon.journey",),
    ("daemon.alarms",),
    ("daemon.calendar",),
    ("daemon.digests", "daemon.quarantine", "daemon.turns"),
    ("daemon.inviting",),
    ("daemon.wording",),
    ("daemon.finding", "daemon.forgetting", "daemon.signals"),
    ("daemon.planning",),
    ("daemon.house",),
    ("daemon.loops",),  # the cranks listen to the bell
    ("daemon.config", "daemon.letters", "daemon.edge", "daemon.hands"),
    ("daemon.core",),
    ("store",),
)
OWN_FLOOR = ("daemon.cli", "daemon.core", "store")  # rooms whose files may know each other
IMPURE = {"asyncio", "os", "time", "random", "secrets", "socket", "logging", "pathlib", "threading", "subprocess"}
AT_HOME = {  # a library with I/O lives in one room
    "dns": "daemon.edge.dns",
    "aiosmtpd": "daemon.edge.smtp",
    "aioimaplib": "daemon.edge.imap",
    "aiosmtplib": "daemon.edge.relay",
    "redis": "daemon.edge.bell",
    "sqlalchemy": "store",
    "alembic": "store",
    "jinja2": "daemon.letters",
    "httpx": ("daemon.edge.oauth", "daemon.edge.webhook"),
    "apprise": "daemon.edge.notify",
    "prometheus_client": "daemon.edge.metrics",
    "icalendar": "daemon.core.roster.calendar",
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc", "service"}


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def floor(name: str) -> int | None:
    return next((n for n, rooms in enumerate(FLOORS) if any(within(name, room) for room in rooms)), None)


def same_door(name: str, imported: str) -> bool:
    """Say whether two modules are parts of one door; a door may be a package, and no door knows another."""
    own = name.split(".")[:3]
    return own[:2] == ["daemon", "edge"] and len(own) == 3 and imported.split(".")[:3] == own


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_imports_run_one_way(path: Path) -> None:
    name = module(path)
    here = floor(name)
    if here is None:
        return
    for imported in imports(path):
        there = floor(imported)
        if there is None:
            continue
        room = next(room for room in FLOORS[here] if within(name, room))
        same_room = (within(imported, room) and room in OWN_FLOOR) or same_door(name, imported)
        assert there > here or same_room or imported == name, f"{name} imports {imported}"


@pytest.mark.parametrize("path", [p for p in SOURCES if within(module(p), "daemon")], ids=module)
def test_only_the_wiring_sees_how_the_store_works(path: Path) -> None:
    if any(within(module(path), room) for room in ("daemon.cli", "daemon.run", "daemon.journey", "daemon.house")):
        return
    for imported in imports(path):
        if within(imported, "store"):
            assert within(imported, "store.model") or imported == "store", f"{module(path)} imports {imported}"


def test_the_nouns_import_only_the_standard_library() -> None:
    for path in (ROOT / "store" / "model").glob("*.py"):
        for imported in imports(path):
            first = imported.partition(".")[0]
            assert first in {"dataclasses", "datetime", "enum", "typing", "store"}, f"{path.name} imports {imported}"
            assert first != "store" or within(imported, "store.model"), f"{path.name} imports {imported}"


@pytest.mark.parametrize("path", sorted((ROOT / "daemon" / "core").rglob("*.py")), ids=module)
def test_the_core_is_pure(path: Path) -> None:
    found = {name.partition(".")[0] for name in imports(path)} & IMPURE
    assert not found, f"{module(path)} imports {', '.join(sorted(found))}"


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_a_library_that_touches_the_world_lives_in_one_room(path: Path) -> None:
    for imported in imports(path):
        home = AT_HOME.get(imported.partition(".")[0])
        rooms = home if isinstance(home, tuple) else (home,)
        assert home is None or any(within(module(path), room) for room in rooms), (
            f"{module(path)} imports {imported}; its home is {home}"
        )


def test_there_is_no_circle() -> None:
    names = {module(path) for path in SOURCES}
    arrows = {module(p): {i for i in imports(p) if i in names and i != module(p)} for p in SOURCES}
    standing = dict(arrows)
    while standing:
        free = {name for name, targets in standing.items() if not targets & standing.keys()}
        assert free, f"a circle among {sorted(standing)}"
        standing = {name: targets for name, targets in standing.items() if name not in free}


@pytest.mark.parametrize("path", EVERY_FILE, ids=module)
def test_every_file_opens_with_one_plain_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, "no docstring"
    first = docstring.splitlines()[0]
    assert first.endswith((".", ":", "?")), first


@pytest.mark.parametrize("path", EVERY_FILE, ids=module)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_no_function_is_longer_than_40_lines(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_no_room_has_a_vague_name(path: Path) -> None:
    assert not VAGUE & set(module(path).split("."))


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_everything_is_caught_only_where_work_is_set_aside(path: Path) -> None:
    name = module(path)
    if name == "daemon.loops" or within(name, "daemon.edge") or within(name, "daemon.cli"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            assert not broad, f"{name} catches everything in line {node.lineno}"


def test_no_lock_or_script_names_a_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "Makefile", ".ci/run"):
        path = ROOT / name
        assert "://" not in path.read_text("utf-8"), name
