"""triaged.toml and the desk's key file: found, read and checked, or every mistake in them at once."""

import os
import re
import secrets
import tomllib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from pathlib import Path
from stat import S_IMODE
from tempfile import NamedTemporaryFile
from typing import Any

from daemon.core.declared.places import line_of, places
from daemon.core.declared.reading import read
from daemon.core.fault import Fault, Faults, key_of
from daemon.core.mail.address import Key, Own, fold
from daemon.core.settings import Settings

NAME = "triaged.toml"
VARIABLE = "TRIAGED_CONFIG"
KEY_FILE = "triaged.key"
DEFINITION = Path(__file__).parent.parent / "templates" / "definition.toml"
SECRETS = (
    ("store", "url"),
    ("bell", "redis"),
    ("imap", "password"),
    ("oauth", "client_secret"),
    ("relay", "password"),
    ("notify", "url"),
    ("webhooks", "secret"),
)
FILES = (  # must be there
    ("emergency", "definition"),
    ("smtp", "tls_certificate"),
    ("smtp", "tls_key"),
    ("imap", "ca_file"),
    ("duty", "holidays_file"),
)
URLS = (("store", "url", "sqlite:///"), ("relay", "url", "maildir:"))  # whose path is relative to the file
UNREAD = "\N{REPLACEMENT CHARACTER}"  # stands for a secret that could not be read, so that it is told once
_POSITION = re.compile(r" \(at (?:line (\d{1,9}), column (\d{1,9})|end of document)\)$")
SLIPS = (
    ("Invalid value", "a text needs quotes around it"),
    ("Cannot overwrite a value", "this key is given already"),
    ("Cannot declare", "this table is given already"),
    ("Unescaped '\\' in a string", "a \\ in a text is written \\\\, or the text in 'single quotes'"),
    ("Expected '=' after a key", "a key is followed by = and its value"),
)

Step = str | int
Complaint = tuple[tuple[Step, ...], str]


