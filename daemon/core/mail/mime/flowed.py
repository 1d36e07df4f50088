"""Flowed text (RFC 3676): lines that end with a space go on in the next one of the same quote depth."""

_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the flowed lines of a text whose lines end with LF; `delete_space` is the parameter DelSp."""
    out: list[str] = []
    held: list[str] = []
    held_depth = 0
    for line in text.split("\n"):
        depth, content = _depth(line)
        if held and (depth != held_depth or content == _SIGNATURE):
            out.append(_quoted(held_depth, held))
            held = []
        flows = content.endswith(" ") and content != _SIGNATURE
        held.append(content[:-1] if flows and delete_space else content)
        held_depth = depth
        if not flows:
            out.append(_quoted(depth, held))
            held = []
    if held:
        out.append(_quoted(held_depth, held))
    return "\n".join(out)


def _depth(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, pieces: list[str]) -> str:
    content = "".join(pieces)
    return f"{'>' * depth} {content}".rstrip(" ") if depth else content
