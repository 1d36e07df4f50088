"""`triaged import --mailbox`: what lies in a hosted mailbox is filed before the desk would answer it."""

import json
from pathlib import Path

from tests.cli.conftest import Triaged
from tests.cli.test_mailboxes import config_for
from tests.edge.dovecot import dovecot
from tests.edge.mailroom import letter, needs_dovecot

pytestmark = needs_dovecot


def test_a_folder_is_brought_along_and_stays_as_it_is(tmp_path: Path, triaged: Triaged) -> None:
    with dovecot() as server:
        server.deliver("desk", *(letter(n) for n in range(30)))
        config = config_for(tmp_path, server)
        looked = triaged("check", "-c", config).stdout
        told, again = (triaged("import", "--mailbox", "INBOX", "--json", "-c", config) for _ in range(2))
        compared = json.loads(triaged("check", "--mailbox", "--json", "-c", config).stdout.splitlines()[-1])
        held = server.count("desk")
    assert "they are answered as new mail, unless `triaged import --mailbox INBOX` files them first" in " ".join(
        looked.split()
    )
    assert (told.exit_code, json.loads(told.stdout)["tickets"]) == (0, 30), told.output
    assert json.loads(again.stdout)["before"] == 30
    assert held == compared["stored"] == 30


def test_a_mailbox_that_lets_nobody_in_is_one_line(tmp_path: Path, triaged: Triaged) -> None:
    with dovecot() as server:
        told = triaged("import", "--mailbox", "INBOX", "-c", config_for(tmp_path, server, password="wrong"))
    assert told.exit_code == 1
    assert len(told.stderr.splitlines()) == 1


def test_an_empty_folder_is_no_fault(tmp_path: Path, triaged: Triaged) -> None:
    with dovecot() as server:
        told = triaged("import", "--mailbox", "INBOX", "-c", config_for(tmp_path, server))
    assert (told.exit_code, told.stdout) == (0, "nothing lies in INBOX\n")


def test_a_desk_without_a_mailbox_has_none_to_bring_along(new_desk: Path, triaged: Triaged) -> None:
    told = triaged("import", "--mailbox", "INBOX", "-c", new_desk)
    assert told.exit_code == 1
    assert "there is no mailbox" in told.stderr


def test_what_is_to_be_brought_along_must_be_named(new_desk: Path, triaged: Triaged) -> None:
    assert triaged("import", "-c", new_desk).exit_code == 2
