"""What `scenescout doctor` looks at: each check is a function from the settings to its findings."""

from __future__ import annotations

import codecs
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from scenescout_tui.cli.output import count, is_terminal
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.lock import EngineLock, EngineLockedError
from scenescout_tui.safe_text import redact
from scenescout_tui.settings import RESOURCE_LIMITS, Settings, config_dir
from scenescout_tui.store import database_file
from scenescout_tui.store.database import ServerState

#: Free bytes below which a disk is worth a note, and below which an import is bound to fail.
_LITTLE = 1_000_000_000
_TOO_LITTLE = 50_000_000

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `action` says what to do where it is not ok."""

    what: str
    state: State
    detail: str
    action: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as an object."""
        return asdict(self)


def _python(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", "ok", f"{version} at {sys.executable}, SQLite {sqlite3.sqlite_version}")


def _locale(settings: Settings) -> Iterator[Finding]:
    encoding = sys.stdout.encoding or "ascii"
    if codecs.lookup(encoding).name == "utf-8":
        yield Finding("locale", "ok", "UTF-8")
    else:
        yield Finding(
            "locale",
            "note",
            f"{encoding}: signs that are not ASCII are replaced",
            "Set LANG or LC_ALL to a UTF-8 locale, such as C.UTF-8.",
        )


def _terminal(settings: Settings) -> Iterator[Finding]:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        yield Finding(
            "terminal", "note", "none here: the console cannot open", "Use the verbs, or a terminal."
        )
        return
    size = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    if size.columns < 80 or size.lines < 24:
        yield Finding(
            "terminal", "note", f"{term}, {size.columns} x {size.lines}", "Make it 80 x 24 or larger."
        )
    else:
        yield Finding("terminal", "ok", f"{term}, {size.columns} x {size.lines}")


def _settings(settings: Settings) -> Iterator[Finding]:
    file = config_dir() / "config.toml"
    yield Finding("settings", "ok", f"{file} {'read' if file.exists() else 'is not there; none is needed'}")
    for note in settings.notes:
        yield Finding("settings", "note", note, "Correct the name, or take it away.")


def _presets(settings: Settings) -> Iterator[Finding]:
    detail = f"imports use EVENT_PROCESSING, create_spawner() uses {settings.environment}"
    yield Finding("presets", "ok", f"{detail}; settings win over both")


def _memory(settings: Settings) -> Iterator[Finding]:
    each = RESOURCE_LIMITS.memory_per_worker
    workers = settings.spawner_config("EVENT_PROCESSING").max_workers
    yield Finding(
        "memory",
        "ok",
        f"intake pauses when an import has grown by {each * workers / 1e6:,.0f} MB"
        f" ({each / 1e6:,.0f} MB for each of {count(workers, 'worker')})",
    )


def _tokens(settings: Settings) -> Iterator[Finding]:
    for name in ("eventbrite_token", "yelp_token"):
        if getattr(settings, name) is None:
            yield Finding("token", "ok", f"{name} is not set; files and feeds can be imported without it")
        else:
            yield Finding("token", "ok", f"{name} is set ({settings.origin(name)})")


def _log(settings: Settings) -> Iterator[Finding]:
    path = settings.log_file
    blocker = _not_writable(path)
    if blocker:
        yield Finding("log", "wrong", f"{path}: {blocker}", "Make it writable, or set SCENESCOUT_LOG_FILE.")
    elif path.exists() and _mode(path) & 0o077:
        yield Finding("log", "note", f"{path} can be read by others", f"chmod 600 {path}")
    else:
        yield Finding("log", "ok", str(path))


def _disk(settings: Settings) -> Iterator[Finding]:
    file = database_file(settings.database_url)
    if file is None:
        return
    folder = _nearest_folder(file)
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding(
            "disk", "wrong", f"{folder}: {error.strerror}", "Name another database with --database."
        )
        return
    detail = f"{free / 1e9:,.1f} GB free at {folder}"
    if free < _TOO_LITTLE:
        yield Finding("disk", "wrong", detail, "Free space before the next import.")
    elif free < _LITTLE:
        yield Finding("disk", "note", detail, "Free space soon.")
    else:
        yield Finding("disk", "ok", detail)


def _database(settings: Settings) -> Iterator[Finding]:
    file = database_file(settings.database_url)
    if file is None:
        yield from _on_server(settings)
        return
    if not file.exists():
        blocker = _not_writable(file)
        if blocker:
            yield Finding("database", "wrong", f"{file}: {blocker}", "Name another database with --database.")
        else:
            yield Finding("database", "ok", f"{file} is not there yet; the first import creates it")
        return
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        yield Finding(
            "database",
            "wrong",
            f"{file} cannot be written",
            "Make the file and its folder writable for this user.",
        )
    elif _mode(file) & 0o077:
        yield Finding("database", "note", f"{file} can be read by others", f"chmod 600 {file}")
    yield from _inside(file)


def _on_server(settings: Settings) -> Iterator[Finding]:
    """Look into a database on a server, and the one that follows it."""
    from scenescout_tui.store import Store

    for what, url in (("database", settings.database_url), ("reading", settings.read_database_url)):
        if url is None:
            continue
        where = redact(url)
        try:
            with Store(url, read_only=True) as store:
                found, server = store.counts(), store.server_state()
        except SpawnerError as error:
            yield Finding(what, "note", f"{where}: {error.message}", str(error.metadata.get("action", "")))
            continue
        assert server is not None
        yield Finding(what, "ok", f"{where}: {count(found.events, 'event')}, PostgreSQL {server.version}")
        yield from _sessions(what, settings, server)


def _sessions(what: str, settings: Settings, server: ServerState) -> Iterator[Finding]:
    """Say how busy a server is, and with what."""
    most = settings.database_connections
    used = f"{server.sessions} of {server.max_sessions} connections in use, at most {most} by each process"
    if most > server.max_sessions:
        yield Finding(what, "note", used, f"Set SCENESCOUT_DATABASE_CONNECTIONS below {server.max_sessions}.")
    else:
        yield Finding(what, "ok", used)
    numbers = ", ".join(map(str, server.importing))
    yield Finding("engine", "ok", f"importing: sessions {numbers}" if numbers else "nobody imports")
    if server.writing is not None:
        session, seconds = server.writing
        yield Finding("engine", "ok", f"session {session} has been writing for {seconds:,.1f} s")


def _inside(file: Path) -> Iterator[Finding]:
    """Look into the database: is it whole, is it ours, what does it hold."""
    from scenescout_tui.store import Store
    from scenescout_tui.store.migrations import REVISIONS

    try:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            problems = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
            fresh, version = _schema(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        yield Finding(
            "database", "wrong", f"{file}: {error}", "Restore it from a backup, or name another --database."
        )
        return
    if problems != ["ok"] or orphans:
        detail = (
            "; ".join(problems) if problems != ["ok"] else f"{count(len(orphans), 'row')} without its parent"
        )
        yield Finding(
            "database",
            "wrong",
            f"{file}: {detail}",
            "Restore it from a backup; export what can be read first.",
        )
        return
    try:
        store = Store(str(file), read_only=True)
        store.open()
        try:
            found = store.counts()
        finally:
            store.close()
    except SpawnerError as error:
        if fresh:
            yield Finding("database", "ok", f"{file} is empty; the first import fills it")
        else:
            # One of an older version is brought up to date by whoever writes to it next.
            state: State = "note" if version in REVISIONS else "wrong"
            yield Finding("database", state, error.message, str(error.metadata.get("action", "")))
        return
    size = file.stat().st_size / 1e6
    detail = f"{file}: {count(found.events, 'event')}, {size:,.1f} MB, whole"
    yield Finding("database", "ok", detail)
    if found.errors_open:
        yield Finding("errors", "note", f"{count(found.errors_open, 'error')} open", "See: scenescout errors")
    if found.pending:
        yield Finding(
            "review", "note", f"{count(found.pending, 'submission')} waiting", "See: scenescout review"
        )


def _schema(connection: sqlite3.Connection) -> tuple[bool, str | None]:
    """Tell whether a database holds nothing at all yet, and the version of our schema in it, if any."""
    from scenescout_tui.store.schema import VERSION_TABLE

    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if VERSION_TABLE not in tables:
        return not tables and owner == 0, None
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 – our own name
    return False, row[0] if row else None


def _engine(settings: Settings) -> Iterator[Finding]:
    file = database_file(settings.database_url)
    if file is None or not file.parent.exists():
        return
    lock = EngineLock(file)
    if not lock.path.exists():
        yield Finding("engine", "ok", "nobody runs it")
        return
    try:
        lock.acquire()
    except EngineLockedError as held:
        yield Finding("engine", "ok", held.message)
    except OSError as error:
        yield Finding("engine", "wrong", f"{lock.path}: {error.strerror}", "Make it writable for this user.")
    else:
        lock.release()
        yield Finding("engine", "ok", "nobody runs it")


def _nearest_folder(path: Path) -> Path:
    """Return the folder the path would be made in: the first one above it that exists."""
    return next(folder for folder in path.absolute().parents if folder.exists())


def _not_writable(path: Path) -> str:
    """Say what keeps a file from being written or created, or nothing."""
    if path.is_dir():
        return "is a folder"
    if path.exists():
        return "" if os.access(path, os.W_OK) else "cannot be written"
    folder = _nearest_folder(path)
    if not folder.is_dir():
        return f"{folder} is not a folder"
    return "" if os.access(folder, os.W_OK) else f"{folder} cannot be written"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _locale,
    _terminal,
    _settings,
    _presets,
    _memory,
    _tokens,
    _log,
    _disk,
    _database,
    _engine,
)
