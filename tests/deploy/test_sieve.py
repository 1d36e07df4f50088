"""The Sieve script that is shipped does what it says, in Dovecot's own interpreter."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "deploy" / "dovecot" / "desk.sieve"
TOOL = shutil.which("sieve-test", path="/usr/bin:/usr/local/bin")
MAIL = b"From: maria@shop.example\r\nTo: help@acme.example\r\nSubject: Checkout is down\r\n\r\nHelp!\r\n"
CONFIG = """
base_dir = {place}
mail_location = maildir:{place}/box
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
ssl = no
plugin {{
  recipient_delimiter = +
}}
"""

pytestmark = [
    pytest.mark.needs("dovecot-sieve"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot's user is taken on by root alone"),
    pytest.mark.skipif(TOOL is None, reason="sieve-test is not here; on Debian: apt-get install dovecot-sieve"),
]


@pytest.mark.parametrize(
    ("recipient", "folder"),
    [("help@acme.example", "Desk"), ("help+f3xq@acme.example", "Desk"), ("anna@acme.example", "INBOX")],
)
def test_mail_to_the_desk_is_kept_in_its_folder_and_other_mail_is_not(recipient: str, folder: str) -> None:
    with TemporaryDirectory(prefix="triaged-sieve-", dir="/tmp") as name:  # where Dovecot's own user may read
        place = Path(name)
        place.chmod(0o777)
        (place / "desk.sieve").write_bytes(SCRIPT.read_bytes())
        (place / "mail").write_bytes(MAIL)
        (place / "dovecot.conf").write_text(CONFIG.format(place=place), "utf-8")
        command = [str(TOOL), "-c", "dovecot.conf", "-r", recipient, "-f", "maria@shop.example", "desk.sieve", "mail"]
        tried = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=30, check=False)
    assert tried.returncode == 0, tried.stderr
    assert f"store message in folder: {folder}" in tried.stdout
