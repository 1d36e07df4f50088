"""Tickets of other systems come along as they were: one ticket each, its messages in it, its old number to be found."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from daemon.cli import app
from tests.ports import free_port

MOVING = Path(__file__).parent.parent.parent / "deploy" / "moving"
STUBS = Path(__file__).parent / "moving"
CONFIG = """
[desk]
address = "help@acme.example"
[pipeline]
address = "product@acme.example"
"""
RAW = {  # as Zammad keeps them: what came and what it sent
    21: b"From: Maria <maria@shop.example>\r\nTo: help@acme.example\r\nSubject: Checkout is slow\r\n"
    b"Message-ID: <one@shop.example>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nIt takes a minute.\r\n",
    23: b"From: Maria <maria@shop.example>\r\nTo: help@acme.example\r\nSubject: Re: [Ticket#20012] Checkout is slow\r\n"
    b"Message-ID: <two@shop.example>\r\nReferences: <20260504.sent@zammad.acme.example>\r\n"
    b"Date: Tue, 05 May 2026 09:00:00 +0000\r\n\r\nThank you.\r\n",
}
TICKETS = [{"id": n, "number": f"2001{n}", "title": f"Ticket {n}"} for n in (2, 3)]


def article(number: int, kind: str, body: str, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "type": kind,
        "from": "Anna Berg",
        "created_by": "anna@acme.example",
        "to": "",
        "subject": "",
        "body": body,
        "content_type": "text/plain",
        "message_id": None,
        "created_at": f"2026-05-04T1{number % 10}:00:00.000Z",
        **more,
    }


ARTICLES = {
    2: [
        article(23, "email", "Thank you."),
        article(21, "email", "It takes a minute."),
        article(22, "note", "<p>Their shop has &lt;9000&gt; goods.</p>", content_type="text/html"),
    ],
    3: [
        article(31, "phone", "Called and asked for the price.", **{"from": "Jo <jo@werk.example>", "subject": "Price"})
    ],
}


class Zammad(BaseHTTPRequestHandler):
    """Answers as docs.zammad.org describes the API."""

    def do_GET(self) -> None:
        """Answer one request."""
        path = urlsplit(self.path)
        asked = path.path.removeprefix("/api/v1/")
        allowed = self.headers["Authorization"] == "Token token=sesame"
        found = self.found(asked, parse_qs(path.query)) if allowed else None
        self.send_response(200 if found is not None else 404 if allowed else 401)
        self.end_headers()
        self.wfile.write(found or b"")

    def found(self, asked: str, query: dict[str, Any]) -> bytes | None:
        what, _, number = asked.rpartition("/")
        if asked == "tickets":
            return json.dumps(TICKETS if query["page"] == ["1"] else []).encode()
        if what == "ticket_articles/by_ticket":
            return json.dumps(ARTICLES[int(number)]).encode()
        return RAW.get(int(number)) if what == "ticket_article_plain" else None

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Zammad)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "triaged.toml"
    path.write_text(CONFIG, "utf-8")
    return path


def triaged(*words: object) -> list[dict[str, Any]]:
    ended = CliRunner().invoke(app, [str(word) for word in words])
    assert ended.exit_code == 0, ended.output
    return [json.loads(line) for line in ended.stdout.splitlines()]


def told(config: Path, number: int) -> str:
    (shown,) = triaged("show", number, "--json", "-c", config)
    return " ".join(f"{event['who']} {event['what']};" for event in shown["history"])


def test_the_tickets_of_a_zammad(tmp_path: Path, config: Path) -> None:
    with serving() as url:
        command = [sys.executable, str(MOVING / "zammad.py"), url, str(tmp_path / "old")]
        copied = subprocess.run(
            command, env={"ZAMMAD_TOKEN": "sesame"}, capture_output=True, text=True, timeout=60, check=True
        )
    assert copied.stdout == "4 messages\n"
    (result,) = triaged("import", tmp_path / "old", "--ours", "acme.example", "--json", "-c", config)
    assert (result["tickets"], result["follow_ups"], result["unreadable"]) == (2, 2, 0)
    (found,) = triaged("list", "--all", "--subject", "zammad#20012", "--json", "-c", config)
    assert (found["reporter"], found["subject"]) == ("maria@shop.example", "[Zammad#20012] Checkout is slow")
    history = told(config, found["number"])
    assert "anna@acme.example answered, before this desk" in history
    assert "maria@shop.example wrote again, before this desk" in history
    (other,) = triaged("list", "--all", "--reporter", "jo@werk.example", "--json", "-c", config)
    assert other["subject"] == "[Zammad#20013] Price"
    note = next((tmp_path / "old").glob("*22.eml")).read_text("utf-8")
    assert "Their shop has <9000> goods." in note
    assert "References: <one@shop.example>\n" in note


@pytest.mark.needs("perl")
@pytest.mark.skipif(shutil.which("perl") is None, reason="no perl here")
def test_the_tickets_of_a_request_tracker(tmp_path: Path, config: Path) -> None:
    """Its own library is not here: a small one answers what the script asks, by the names of its documentation."""
    command = [shutil.which("perl") or "", f"-I{STUBS}", "-Mwarnings=FATAL", str(MOVING / "rt.pl"), 'Queue = "support"']
    copied = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert copied.returncode == 0, copied.stderr
    (tmp_path / "old.mbox").write_bytes(copied.stdout)
    words = ("--dialect", "mboxrd", "--ours", "acme.example", "--json", "-c", config)
    (result,) = triaged("import", tmp_path / "old.mbox", *words)
    assert (result["tickets"], result["follow_ups"], result["unreadable"]) == (2, 4, 0)
    (found,) = triaged("list", "--all", "--subject", "RT#8", "--json", "-c", config)
    history = told(config, found["number"])
    assert "anna@acme.example answered, before this desk" in history
    assert "maria@shop.example wrote again, before this desk" in history
