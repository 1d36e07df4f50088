"""A mail with forged Authentication-Results, sent to a running desk: believed, removed, or not for us to know."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.child import Child
from tests.cli.conftest import Triaged
from tests.edge.postfix import NEEDS_POSTFIX, postfix
from tests.edge.scripted import Script, serving

CONFIG = """
[desk]
address = "sales@hd.test"
[smtp]
listen = "127.0.0.1:{door}"
protocol = "PROTOCOL"
trusted_authserv = ["mx.test"]
[pipeline]
address = "product@acme.example"
"""
STRIPPED = "header_checks = regexp:{{/^Authentication-Results:/ IGNORE}}\n"


async def probed(triaged: Triaged, folder: Path, through: str) -> tuple[int, list[tuple[str, str]]]:
    config = folder / "triaged.toml"
    result = await asyncio.to_thread(triaged, "check", "-c", config, "--probe", "--through", through, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, [(line["level"], line["words"]) for line in lines if line["about"] == "probe"]


async def figures(triaged: Triaged, folder: Path) -> dict[str, object]:
    """What `status` says once nothing is in hand."""
    async with asyncio.timeout(60):
        while True:
            told = await asyncio.to_thread(triaged, "status", "--json", "-c", folder / "triaged.toml")
            found = json.loads(told.stdout)
            if not found["waiting"]:
                return found


async def test_a_server_that_lets_forged_results_through_is_found_out(tmp_path: Path, triaged: Triaged) -> None:
    child = await Child.start(tmp_path, CONFIG.replace("PROTOCOL", "smtp"))
    try:
        status, ((level, words),) = await probed(triaged, tmp_path, f"127.0.0.1:{child.door}")
        assert (status, level) == (1, "fault")
        assert "anybody may pass for a member" in words
        told = await figures(triaged, tmp_path)
        assert (told["received"], told["tickets"], told["silenced"]) == (1, 0, {"own": 1})
    finally:
        child.stop()


class TestBehindPostfix:
    pytestmark = NEEDS_POSTFIX

    @pytest.mark.parametrize(("more", "level"), [("", "fault"), (STRIPPED, "ok")])
    async def test_what_a_real_server_before_the_desk_does_with_them(
        self, tmp_path: Path, triaged: Triaged, more: str, level: str
    ) -> None:
        child = await Child.start(tmp_path, CONFIG.replace("PROTOCOL", "lmtp"))
        try:
            async with postfix(child.door, more) as (front, log):
                async with asyncio.timeout(20):
                    while not log.exists() or "daemon started" not in log.read_text("utf-8"):
                        await asyncio.sleep(0.05)
                assert [found for found, _ in (await probed(triaged, tmp_path, f"127.0.0.1:{front}"))[1]] == [level]
        finally:
            child.stop()


async def test_a_server_that_takes_no_such_mail_leaves_it_open(tmp_path: Path, triaged: Triaged) -> None:
    child = await Child.start(tmp_path, CONFIG.replace("PROTOCOL", "smtp"))
    child.stop()
    script = Script({"RCPT": "550 5.7.1 who are you"})
    async with serving(script):
        _, ((level, words),) = await probed(triaged, tmp_path, f"127.0.0.1:{script.port}")
    assert (level, "5.7.1 who are you" in words) == ("note", True)


async def test_where_no_server_is_trusted_there_is_nothing_to_forge(tmp_path: Path, triaged: Triaged) -> None:
    text = CONFIG.replace("PROTOCOL", "smtp").replace("{door}", "8025")
    (tmp_path / "triaged.toml").write_text(text.replace('trusted_authserv = ["mx.test"]\n', ""), "utf-8")
    _, ((level, _),) = await probed(triaged, tmp_path, "127.0.0.1:1")
    assert level == "ok"
