"""A mailbox is read: what is in it becomes ours, whole and once, and is put away; real Dovecot, over TLS."""

import asyncio
from pathlib import Path

import pytest

from daemon.edge.imap import Patience
from store.model.mailbox import Place
from store.model.message import Door
from tests.edge.cutting import way_to
from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import box, letter, needs_dovecot, reading, server, until

pytestmark = needs_dovecot
__all__ = ["server"]


async def test_what_is_there_and_what_comes_later_becomes_ours_and_is_put_away(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", *(letter(n) for n in range(60)))
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: desk.count() == 60)
        server.deliver("desk", letter(60))
        await until(lambda: server.count("desk", "Archive") == 61)
        assert await desk.numbers() == list(range(61))
        assert len(desk.handed) == 61
        (line,) = desk.lines()
    assert line.error == ""
    assert line.read_at
    assert line.uid == 61
    assert server.count("desk") == 0


async def test_octets_are_kept_exactly(tmp_path: Path, server: Dovecot) -> None:
    odd = b"From: a@b.test\r\nMessage-ID: <1@c.test>\r\nSubject: \xff {12}\r\n\r\n)\r\n* 1 FETCH (\r\nA OK {3}\r\n\x80"
    empty_body = b"From: a@b.test\r\nMessage-ID: <2@c.test>\r\n\r\n"
    server.deliver("desk", odd, empty_body)
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: desk.count() == 2)
        assert [work.raw for work in await desk.kept()] == [odd, empty_body]
        assert desk.handed[0].door is Door.IMAP
        assert desk.handed[0].peer == f"desk@127.0.0.1:{server.port}"


async def test_somebody_reads_deletes_and_marks_meanwhile(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", *(letter(n) for n in range(10)))
    with server.person("desk") as somebody:
        somebody.store("1:4", "+FLAGS", r"(\Seen)")
        somebody.store("5", "+FLAGS", r"(\Seen \Flagged \Answered)")
        somebody.store("6", "+FLAGS", r"(\Deleted)")
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: server.count("desk", "Archive") == 10)
        assert await desk.numbers() == list(range(10))
    with server.person("desk", "Archive") as somebody:
        _, seen = somebody.search(None, "SEEN")
    assert len(seen[0].split()) == 5, "reading marks nothing as read"


async def test_a_month_away_is_no_matter(tmp_path: Path, server: Dovecot) -> None:
    async with reading(tmp_path, box(server)) as desk:
        server.deliver("desk", letter(0))
        await until(lambda: desk.count() == 1)
    with server.person("desk") as somebody:
        for n in range(1, 6):
            somebody.append("INBOX", r"(\Seen)", f'"{n:02d}-Jan-2020 10:00:00 +0000"', letter(n))
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: desk.count() == 6)
        assert await desk.numbers() == list(range(6))


async def test_a_folder_that_is_made_anew_is_read_from_its_start_and_old_mail_stays_one(
    tmp_path: Path, server: Dovecot
) -> None:
    with server.person("desk") as somebody:
        somebody.create("Sales")
    server.deliver("desk", *(letter(n) for n in range(100)), folder="Sales")
    sales = box(server, folder="Sales", done_folder="")
    async with reading(
        tmp_path, sales, patience=Patience(idle=0.5)
    ) as desk:  # Dovecot does not always say that it is gone
        await until(lambda: desk.count() == 100)
        with server.person("desk") as somebody:
            somebody.delete("Sales")
            somebody.create("Sales")
        server.deliver("desk", *(letter(n) for n in range(100)), folder="Sales")
        await until(lambda: len(desk.handed) >= 200)
        server.deliver("desk", *(letter(n) for n in range(100, 110)), folder="Sales")
        await until(lambda: desk.count() == 110)
        assert await desk.numbers() == list(range(110))


async def test_a_mailbox_restored_from_a_backup_loses_nothing(tmp_path: Path, server: Dovecot) -> None:
    """UIDs that were given before may name other messages then, though UIDVALIDITY is the same."""
    server.deliver("desk", *(letter(n) for n in range(3)))
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: desk.count() == 3)
        (line,) = desk.lines()
        far = line.uid + 1000
        await desk.store.keep_place(Place(line.account, line.folder, line.validity, far))
    server.deliver("desk", *(letter(n) for n in range(3, 6)))
    async with reading(tmp_path, box(server)) as desk:
        await until(lambda: desk.count() == 6)
        await until(lambda: server.count("desk") == 0)
        assert await desk.numbers() == list(range(6))


@pytest.mark.parametrize(
    ("capability", "moved"),
    [
        ("IMAP4rev1 IDLE MOVE", 5),
        ("IMAP4rev1 UIDPLUS", 5),
        ("IMAP4rev1", 0),
    ],
)
async def test_whatever_a_server_cannot_do_mail_comes_in_once(tmp_path: Path, capability: str, moved: int) -> None:
    with dovecot(capability=capability) as server:
        server.deliver("desk", *(letter(n) for n in range(4)))
        async with reading(tmp_path, box(server)) as desk:
            await until(lambda: desk.count() == 4)
            server.deliver("desk", letter(4))
            await until(lambda: desk.count() == 5)
            await until(lambda: server.count("desk") == 5 - moved)
            await until(lambda: desk.lines()[0].uid == 5)
        async with reading(tmp_path, box(server)) as desk:
            server.deliver("desk", letter(5))
            await until(lambda: desk.count() == 6)
            assert await desk.numbers() == list(range(6))
            assert len(desk.handed) == 1, "the place in the folder is known"
        assert server.count("desk", "Archive") >= moved


