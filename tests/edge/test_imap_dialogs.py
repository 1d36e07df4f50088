"""Dialogs with servers that misbehave, and with those that want a token: nothing hangs, and everything is told."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from daemon.edge.imap import Patience
from tests.edge.imap_script import CLOSE, HANG, Script, scripted
from tests.edge.mailroom import Reading, letter, reading, until

SHORT = Patience(connect=0.5, command=0.4, logout=0.2, idle=0.4)
REFUSAL = b64encode(json.dumps({"status": "400", "schemes": "bearer"}).encode()).decode()


def table(script: Script, **more: object) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": script.port, "tls": "none", "user": "desk", "password": "x", **more}


def capable(*words: str) -> tuple[str, ...]:
    return (f"* CAPABILITY IMAP4rev1 {' '.join(words)}", "{tag} OK done")


def well(desk: Reading) -> bool:
    return any(line.read_at for line in desk.lines())


def said_in(script: Script, start: str) -> list[str]:
    return [line.partition(" ")[2] for line in script.heard if line.partition(" ")[2].startswith(start)]


async def test_xoauth2_in_one_step(tmp_path: Path) -> None:
    script = Script({"AUTHENTICATE": ("{tag} OK welcome",)})
    async with scripted(script), reading(tmp_path, table(script), token="t0k", patience=SHORT) as desk:
        await until(lambda: well(desk))
    mechanism, words = said_in(script, "AUTHENTICATE")[0].split()[1:]
    assert (mechanism, b64decode(words)) == ("XOAUTH2", b"user=desk\1auth=Bearer t0k\1\1")
    assert not said_in(script, "LOGIN")


async def test_oauthbearer_where_the_server_asks_first(tmp_path: Path) -> None:
    script = Script(
        {"CAPABILITY": capable("AUTH=OAUTHBEARER", "AUTH=XOAUTH2"), "AUTHENTICATE": ("+ ", "{tag} OK welcome")}
    )
    async with scripted(script), reading(tmp_path, table(script), token="t0k", patience=SHORT) as desk:
        await until(lambda: well(desk))
    assert said_in(script, "AUTHENTICATE")[0] == "AUTHENTICATE OAUTHBEARER"
    words = b64decode(script.heard[script.heard.index(next(x for x in script.heard if "AUTHENTICATE" in x)) + 1])
    assert words == f"n,a=desk,\1host=127.0.0.1\1port={script.port}\1auth=Bearer t0k\1\1".encode()


@pytest.mark.parametrize(("mechanism", "answer"), [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")])
async def test_the_challenge_after_a_refused_token_is_answered(tmp_path: Path, mechanism: str, answer: str) -> None:
    script = Script(
        {
            "CAPABILITY": capable(f"AUTH={mechanism}", "SASL-IR"),
            "AUTHENTICATE": (f"+ {REFUSAL}", "{tag} NO [AUTHENTICATIONFAILED] Invalid credentials"),
        }
    )
    async with scripted(script), reading(tmp_path, table(script), token="stale", patience=SHORT) as desk:
        await until(lambda: "Invalid credentials" in desk.error())
        assert desk.error().startswith("the server does not let desk in")
        assert "stale" not in desk.error()
    first = next(n for n, line in enumerate(script.heard) if "AUTHENTICATE" in line)
    assert script.heard[first + 1] == answer


async def test_a_server_without_a_fitting_way_in_is_told(tmp_path: Path) -> None:
    script = Script({"CAPABILITY": capable("AUTH=PLAIN")})
    async with scripted(script), reading(tmp_path, table(script), token="t", patience=SHORT) as desk:
        await until(lambda: "takes no bearer token" in desk.error())
    other = tmp_path / "other"
    other.mkdir()
    script = Script({"CAPABILITY": capable("LOGINDISABLED")})
    async with scripted(script), reading(other, table(script), patience=SHORT) as desk:
        await until(lambda: "takes no password" in desk.error())


async def test_goodbye_while_waiting_is_taken_up_again(tmp_path: Path) -> None:
    def goodbye(name: str, number: int) -> tuple[str, ...] | None:
        return ("* BYE going down", HANG) if name == "IDLE" and number == 1 else None

    script = Script(choose=goodbye)
    async with scripted(script), reading(tmp_path, table(script), patience=SHORT) as desk:
        await until(lambda: script.connections == 2 and not desk.error() and len(said_in(script, "IDLE")) >= 2)


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "IDLE", "CAPABILITY"])
@pytest.mark.parametrize("what", [HANG, CLOSE, "* BYE", "* 1 FETCH (", "nonsense"])
async def test_wherever_a_server_falls_silent_or_raves_it_is_tried_again(
    tmp_path: Path, command: str, what: str
) -> None:
    def bad(name: str, number: int) -> tuple[str, ...] | None:
        return (what, HANG) if name == command and number == 1 else None

    script = Script(choose=bad)
    async with scripted(script), reading(tmp_path, table(script), patience=SHORT) as desk:
        await until(lambda: script.connections >= 2 and well(desk) and not desk.error())


@pytest.mark.parametrize("greeting", ["* BYE full", "", "220 an SMTP server", "* OK\x00\xff"])
async def test_whoever_greets_oddly_is_told_or_read(tmp_path: Path, greeting: str) -> None:
    script = Script(greeting=greeting)
    async with scripted(script), reading(tmp_path, table(script), patience=SHORT) as desk:
        await until(lambda: bool(desk.error()) or well(desk))


async def test_a_message_that_the_server_cannot_read_holds_nobody_up(tmp_path: Path) -> None:
    raw = {n: letter(n).decode() for n in (1, 3)}

    class Broken(Script):
        async def _answer(self, line, number, reader, writer):  # type: ignore[no-untyped-def]
            tag, _, rest = line.partition(" ")
            if "BODY.PEEK[]" in rest:
                which = rest.split()[2]
                if "2" in which or ":" in which:
                    writer.write(f"{tag} NO [SERVERBUG] broken\r\n".encode())
                else:
                    octets = raw[int(which)]
                    writer.write(
                        f"* 1 FETCH (BODY[] {{{len(octets)}}}\r\n{octets} UID {which})\r\n{tag} OK\r\n".encode()
                    )
                return
            await super()._answer(line, number, reader, writer)

    script = Broken(
        {
            "UID SEARCH": ("* SEARCH 3 1 2", "{tag} OK done"),
            "UID FETCH": (*(f"* {n} FETCH (RFC822.SIZE 300 UID {n})" for n in (1, 2, 3)), "{tag} OK done"),
            "UID MOVE": ("{tag} OK done",),
        }
    )
    async with scripted(script), reading(tmp_path, table(script), patience=SHORT) as desk:
        await until(lambda: desk.count() == 2 and "message 2 cannot be read" in desk.error())
        assert await desk.numbers() == [1, 3]
        assert not desk.lines()[0].uid > 1, "the place stays before what is not ours"
