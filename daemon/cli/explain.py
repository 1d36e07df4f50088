"""`triaged explain`: what the daemon would make of the messages in files, without any side effect."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from daemon import config
from daemon.cli.desk import AsJson, Option, settings_of
from daemon.cli.files import Found, messages
from daemon.cli.knowledge import definition_in, learned_by
from daemon.cli.paper import FAULT, complain, fail_for, say_json
from daemon.cli.portrait import show_page
from daemon.cli.records import Explained, explained_record
from daemon.core.commands.arguments import Known
from daemon.core.commands.known import known_to
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.reading import Commands, read_command
from daemon.core.fault import Faults
from daemon.core.mail.address import Own
from daemon.core.mail.reading import may_answer, read
from daemon.core.settings import Acknowledge, Smtp
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from daemon.core.triage.learn import NOTHING, Learned
from daemon.letters import SHIPPED
from store.model.facts import Facts
from store.model.message import AutomaticKind, Door, Envelope, Message

FILE = Envelope(mail_from="", rcpt_to=(), door=Door.FILE)  # the header tells the sender


class Explainer:
    """What is needed to read a message as this desk would, or as any desk would where no configuration is given."""

    def __init__(
        self,
        own: Own,
        smtp: Smtp,
        acknowledge: Acknowledge,
        definition: Definition | None,
        known: Known,
        learned: Learned = NOTHING,
    ) -> None:
        self.own = own
        self.smtp = smtp
        self.acknowledge = acknowledge
        self.definition = definition
        self.known = known
        self.learned = learned

    def explain(self, file: str, raw: bytes) -> Explained:
        """Read one message; whatever the bytes are, something can be said of them."""
        reading = read(raw, FILE, self.own, self.smtp)
        message, machine = reading.message, reading.automatic
        allowed = may_answer(reading, Facts(), self.acknowledge, self.own)
        verdict = judge(self.definition, message.subject, message.new_text, self.learned) if self.definition else None
        command = self.command(message) if machine.kind is AutomaticKind.NONE else None  # a machine orders nothing
        return Explained(file, message, machine, allowed, reading.bounce, verdict, command)

    def command(self, message: Message) -> Commands | NotUnderstood | None:
        """Read what the new text orders; a date in it is counted from the day on which it was written."""
        today = (message.date or datetime.now(UTC)).date()
        return read_command(message.new_text, replace(self.known, today=today))


def explain(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=".eml, mbox, maildir, or - for standard input")],
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Show what the daemon would make of these messages; nothing is sent, stored or changed."""
    reader = explainer(option)
    missing = 0
    for number, found in enumerate(found for file in files for found in messages(file)):
        if found.fault:
            missing += 1
            complain(f"{found.file}: {found.fault}")
        else:
            _show(reader, found, as_json=as_json, first=number == 0)
    if missing:
        raise typer.Exit(FAULT)


def _show(reader: Explainer, found: Found, *, as_json: bool, first: bool) -> None:
    explained = reader.explain(found.file, found.raw)
    if as_json:
        say_json(explained_record(explained))
    else:
        show_page(explained, first=first)


def explainer(option: Path | None) -> Explainer:
    """Return a reader for the desk of these settings, or for any desk where there are none."""
    path = config.find(option, os.environ)
    if option is None and not os.environ.get(config.VARIABLE) and not path.exists():
        definition = definition_in(SHIPPED / "definition.toml")
        shipped = None if isinstance(definition, Faults) else definition
        return Explainer(Own((), "+", "", ()), Smtp(), Acknowledge(), shipped, Known(date.min))
    path, settings = settings_of(option)
    definition = definition_in(Path(settings.emergency.definition))
    if isinstance(definition, Faults):
        fail_for(definition)
    keys = config.desk_keys(path)
    own = config.own_of(settings, () if isinstance(keys, Faults) else keys)
    known = known_to(settings, definition, date.min)
    learned = learned_by(settings, definition)
    return Explainer(own, settings.smtp or Smtp(), settings.acknowledge, definition, known, learned)
