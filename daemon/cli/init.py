"""`triaged init`: the files of a new desk, with what its operator says of it already in them."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from shlex import quote
from typing import Annotated
from unicodedata import normalize

import typer
from rich.text import Text

from daemon.cli.paper import USAGE, complain, fail, say
from daemon.cli.providers import PROVIDERS, Provider, provider

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
WRITTEN = ("triaged.toml", "definition.toml")
PASSWORD = "MAILBOX_PASSWORD"  # noqa: S105 - the name of the variable
KNOWN = ", ".join(one.name for one in PROVIDERS)
_PERSON = re.compile(
    r'^(?:"?(?P<name>[^"<>\x00-\x1f]{1,80}?)"? ?<)?(?P<address>[^\s<>@,;"\x00-\x1f]{1,64}@[^\s<>@,;"]{1,253})>?$'
)
_ADDRESS = re.compile(r"^[^\s<>@,;\"\x00-\x1f]{1,64}@[^\s<>@,;\"]{1,253}$")
EXAMPLE = "Anna Berg <anna@acme.example>, Bo <bo@acme.example>"

Edit = tuple[str, str, tuple[str, ...]]  # below this line, the next that reads so, and what it is to read
Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="where to write them", show_default=False)]
Address = Annotated[str, typer.Option(metavar="ADDRESS", help="where customers write")]
Product = Annotated[str, typer.Option(metavar="ADDRESS", help="where all goes that is no emergency")]
Duty = Annotated[
    list[str] | None, typer.Option(metavar="PERSON", help='"Anna Berg <anna@acme.example>"; repeat it for the others')
]
Mailbox = Annotated[
    str, typer.Option(metavar="PROVIDER|HOST[:PORT]", help=f"read a hosted mailbox: {KNOWN}, or a host")
]
Relay = Annotated[str, typer.Option(metavar="URL", help="the way out, smtp://host:port or smtps://host:port")]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator says of the desk; what is empty stays as it is shipped."""

    address: str = ""
    product: str = ""
    duty: tuple[tuple[str, str], ...] = ()  # name and address of each
    mailbox: Provider | None = None
    relay: str = ""


def init(
    folder: Folder = Path(),
    address: Address = "",
    product: Product = "",
    duty: Duty = None,
    mailbox: Mailbox = "",
    relay: Relay = "",
) -> None:
    """Write triaged.toml and definition.toml, commented; files that are there stay as they are.

    At a terminal it asks for what is not given; Enter leaves a line for later.
    """
    if not any((address, product, duty, mailbox, relay)) and sys.stdin.isatty():
        address, product, duty, mailbox = _asked()
    wishes = _wishes(address, product, tuple(duty or ()), mailbox, relay)
    there = [name for name in WRITTEN if (folder / name).exists()]
    if len(there) == len(WRITTEN):
        fail(f"{folder / there[0]} is there already, and {there[1]} too: nothing is overwritten")
    if there and wishes != Wishes() and WRITTEN[0] in there:
        fail(f"{folder / there[0]} is there already: nothing is overwritten")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in WRITTEN:
            if name not in there:
                _write_new(folder / name, wishes)
    except OSError as error:
        fail(f"{error.filename or folder}: {(error.strerror or 'cannot be written').lower()}")
    for name in WRITTEN:
        say(Text(f"{folder / name}  {'kept as it is' if name in there else 'written'}"))
    _tell_what_is_next(folder, wishes)


def _asked() -> tuple[str, str, list[str], str]:
    """Ask for what matters most; what cannot be is asked again at once."""
    say("Enter leaves a question for later.")
    address = _ask("Where do customers write? (address)", _ADDRESS.match, "no address")
    product = _ask("Where does all go that is no emergency? (address)", _ADDRESS.match, "no address")
    people = _people_of(_ask(f"Who is on duty, in turns? ({EXAMPLE})", _are_people, "not written as in the example"))
    hosted = f"Who hosts the mailbox? ({KNOWN}, a host)"
    mailbox = _ask(hosted, lambda one: provider(one, ""), "none of these, and no HOST[:PORT]") if address else ""
    return address, product, people, mailbox


def _people_of(answer: str) -> list[str]:
    """Part a line of several people; a comma within a name in quotation marks parts nothing."""
    return [answer] if _PERSON.match(answer) else [one.strip() for one in re.split("[,;]", answer) if one.strip()]


def _are_people(answer: str) -> bool:
    return all(_PERSON.match(one) for one in _people_of(answer))


def _ask(question: str, fits: Callable[[str], object], wrong: str) -> str:
    def read(answer: str) -> str:
        answer = answer.strip()
        if answer and not fits(answer):
            raise typer.BadParameter(f"{answer!r} is {wrong}")
        return answer

    return str(typer.prompt(question, default="", show_default=False, value_proc=read))


def _wishes(address: str, product: str, duty: tuple[str, ...], mailbox: str, relay: str) -> Wishes:
    people = [(person, _PERSON.match(person.strip())) for person in duty]
    wrong = [f"--duty: {one!r} must read Anna Berg <anna@acme.example>" for one, found in people if found is None]
    at = provider(mailbox, relay) if mailbox else None
    if mailbox and at is None:
        wrong.append(f"--mailbox: {mailbox!r} is none of {KNOWN}, and no HOST[:PORT]")
    if mailbox and not address:
        wrong.append("--mailbox: needs --address, whose mailbox it is")
    if wrong:
        complain(*wrong)
        raise typer.Exit(USAGE)
    named = tuple((_name(found), found["address"]) for _, found in people if found)
    return Wishes(address, product, named, at, relay)


