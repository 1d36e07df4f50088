"""The process that reads: one message after the other from standard input, within limits that the system keeps."""

import resource
import sys

from daemon.core.mail.reading import read
from daemon.edge.apart.passing import LENGTH, packed, unpacked


def main(cpu_seconds: int, octets: int) -> None:
    """Read until the input ends; who takes too long is ended by the system (SIGXCPU), who takes too much says so."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_AS, octets),
    ):
        resource.setrlimit(what, (most, most))
    while length := sys.stdin.buffer.read(LENGTH):
        _allow(cpu_seconds)
        try:
            answer = packed(read(*unpacked(sys.stdin.buffer.read(int.from_bytes(length, "big")))))
        except MemoryError:
            answer = packed(f"reading it took more than {octets >> 20} MiB of memory")
        except RecursionError:
            answer = packed("it is nested too deeply")
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _allow(seconds: int) -> None:
    """Let this message take so much of the processor, whatever those before it took."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