async def test_what_others_marked_as_deleted_is_not_expunged(tmp_path: Path) -> None:
    with dovecot(capability="IMAP4rev1 UIDPLUS") as server:
        server.deliver("desk", *(letter(n) for n in range(3)))
        with server.person("desk") as somebody:
            somebody.store("2", "+FLAGS", r"(\Deleted)")
        async with reading(tmp_path, box(server)) as desk:
            desk.refused.add(1)
            await until(lambda: "cannot be stored" in desk.error() and server.count("desk") == 1)
            assert await desk.numbers() == [0, 2]
            desk.refused.clear()
            await until(lambda: desk.count() == 3)


async def test_a_wrong_password_is_told_and_the_right_one_is_enough(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", letter(1))
    async with reading(tmp_path, box(server), password="wrong") as desk:
        await until(lambda: "does not let desk in" in desk.error())
        assert "wrong" not in desk.error()
        desk.password = "secret"
        await until(lambda: desk.count() == 1)
        await until(lambda: not desk.error())


async def test_one_account_that_is_dead_does_not_touch_the_others(tmp_path: Path, server: Dovecot) -> None:
    dead = box(server, host="localhost", port=1)
    async with reading(tmp_path, dead, box(server), box(server, folder="Nowhere")) as desk:
        server.deliver("desk", letter(1))
        await until(lambda: desk.count() == 1)
        await until(lambda: len(desk.lines()) == 3 and any(line.read_at for line in desk.lines()))
        told = {line.folder if line.account.endswith(str(server.port)) else "dead": line.error for line in desk.lines()}
    assert told["INBOX"] == ""
    assert told["dead"].startswith("nobody answers at localhost:1")
    assert told["Nowhere"].startswith("the folder cannot be opened: ")


async def test_a_stranger_s_certificate_is_refused(tmp_path: Path, server: Dovecot) -> None:
    async with reading(tmp_path, box(server, ca_file=None)) as desk:
        await until(lambda: "the server's certificate does not hold" in desk.error())
        assert not desk.handed


async def test_starttls(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", letter(1))
    async with reading(tmp_path, box(server, port=server.plain, tls="starttls")) as desk:
        await until(lambda: desk.count() == 1)
        await until(lambda: server.count("desk") == 0)


async def test_a_folder_may_have_any_name(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", letter(1))
    async with reading(tmp_path, box(server, done_folder='Erledigt/Gelöst & "fertig" 日本')):
        await until(lambda: server.count("desk") == 0)
    with server.person("desk") as somebody:
        _, folders = somebody.list()
    assert any(b'Erledigt/Gel&APY-st &- \\"fertig\\" &ZeVnLA-' in line for line in folders), folders


async def test_a_message_that_the_store_does_not_take_stays_and_holds_nobody_up(
    tmp_path: Path, server: Dovecot
) -> None:
    server.deliver("desk", *(letter(n) for n in range(120)))
    async with reading(tmp_path, box(server)) as desk:
        desk.refused.add(7)
        await until(lambda: desk.count() == 119)
        await until(lambda: server.count("desk") == 1)
        await until(lambda: "cannot be stored" in desk.error())
        desk.refused.clear()
        await until(lambda: desk.count() == 120)
        await until(lambda: not desk.error())
        assert await desk.numbers() == list(range(120))


async def test_a_message_over_the_limit_is_set_aside_visibly(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", letter(1), letter(2, body="x" * 70 * 1000 * 10), letter(3))
    async with reading(tmp_path, box(server), max_bytes=600_000) as desk:
        await until(lambda: server.count("desk", "Archive") == 3)
        assert await desk.numbers() == [1, 3]
        (why,) = desk.aside()
    assert why.startswith("too large: 700")
    assert why.endswith("the whole is in Archive")


async def test_closing_does_not_wait_for_the_server(tmp_path: Path, server: Dovecot) -> None:
    async with reading(tmp_path, box(server), patience=Patience(logout=0.5)) as desk:
        await until(lambda: bool(desk.lines()) and bool(desk.lines()[0].read_at))
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 2


async def test_a_line_that_goes_dead_while_we_wait_for_mail_is_left_and_the_mail_read_by_another(
    tmp_path: Path, server: Dovecot
) -> None:
    patience = Patience(connect=5, command=0.5, idle=0.3)
    async with way_to(server.port) as way, reading(tmp_path, box(server, port=way.port), patience=patience) as desk:
        server.deliver("desk", letter(1))
        await until(lambda: server.count("desk") == 0)
        way.die()
        way.replace()
        server.deliver("desk", letter(2))
        await until(lambda: desk.count() == 2 and server.count("desk") == 0)
        assert way.connections == 2
        await until(lambda: not desk.error())
