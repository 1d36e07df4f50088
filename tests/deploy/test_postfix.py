"""Postfix with the lines that are shipped for it: 200 mails to three recipients, each kept once, none sent again."""

import asyncio
import json
import re
from pathlib import Path

from typer.testing import CliRunner

from daemon.cli import app
from tests.child import Child
from tests.edge.postfix import NEEDS_POSTFIX, POSTFIX, SOURCE, postfix, run

pytestmark = NEEDS_POSTFIX
DEPLOY = Path(__file__).parent.parent.parent / "deploy" / "postfix"
MAILS = 200
HANDED = "relay=127.0.0.1[127.0.0.1]"
CONFIG = """
[desk]
address = "sales@hd.test"
aliases = ["2sales@hd.test"]
[smtp]
listen = "127.0.0.1:{door}"
protocol = "lmtp"
[pipeline]
address = "pipeline@team.test"
"""


def shipped(folder: Path, door: int) -> str:
    """Return the lines for main.cf, with this machine's places and the test's addresses put in; writes their tables."""
    table = (DEPLOY / "transport").read_text("utf-8").replace(":8024", f":{door}")
    line = next(line for line in table.splitlines() if not line.startswith("#"))
    addresses = ("sales@hd.test", "2sales@hd.test", "3sales@hd.test")
    (folder / "transport").write_text("".join(f"{line.replace('help@acme.example', one)}\n" for one in addresses))
    (folder / "header_checks").write_text(
        (DEPLOY / "header_checks").read_text("utf-8").replace("mx.acme.example", "mx.test")
    )
    text = (DEPLOY / "main.cf.part").read_text("utf-8")
    return text.replace("hash:/etc/postfix", f"texthash:{folder}").replace("pcre:/etc/postfix", f"regexp:{folder}")


def without_the_tests_own(main: Path) -> str:
    """Return main.cf with the shipped way to the desk alone."""
    lines = main.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("transport_maps = inline:")) + "\n"


async def test_two_hundred_mails_to_three_recipients_are_kept_once_each(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    for place in (tmp_path, *tmp_path.parents[:-2], tables):
        place.chmod(place.stat().st_mode | 0o055)  # Postfix reads its tables as nobody of importance
    desk = await Child.start(tmp_path, CONFIG)
    try:
        async with postfix(desk.door, shipped(tables, desk.door)) as (front, log):
            service = next(
                line for line in (DEPLOY / "master.cf.part").read_text().splitlines() if line.startswith("desk")
            )
            with (log.parent / "etc/master.cf").open("a") as master:
                master.write(re.sub(r"unix( +\S+ +\S+ +)y", r"unix\1n", service) + "\n")  # here without a jail
            (log.parent / "etc/main.cf").write_text(without_the_tests_own(log.parent / "etc/main.cf"))
            await run(str(POSTFIX), "-c", str(log.parent / "etc"), "reload")
            sender = ("-f", "cust@customer.test", "-t", "sales@hd.test", f"127.0.0.1:{front}")
            await run(str(SOURCE), "-s", "5", "-m", str(MAILS), "-r", "3", "-l", "3000", *sender)
            async with asyncio.timeout(90):
                while log.read_text("utf-8").count(HANDED) < 3 * MAILS:
                    await asyncio.sleep(0.1)
            said = log.read_text("utf-8")
        async with asyncio.timeout(60):
            while (figures := status(tmp_path))["received"] < MAILS:
                await asyncio.sleep(0.2)
    finally:
        desk.stop()
    assert said.count(HANDED) == 3 * MAILS
    assert said.count("status=sent (250 2.0.0") == 2 * MAILS
    assert said.count(" 550 5.1.1 No such mailbox here") == MAILS  # there is no third desk
    assert "may be sent more than once" not in said
    assert (figures["received"], figures["duplicates"]) == (MAILS, MAILS)


def status(folder: Path) -> dict[str, int]:
    asked = CliRunner().invoke(app, ["status", "--json", "-c", str(folder / "triaged.toml")])
    return dict(json.loads(asked.stdout))
