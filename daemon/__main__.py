"""Run `python -m daemon` as the command `triaged`."""

from daemon.cli import main

if __name__ == "__main__":
    main()
