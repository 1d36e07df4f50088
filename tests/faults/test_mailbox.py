"""Whatever happens to a mailbox and its reader, each message in it becomes ours once."""

from pathlib import Path

import pytest

from tests.edge.mailroom import needs_dovecot
from tests.faults.mailbox import Trouble

pytestmark = [
    *needs_dovecot,
    pytest.mark.slow,
    pytest.mark.filterwarnings(  # imaplib leaves its socket open where a server goes away while greeting
        "ignore:Exception ignored in. <(ssl.SSLSocket|socket.socket):pytest.PytestUnraisableExceptionWarning"
    ),
]


async def test_each_message_is_kept_once_through_restarts_cuts_kills_and_other_programs(tmp_path: Path) -> None:
    came = await Trouble(tmp_path, messages=1000, seconds=12, restart_seconds=2.5, seed=1).run()
    assert (came.lost, came.twice, came.left) == (0, 0, 0), came
    assert came.kept == came.delivered == 1000
    assert came.restarts >= 3, came
    assert came.kills >= 3, came
    assert came.cuts >= 3, came