def find(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the file that is meant: `-c`, else `$TRIAGED_CONFIG`, else `./triaged.toml`."""
    return option or Path(environ.get(VARIABLE) or NAME)


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings | Faults:
    """Read a file of settings; paths in it become absolute, secrets are fetched, and all mistakes are told at once."""
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        return Faults(name, (Fault("", _unreadable(error)),))
    except UnicodeDecodeError as error:
        return Faults(name, (Fault("", "is not UTF-8 text", error.object.count(b"\n", 0, error.start) + 1),))
    except tomllib.TOMLDecodeError as error:
        return Faults(name, (_syntax(str(error)),))
    except RecursionError:
        return Faults(name, (Fault("", "is nested too deeply"),))
    settings, complaints = _settings(data, path.absolute().parent, environ)
    return Faults(name, _in_order(text, complaints)) if complaints or settings is None else settings


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file (`triaged init` writes one; -c FILE names another)"
    return f"cannot be read: {(error.strerror or 'unknown reason').lower()}"


def _syntax(words: str) -> Fault:
    """Split tomllib's words from its position, and say the commonest slips more plainly."""
    found = _POSITION.search(words)
    plain = words[: found.start()] if found else words
    plain = next((plainer for start, plainer in SLIPS if plain.startswith(start)), plain[:1].lower() + plain[1:])
    if found and found[1]:
        return Fault("", f"is no TOML at column {found[2]}: {plain}", int(found[1]))
    return Fault("", f"is no TOML{' at its end' if found else ''}: {plain}")


def _settings(
    data: dict[str, Any], folder: Path, environ: Mapping[str, str]
) -> tuple[Settings | None, tuple[Complaint, ...]]:
    complaints = [*_take_secrets(data, folder, environ)]
    _make_absolute(data, folder)
    complaints += _take_holidays(data)
    known = {path for path, _ in complaints}
    answer = read(data)
    if not isinstance(answer, Settings):
        return None, (*complaints, *(c for c in answer if c[0] not in known), *_absent_files(data, folder))
    return answer, (*complaints, *_absent_files(data, folder))


def _tables(data: Mapping[str, Any]) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    """Yield every table of the first level, those of a list one by one, with its path."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield (name,), value
        elif isinstance(value, list):
            yield from (((name, n), item) for n, item in enumerate(value) if isinstance(item, dict))


def _take_secrets(data: dict[str, Any], folder: Path, environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Put in place of `{ env = "NAME" }` and `{ file = "PATH" }` what they name."""
    for path, table in _tables(data):
        for key, value in table.items():
            if not isinstance(value, dict) or not value.keys() & {"env", "file"}:
                continue
            if (path[0], key) in SECRETS:
                table[key], words = _secret(value, folder, environ)
            else:
                table[key], words = UNREAD, "only a secret may be given as { env } or { file }: write the value itself"
            if words:
                yield (*path, key), words


def _secret(given: dict[str, Any], folder: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the secret and "", or UNREAD and what is wrong."""
    (kind, name), *more = given.items()
    if more or not isinstance(name, str) or not name:
        return UNREAD, 'must be either { env = "NAME" } or { file = "PATH" }'
    if kind == "env":
        value = environ.get(name, "")
        return (value, "") if value else (UNREAD, f"the environment has no variable {name}")
    try:
        value = (folder / name).read_text("utf-8").strip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        return UNREAD, f"the file {name} cannot be read: {str(reason).lower()}"
    return (value, "") if value else (UNREAD, f"the file {name} is empty")


def _take_holidays(data: dict[str, Any]) -> Iterator[Complaint]:
    """Add the days of the calendar file to those of the list."""
    table = data.get("duty")
    name = table.get("holidays_file") if isinstance(table, dict) else None
    if not isinstance(table, dict) or not isinstance(name, str) or not Path(name).is_file():
        return
    from daemon.core.roster.calendar import holidays  # noqa: PLC0415 - few desks have such a file, and it is slow

    try:
        found = holidays(Path(name).read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        found = f"cannot be read: {str(reason).lower()}"
    if isinstance(found, str):
        yield ("duty", "holidays_file"), f"{Path(name).name} {found}"
    elif isinstance(table.get("holidays", []), list):
        table["holidays"] = [*table.get("holidays", []), *found]


def _make_absolute(data: dict[str, Any], folder: Path) -> None:
    """Make the paths in the tables absolute; defaults count as written, beside the file."""
    for section, key, prefix in URLS:
        table = data.setdefault(section, {})
        default = Settings.model_fields[section].default
        url = table.get(key, getattr(default, key)) if isinstance(table, dict) else None
        if isinstance(url, str) and url.startswith(prefix) and len(url) > len(prefix) and ":memory:" not in url:
            table[key] = prefix + str(folder / url.removeprefix(prefix))
    emergency = data.setdefault("emergency", {})
    named = isinstance(emergency, dict) and "definition" in emergency
    if not named and not (folder / DEFINITION.name).is_file():
        data["emergency"] = {"definition": str(DEFINITION)}  # nobody has written one yet: the one that ships holds
    for _, table, key, path in tuple(_files(data)):
        table[key] = str(folder / path)


def _files(data: Mapping[str, Any]) -> Iterator[tuple[tuple[Step, ...], dict[str, Any], str, str]]:
    """Yield the files that must be there: the place of a table, the table, the key in it, and the path."""
    for place, table in _tables(data):
        for section, key in FILES:
            if place[0] == section:
                path = table.get(key, getattr(Settings.model_fields[section].default, key, None))
                if isinstance(path, str) and path:
                    yield place, table, key, path


def _absent_files(data: Mapping[str, Any], folder: Path) -> Iterator[Complaint]:
    for place, _, key, path in _files(data):
        if UNREAD in path or Path(path).is_file():
            continue
        near = os.path.relpath(path, folder)
        yield (*place, key), f"there is no file {near if not near.startswith('..') else path}"


def _in_order(text: str, complaints: tuple[Complaint, ...]) -> tuple[Fault, ...]:
    found = places(text)
    faults = [Fault(key_of(path), words, line_of(found, path)) for path, words in complaints]
    return tuple(sorted(faults, key=lambda fault: (fault.line is None, fault.line or 0)))


def own_of(settings: Settings, keys: tuple[Key, ...]) -> Own:
    """Return what makes an address or identifier ours, for these settings and keys."""
    desk = settings.desk
    return Own(tuple(fold(address) for address in desk.addresses), desk.tag, desk.id_host, keys)


def key_file(config: Path) -> Path:
    """Return where the desk's keys are kept: beside its configuration."""
    return config.absolute().parent / KEY_FILE


def make_key(config: Path) -> bool:
    """Make the desk's key file, readable by its owner only, unless there is one; say whether it was made.

    It appears whole and durable or not at all, and of two processes that start at once only one makes it.

    Raises:
        OSError: the folder cannot be written.

    """
    path = key_file(config)
    if path.exists():
        return False
    with NamedTemporaryFile(dir=path.parent, prefix=".triaged-key-") as new:  # mkstemp: 0600 from the first moment
        new.write(b"1 " + b64encode(secrets.token_bytes(32)) + b"\n")
        new.flush()
        os.fsync(new.fileno())
        try:
            path.hardlink_to(new.name)
        except FileExistsError:
            return False
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def desk_keys(config: Path) -> tuple[Key, ...] | Faults:
    """Read the desk's keys: a line each, `NAME BASE64`, of which the first signs and all are believed."""
    path = key_file(config)
    try:
        mode = S_IMODE(path.stat().st_mode)
        lines = path.read_text("ascii").splitlines() if not mode & 0o077 else []
    except OSError as error:
        return Faults(str(path), (Fault("", _unreadable_key(error)),))
    except UnicodeDecodeError:
        return Faults(str(path), (Fault("", "is no key file: a line is NAME BASE64"),))
    if mode & 0o077:
        words = f"is open to others (mode {mode:04o}); make it yours alone: chmod 600 {path}"
        return Faults(str(path), (Fault("", words),))
    return _keys(str(path), [line.strip() for line in lines])


def _unreadable_key(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no key file yet: `triaged run` makes it at its first start"
    return f"cannot be read: {(error.strerror or 'unknown reason').lower()}"


def _keys(name: str, lines: list[str]) -> tuple[Key, ...] | Faults:
    keys: list[Key] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        key = _key(line)
        if isinstance(key, str):
            faults.append(Fault("", key, number))
        elif key.name in {other.name for other in keys}:
            faults.append(Fault("", f"there is a key named {key.name} already", number))
        else:
            keys.append(key)
    if not keys and not faults:
        faults.append(Fault("", "holds no key: a line is NAME BASE64"))
    return Faults(name, tuple(faults)) if faults else tuple(keys)


def _key(line: str) -> Key | str:
    """Return the key of a line, or what is wrong with it (never with a word of the secret)."""
    key, _, secret = line.partition(" ")
    if len(key) != 1 or not (key.isdigit() or key.islower()):
        return "the name of a key is one digit or small letter"
    try:
        octets = b64decode(secret.strip(), validate=True)
    except (NotBase64, ValueError):
        return "the key is no base64"
    return Key(key, octets) if len(octets) >= 16 else "the key is too short: 16 octets or more"
