"""A Redis server of our own: on loopback, in memory only, ended by its own process id."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

import pytest

HOW_TO_GET_IT = "Redis is not on this machine: apt-get install redis-server"


@dataclass
class RedisServer:
    """A server that may be stopped, started again on its port, frozen and emptied."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def bell(self) -> str:
        """The section of a desk that rings over it."""
        return f'[bell]\nredis = "{self.url}"\n'

    def start(self) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            if os.environ.get("TRIAGED_TESTS_MUST_RUN"):
                pytest.fail(HOW_TO_GET_IT)
            pytest.skip(HOW_TO_GET_IT)
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL, cwd="/tmp")
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                if self.say("PING") == b"+PONG\r\n":
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("Redis did not start")

    def say(self, command: str) -> bytes:
        """Send one inline command, and return what is answered."""
        with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(65536)

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(10)
            self.process = None
