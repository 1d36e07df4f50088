"""The operator's words: the command `triaged`."""


def main() -> None:
    """Run the command line."""
