"""Settings, roster, letters and definition are taken up anew while the desk works; what is at fault changes nothing.

The house stands as a whole, and a new one takes its place at one moment. Each stage asks for it once, so a message is
judged by one definition and answered by one roster, from its reading to its end.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

import structlog

from daemon.alarms import Alert
from daemon.core.declared.agreement import disagreements
from daemon.core.declared.renewal import renewed
from daemon.core.desk.alarm import SETTINGS, News
from daemon.core.fault import key_of
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.edge.scan import open_scanner
from daemon.house import House
from daemon.journey import elapse, remember
from daemon.letters import BadTemplates, Letters
from store.model.alarm import Raised

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the operator's files say now."""

    settings: Settings
    definition: Definition


Wrong = tuple[str, ...]  # a line for each fault, with its file and line
Reading = Callable[[], Declared | Wrong]


@dataclass(slots=True)
class Standing:
    """The house as it stands; whoever begins a work takes it once and keeps it to the end."""

    house: House


async def renew(standing: Standing, read: Reading) -> bool:
    """Read the operator's files anew and put what they say in force; False if it is at fault, and nothing changed."""
    old = standing.house
    answer = await asyncio.to_thread(read)
    new = await _built(old, answer) if isinstance(answer, Declared) else answer
    if not isinstance(new, House):
        await _refuse(old, new)
        return False
    standing.house = new
    log.info("reloaded", definition=new.definition.hash, people=len(new.settings.people))
    return True


async def _built(old: House, declared: Declared) -> House | Wrong:
    """Return the new house, ready to work: its turns planned, and what others taught learned anew."""
    settings, waiting = renewed(old.settings, declared.settings)
    for key in waiting:
        log.warning("this setting was changed and waits for the next start", key=key)
    if waiting and (wrong := disagreements(settings)):  # old and new together may not agree
        return tuple(f"{key_of(path)}: {words}; it needs a restart" for path, words in wrong)
    try:
        letters = await asyncio.to_thread(lambda: Letters(settings.desk.language).tried())
    except BadTemplates as error:
        return error.faults
    memory = replace(old.memory, roster=build(settings, old.clock()), rota=(), latest=())
    scanner = old.scanner if settings.scan == old.settings.scan else open_scanner(settings.scan)
    new = replace(
        old, settings=settings, definition=declared.definition, letters=letters, memory=memory, scanner=scanner
    )
    await remember(new)
    return new


async def _refuse(house: House, wrong: Wrong) -> None:
    """Say each fault in the log, and write to the operator; the same faults once a day."""
    for line in wrong:
        log.error("not reloaded", fault=line)
    operator, now = house.settings.desk.operator, house.clock()
    if not operator:
        return
    digest = sha256("\n".join(wrong).encode()).hexdigest()[:16]
    key = f"refused/{datetime.fromtimestamp(now, UTC).date()}/{digest}"
    raised = Raised(SETTINGS, "", now, now, 0)
    await elapse(Alert(News(key, raised, len(wrong), "\n".join(wrong), passed=False, stands=False)), house)
