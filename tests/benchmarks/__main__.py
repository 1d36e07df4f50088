"""Run all benchmarks, or those named, as in `python -m tests.benchmarks journey judging`."""

import importlib
import sys

BENCHMARKS = (
    "journey",
    "crowd",
    "doors",
    "keeping",
    "reading",
    "judging",
    "own_mails",
    "history",
    "importing",
    "scale",
    "profile",
)
BY_NAME_ALONE = ("huge",)  # what takes minutes and gigabytes


def main() -> int:
    """Run them one after the other and print what they measured."""
    wanted = sys.argv[1:] or BENCHMARKS
    for name in wanted:
        if name not in (*BENCHMARKS, *BY_NAME_ALONE):
            print(f"no such benchmark: {name}; there are {', '.join((*BENCHMARKS, *BY_NAME_ALONE))}", file=sys.stderr)
            return 2
        print(f"\n── {name} " + "─" * (70 - len(name)), flush=True)
        importlib.import_module(f"tests.benchmarks.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
