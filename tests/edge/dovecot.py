"""A Dovecot of our own: on loopback over TLS, in a temporary folder, ended by its own process id."""

import imaplib
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

import trustme

from tests.ports import free_port

BINARY = shutil.which("dovecot", path="/usr/sbin:/usr/bin") or ""
HOW_TO_GET_IT = "Dovecot 2.3 is not here, or we are not root; on Debian: apt-get install dovecot-imapd"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = triaged-{port}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
ssl_dh =
default_internal_user = dovecot
default_login_user = dovenull
default_process_limit = 200
mail_location = {storage}:~/mail
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
auth_mechanisms = plain login {mechanism}
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 100
imap_capability = {capability}
{tokens}passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

TOKENS = """passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
ASKING = """introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""

_names = count()


@cache
def usable() -> bool:
    """Say whether a Dovecot of the version whose settings these are can be started here."""
    if not BINARY or os.geteuid():
        return False
    told = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=False).stdout
    return told.startswith("2.3.")


@dataclass
class Dovecot:
    """A server, and what people do in their mailboxes."""

    folder: Path
    port: int  # TLS from the first octet
    plain: int  # STARTTLS
    ca_file: str
    users: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = subprocess.Popen(
            [BINARY, "-F", "-c", str(self.folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                imaplib.IMAP4("127.0.0.1", self.plain, timeout=5).shutdown()
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"Dovecot did not start: {(self.folder / 'log').read_text('utf-8')[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop; everybody connected is sent away."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def add(self, user: str, password: str = "secret") -> None:
        """Let somebody in, or change their password."""
        self.users[user] = password
        lines = [f"{name}:{{PLAIN}}{secret}\n" for name, secret in self.users.items()]
        (self.folder / "users").write_text("".join(lines))

    @contextmanager
    def person(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4_SSL]:
        """Somebody at work in a mailbox with a program of theirs."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context, timeout=30) as program:
            program.login(user, self.users[user])
            program.select(folder)
            yield program

    def deliver(self, user: str, *raws: bytes, folder: str = "INBOX") -> None:
        """Put messages into a mailbox."""
        with self.person(user) as program:
            for raw in raws:
                for _ in range(50):  # a folder that was made anew is told for a moment as "deleted under us"
                    told, words = program.append(folder, None, None, raw)
                    if told == "OK" or b"deleted under us" not in words[0]:
                        break
                    time.sleep(0.1)
                assert told == "OK", words

    def drop(self, user: str, *raws: bytes) -> None:
        """Put messages into an inbox as a delivery agent does, whether the server runs or not."""
        place = self.folder / "home" / user / "mail"
        for raw in raws:
            name = f"{time.time():.0f}.M{next(_names)}P{os.getpid()}.mx"
            (place / "tmp" / name).write_bytes(raw.replace(b"\r\n", b"\n"))
            shutil.chown(place / "tmp" / name, "nobody", "nogroup")
            (place / "tmp" / name).rename(place / "new" / name)

    def number_anew(self, user: str) -> None:
        """Forget which UIDs an inbox gave, while the server is down: its UIDVALIDITY changes."""
        for path in (self.folder / "home" / user / "mail").glob("dovecot*"):
            path.unlink()

    def held(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the messages of a folder; [] where there is none."""
        with self.person(user) as program:
            told, _ = program.select(f'"{folder}"', readonly=True)
            if told != "OK":
                return []
            _, found = program.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [part[1] for part in found if isinstance(part, tuple)]

    def count(self, user: str, folder: str = "INBOX") -> int:
        """Return how many messages a folder holds."""
        with self.person(user) as program:
            told, words = program.status(f'"{folder}"', "(MESSAGES)")
            match = re.search(rb"MESSAGES (\d+)", words[0] or b"") if told == "OK" else None
            return int(match[1]) if match else 0


@contextmanager
def dovecot(
    *,
    capability: str = "",
    storage: str = "maildir",
    ssl_mode: str = "yes",
    mechanism: str = "",
    introspection: str = "",
) -> Iterator[Dovecot]:
    """Start a server; `capability` replaces what it says of itself after a login.

    By a `mechanism` such as xoauth2 it takes the bearer tokens that are good at the `introspection` URL (RFC 7662).
    """
    folder = Path(tempfile.mkdtemp(prefix="triaged-imap-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "home").mkdir()
    (folder / "state").mkdir()
    shutil.chown(folder / "home", "nobody", "nogroup")
    authority = trustme.CA()
    identity = authority.issue_cert("127.0.0.1", "localhost")
    identity.cert_chain_pems[0].write_to_path(folder / "server.pem")
    identity.private_key_pem.write_to_path(folder / "server.key")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server = Dovecot(folder, free_port(), free_port(), str(folder / "ca.pem"))
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            folder=folder,
            port=server.port,
            plain=server.plain,
            capability=capability,
            storage=storage,
            ssl=ssl_mode,
            mechanism=mechanism,
            tokens=TOKENS.format(folder=folder) if introspection else "",
        )
    )
    (folder / "oauth2.conf").write_text(ASKING.format(url=introspection))
    server.add("desk")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
