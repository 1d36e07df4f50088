"""The guide's first pages are walked to the letter: a hosted mailbox, a relay that wants a login, the first answer."""

import os
import re
import shlex
import signal
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.utils import formatdate, parseaddr
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import needs_dovecot
from tests.ports import free_port

pytestmark = [pytest.mark.slow, *needs_dovecot]
ROOT = Path(__file__).parent.parent.parent
START = (ROOT / "docs" / "start.md").read_text("utf-8")
DESK, SECRET = "support@acme.example", "an app password"
OLD = b"""From: Lena <lena@studio.example>\r
To: support@acme.example\r
Subject: The invoice of May\r
Message-ID: <may@studio.example>\r
Date: Mon, 04 May 2026 09:00:00 +0000\r
\r
Where is the invoice of May?\r
"""
NEW = b"""From: Maria <maria@shop.example>\r
To: support@acme.example\r
Subject: Checkout is down\r
Message-ID: <now@shop.example>\r
Date: {date}\r
\r
Since this morning our customers cannot pay: the checkout shows "Error 500".\r
"""


class Provider:
    """The provider's way out: takes mail after a login, over TLS."""

    def __init__(self) -> None:
        self.taken: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        self.taken.append(message_from_bytes(bytes(envelope.content or b"")))
        return "250 2.0.0 taken"

    def lets_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        """Look at name and password."""
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (DESK.encode(), SECRET.encode())
        return AuthResult(success=right)


@contextmanager
def provider(folder: Path) -> Iterator[tuple[Provider, int, str]]:
    """Serve as the way out; gives the port and the file of who signs its certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "way-out.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    served, port = Provider(), free_port()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a login before TLS is what it warns of; here TLS comes before all
        door = Controller(
            served,
            hostname="127.0.0.1",
            port=port,
            ssl_context=context,
            authenticator=served.lets_in,
            auth_required=True,
            auth_require_tls=False,
        )
        door.start()
        try:
            yield served, port, (folder / "way-out.pem").read_text("ascii")
        finally:
            door.stop()


def shown() -> list[str]:
    """Return the commands of the guide's steps, in their order, as a shell would be given them."""
    steps = START.partition("## With a mail server of your own")[0]
    return [
        line for block in re.findall(r"^```\n(.*?)^```", steps, re.MULTILINE | re.DOTALL) for line in block.splitlines()
    ]


class Operator:
    """Types what the guide shows, with the names of this machine's servers in place of the provider's."""

    def __init__(self, folder: Path, trust: Path, box: Dovecot, way_out: int) -> None:
        self.folder = folder
        self.environ = {**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(trust)}
        self.instead = {"fastmail": f"127.0.0.1:{box.port}"}
        self.relay = ["--relay", f"smtps://127.0.0.1:{way_out}"]

    def command(self, line: str) -> list[str]:
        words = [self.instead.get(word, word) for word in shlex.split(line)]
        assert words[0] == "triaged"
        return [sys.executable, "-m", "daemon", *words[1:], *(self.relay if words[1] == "init" else ())]

    def types(self, line: str) -> str:
        """Type one line; gives what it says."""
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return ""
        if line.startswith("export "):
            self.environ[line.removeprefix("export ").partition("=")[0]] = SECRET
            return ""
        done = subprocess.run(
            self.command(line),
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def runs(self, line: str) -> Iterator[None]:
        """Let the desk run."""
        with (self.folder / "log").open("wb") as log:
            daemon = subprocess.Popen(self.command(line), cwd=self.folder, env=self.environ, stdout=log, stderr=log)
        try:
            yield
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(30) == 0, (self.folder / "log").read_text("utf-8")


def test_from_an_empty_folder_to_the_first_answer(tmp_path: Path) -> None:
    lines = [line for line in shown() if not line.startswith("pipx ")]
    assert [line.split()[1] for line in lines if line.startswith("triaged")] == [
        "demo",
        "init",
        "check",
        "import",
        "run",
    ]
    with dovecot() as box, provider(tmp_path) as (way_out, port, authority):
        trust = tmp_path / "trust.pem"
        trust.write_text(Path(box.ca_file).read_text("ascii") + authority, "ascii")
        box.add(DESK, SECRET)
        box.deliver(DESK, OLD)
        operator = Operator(tmp_path, trust, box, port)
        for line in lines[1:-1]:
            operator.types(line)
        with operator.runs(lines[-1]):
            box.deliver(DESK, NEW.replace(b"{date}", formatdate().encode()))
            for _ in range(600):
                if len(way_out.taken) >= 2:
                    break
                time.sleep(0.05)
        assert sorted((parseaddr(mail["To"])[1], mail["X-Triaged-Kind"]) for mail in way_out.taken) == [
            ("anna@acme.example", "card"),
            ("maria@shop.example", "ack"),
        ], (operator.folder / "log").read_text("utf-8")
        assert '"received": 2' in operator.types("triaged status --json")
