"""`digest` shows what is sent: the preview is the body of the mail, to the last sign."""

import email
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Triaged
from tests.journeys.clocked import HOUR, MINUTE, clocked

CONFIG = """
[desk]
name = "Helpdesk"
address = "support@hd.test"
[pipeline]
address = "pipeline@team.test"
[[people]]
id = "bob"
name = "Bob"
address = "bob@team.test"
[duty]
people = ["bob"]
[digest]
team = ["team@list.test"]
stakeholders = ["boss@corp.test"]
"""


async def test_the_preview_is_the_body_of_the_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, triaged: Triaged
) -> None:
    (tmp_path / "triaged.toml").write_text(CONFIG, "utf-8")
    sections = {
        "people": [{"id": "bob", "name": "Bob", "address": "bob@team.test"}],
        "duty": {"people": ["bob"]},
        "digest": {
            "daily": "10:30",
            "weekly": "mon 10:30",
            "team": ["team@list.test"],
            "stakeholders": ["boss@corp.test"],
        },
    }
    async with clocked(tmp_path, monkeypatch, **sections) as desk:
        for place in range(12):
            await desk.write(f"Export number {place} shows an error message since the update.")
            await desk.later(MINUTE)
        mails = {mail.to: mail for mail in await desk.later(HOUR) if mail.kind == "digest"}
        monkeypatch.setattr("daemon.cli.preview.time", SimpleNamespace(time=desk.hour))
        for words, to in ((), "team@list.test"), (("--weekly",), "boss@corp.test"):
            text, html = email.message_from_bytes(mails[to].raw).get_payload()
            page = tmp_path / "page.html"
            assert triaged("digest", *words, "--html", page, "-c", tmp_path / "triaged.toml").exit_code == 0
            assert page.read_bytes().rstrip().replace(b"\n", b"\r\n") == html.get_payload(decode=True).rstrip()
            shown = triaged("digest", *words, "-c", tmp_path / "triaged.toml").stdout
            subject, _, body = shown.partition("\n\n")
            assert subject == mails[to].message.subject
            assert body.rstrip() == text.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip()
