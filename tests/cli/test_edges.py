"""The outermost edge: exit statuses, no traceback, pipes that end early, and one daemon on one store."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.cli import main
from tests.cli.conftest import BROKEN, Triaged, command
from tests.ports import free_port


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--help",), 0),
        (("no-such-command",), 2),
        (("list", "--no-such-option"), 2),
        (("run", "--role", "boss"), 2),
        (("aside", "show"), 2),
        (("list", "-c", "no-such-file.toml"), 1),
        (("run", "-c", "no-such-file.toml"), 1),
        (("migrate", "-c", "no-such-file.toml"), 1),
        (("check", "-c", "no-such-file.toml"), 1),
        (("explain", "no-such-file.eml"), 1),
    ],
)
def test_exit_statuses(arguments: tuple[str, ...], status: int, triaged: Triaged) -> None:
    result = triaged(*arguments)
    assert result.exit_code == status
    assert "Traceback" not in result.output


def test_an_unexpected_fault_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by \x1bzero\nmore")

    monkeypatch.setattr("daemon.cli.app", explode)
    monkeypatch.setattr(sys, "argv", ["triaged", "list"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert "ZeroDivisionError" in told
    assert "\x1b" not in told
    monkeypatch.setattr(sys, "argv", ["triaged", "--debug", "list"])
    with pytest.raises(ZeroDivisionError):
        main()


def test_a_reader_that_has_read_enough_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(BROKEN)
    arguments = [sys.executable, "-m", "daemon", "explain", "--json", *["a.eml"] * 400]
    with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(30)


def test_piped_output_is_plain(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(BROKEN)
    result = command("explain", "a.eml", cwd=tmp_path)
    assert result.returncode == 0
    assert "\x1b" not in result.stdout


def test_two_commands_make_a_desk_that_runs_and_a_second_daemon_is_refused(new_desk: Path) -> None:
    port = free_port()
    new_desk.write_text(new_desk.read_text("utf-8").replace("8025", str(port)), "utf-8")
    with subprocess.Popen([sys.executable, "-m", "daemon", "run"], cwd=new_desk.parent) as daemon:
        try:
            _wait_for(new_desk.parent / "triaged.db.lock")
            second = command("run", cwd=new_desk.parent)
            assert second.returncode == 1
            assert "in use" in second.stderr
            assert "Traceback" not in second.stderr
        finally:
            daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(30) == 0
    assert (new_desk.parent / "triaged.key").stat().st_mode & 0o777 == 0o600


def _wait_for(path: Path) -> None:
    for _ in range(400):
        if path.exists() and path.read_text("ascii").strip():
            time.sleep(0.3)
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


def test_a_desk_without_a_door_does_not_run(new_desk: Path, triaged: Triaged) -> None:
    text = new_desk.read_text("utf-8").replace("[smtp]", "# [smtp]").replace("\nlisten", "\n# listen")
    new_desk.write_text(text, "utf-8")
    result = triaged("run", "-c", new_desk)
    assert result.exit_code == 1
    assert "smtp" in result.stderr
    assert not (new_desk.parent / "triaged.key").exists()


def test_a_door_that_another_program_holds_is_told_by_its_setting(new_desk: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        port = other.getsockname()[1]
        new_desk.write_text(new_desk.read_text("utf-8").replace("8025", str(port)), "utf-8")
        result = command("run", cwd=new_desk.parent)
    assert result.returncode == 1
    assert f"smtp.listen: 127.0.0.1:{port} cannot be opened: address already in use" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_definition_with_a_mistake_stops_the_daemon(new_desk: Path, triaged: Triaged) -> None:
    (new_desk.parent / "definition.toml").write_text("sentence = 1\n", "utf-8")
    result = triaged("run", "-c", new_desk)
    assert result.exit_code == 1
    assert "definition.toml" in result.stderr


def test_a_key_that_others_can_read_stops_the_daemon(new_desk: Path, triaged: Triaged) -> None:
    (new_desk.parent / "triaged.key").write_text("1 " + "QUJD" * 8, "ascii")
    (new_desk.parent / "triaged.key").chmod(0o644)
    result = triaged("run", "-c", new_desk)
    assert result.exit_code == 1
    assert "chmod 600" in result.stderr