def _name(person: re.Match[str]) -> str:
    return person["name"] or person["address"].partition("@")[0].replace(".", " ").title()


def _write_new(path: Path, wishes: Wishes) -> None:
    content = (TEMPLATES / path.name).read_bytes()
    if path.name == WRITTEN[0]:
        content = filled(content.decode("utf-8"), wishes).encode("utf-8")
    with path.open("xb") as file:
        file.write(content)


def filled(template: str, wishes: Wishes) -> str:
    """Return the settings as they are shipped, with what is wished put in and all comments kept."""
    lines = template.split("\n")
    for below, line, new in (*_desk(wishes), *_people(wishes), *_mail_in(wishes), *_mail_out(wishes)):
        at = lines.index(line, lines.index(below))
        lines[at : at + 1] = new
    return "\n".join(lines)


def _desk(wishes: Wishes) -> tuple[Edit, ...]:
    address = ("[desk]", 'address = "support@example.org"', (f"address = {_text(wishes.address)}",))
    product = ("[pipeline]", 'address = "product@example.org"', (f"address = {_text(wishes.product)}",))
    return (*((address,) if wishes.address else ()), *((product,) if wishes.product else ()))


def _people(wishes: Wishes) -> tuple[Edit, ...]:
    if not wishes.duty:
        return ()
    ids = _ids([name for name, _ in wishes.duty])
    tables = tuple(
        line
        for id_, (name, address) in zip(ids, wishes.duty, strict=True)
        for line in ("[[people]]", f"id = {_text(id_)}", f"name = {_text(name)}", f"address = {_text(address)}", "")
    )
    rota = f"people = [{', '.join(map(_text, ids))}]"
    return (("[duty]", "# people = []", (rota,)), ("[pipeline]", "# [[people]]", (*tables, "# [[people]]")))


def _mail_in(wishes: Wishes) -> tuple[Edit, ...]:
    box = wishes.mailbox
    if box is None:
        return ()
    start = "[[imap]]"
    password = f'password = {{ env = "{PASSWORD}" }}'
    edits: tuple[Edit, ...] = (
        ("[smtp]", "# [[imap]]", (start,)),
        (start, '# host = "imap.example.org"', (f"host = {_text(box.host)}",)),
        (start, '# user = "support@example.org"', (f"user = {_text(wishes.address)}",)),
        (start, "# port = 993", (f"port = {box.port}",)),
        (start, '# recipient_header = "Delivered-To"', (f"recipient_header = {_text(box.recipient_header)}",)),
        ("[smtp]", 'listen = "127.0.0.1:8025"', ('# listen = "127.0.0.1:8025"',)),
        ("[smtp]", "[smtp]", ("# [smtp]",)),
    )
    if not box.oauth:
        return (*edits[:-2], (start, '# password = { env = "IMAP_PASSWORD" }', (password,)), *edits[-2:])
    oauth: tuple[Edit, ...] = (
        (start, '# oauth = "example"', (f"oauth = {_text(box.name)}",)),
        (start, "# [[oauth]]", ("[[oauth]]",)),
        ("[[oauth]]", '# name = "example"', (f"name = {_text(box.name)}",)),
        ("[[oauth]]", PROVIDER_LINE, (PROVIDER_LINE.removeprefix("# "),)),
        ("[[oauth]]", CLIENT_LINE, (CLIENT_LINE.removeprefix("# "),)),
    )
    return (*edits[:-2], *oauth, *edits[-2:])


PROVIDER_LINE = '# provider = "microsoft"                  # or "google"; another one needs its addresses below'
CLIENT_LINE = '# client_id = "00000000-0000-0000-0000-000000000000"'


def _mail_out(wishes: Wishes) -> tuple[Edit, ...]:
    url = wishes.mailbox.relay if wishes.mailbox else wishes.relay
    if not url:
        return ()
    edits: tuple[Edit, ...] = (("[relay]", 'url = "maildir:outgoing"', (f"url = {_text(url)}",)),)
    if wishes.mailbox is None:
        return edits
    return (
        *edits,
        ("[relay]", '# user = "support"', (f"user = {_text(wishes.address)}",)),
        ("[relay]", '# password = { env = "RELAY_PASSWORD" }', (f'password = {{ env = "{PASSWORD}" }}',)),
    )


def _ids(names: list[str]) -> list[str]:
    """Return the name of each person in commands: the first name in small letters, told apart by a number."""
    ids: list[str] = []
    for name in names:
        first = re.sub(r"[^a-z]", "", normalize("NFKD", name.split(" ")[0]).lower())[:28] or "person"
        ids.append(first if first not in ids else f"{first}{len(ids) + 1}")
    return ids


def _text(value: str) -> str:
    return dumps(value, ensure_ascii=False)


def _tell_what_is_next(folder: Path, wishes: Wishes) -> None:
    go = "" if folder.resolve() == Path.cwd() else f"cd {quote(str(folder))} && "
    box = wishes.mailbox
    if box is None:
        say(f"next: edit triaged.toml, then {go}triaged check && triaged run")
        return
    if box.note:
        say(f"note: {box.note}")
    say(f"next: {go}export {PASSWORD}='the password of {wishes.address}' && triaged check && triaged run")
