"""`triaged run`: the daemon, in the foreground until it is told to stop."""

import os
import ssl
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from daemon import config
from daemon.cli.desk import Option, first_line, settings_of, store_troubles
from daemon.cli.knowledge import definition_in
from daemon.cli.mailboxes import NO_LIBRARY, is_readable
from daemon.cli.paper import complain, fail, fail_for
from daemon.core.fault import Faults
from daemon.core.mail.address import Key, Own
from daemon.core.settings import Settings
from daemon.edge.bell import MISSING, has_redis
from daemon.edge.notify import MISSING as NO_APPRISE
from daemon.edge.notify import has_apprise
from daemon.edge.oauth.kept import tokens_beside
from daemon.edge.webhook import MISSING as NO_HTTPX
from daemon.edge.webhook import has_httpx
from daemon.letters import BadTemplates
from daemon.renewal import Declared
from daemon.run import serve


class Role(StrEnum):
    """What this process does; several processes may share one PostgreSQL store."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"


def run(
    option: Option = None,
    role: Annotated[Role, typer.Option(help="intake: the doors only; worker: all behind them")] = Role.ALL,
) -> None:
    """Run the daemon until it is stopped; the store is brought up to date, the desk's key made at its first start."""
    path, settings = settings_of(option)
    _refuse_what_cannot_work(settings, role)
    definition = definition_in(Path(settings.emergency.definition))
    if isinstance(definition, Faults):
        fail_for(definition)
    keys = _keys(path)
    with store_troubles(settings):
        status = _serve(Declared(settings, definition), config.own_of(settings, keys), role, path)
    sys.stdout.flush()
    raise typer.Exit(status)


def _serve(declared: Declared, own: Own, role: Role, path: Path) -> int:
    """Serve; what the machine refuses at the start is told by the setting that asked for it."""
    settings = declared.settings
    try:
        return serve(lambda: _anew(path), declared, own, tokens=tokens_beside(path), role=role.value)
    except BadTemplates as error:
        fail(*error.faults)
    except ssl.SSLError as error:
        fail(f"smtp.tls_certificate: does not go with smtp.tls_key: {first_line(error)}")
    except OSError as error:
        if error.filename is not None or settings.smtp is None:
            raise
        fail(f"smtp.listen: {settings.smtp.listen} cannot be opened: {os.strerror(error.errno or 0).lower()}")


def _anew(path: Path) -> Declared | tuple[str, ...]:
    """Read the files once more, for a daemon that works; every fault at once."""
    settings = config.load(path)
    if isinstance(settings, Faults):
        return settings.lines()
    definition = definition_in(Path(settings.emergency.definition))
    return definition.lines() if isinstance(definition, Faults) else Declared(settings, definition)


def _keys(path: Path) -> tuple[Key, ...]:
    """Return the desk's keys, made now if this is the first start."""
    try:
        made = config.make_key(path)
    except OSError as error:
        fail(f"{config.key_file(path)}: cannot be written: {(error.strerror or 'unknown reason').lower()}")
    keys = config.desk_keys(path)
    if isinstance(keys, Faults):
        fail_for(keys)
    if made:
        complain(f"{config.key_file(path)} is made: keep it as you keep the store, and show it to nobody")
    return keys


def _refuse_what_cannot_work(settings: Settings, role: Role) -> None:
    if role is not Role.WORKER and settings.smtp is None and not settings.imap:
        fail("smtp: is missing, and so is [[imap]]: no mail could come in")
    if role is not Role.WORKER and settings.imap and not is_readable():
        fail(NO_LIBRARY)
    if settings.notify and not has_apprise():
        fail(NO_APPRISE)
    if settings.webhooks and not has_httpx():
        fail(NO_HTTPX)
    if settings.bell.redis and not has_redis():
        fail(MISSING)
