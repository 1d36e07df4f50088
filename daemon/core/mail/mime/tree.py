"""The MIME tree of a message (RFC 2046), found in one pass over its bytes, within limits and without recursion."""

from dataclasses import dataclass, field

from daemon.core.mail.mime import header, parameter
from daemon.core.mail.mime.parameter import Structured

MAX_DEPTH = 50
MAX_PARTS = 500
MAX_DELIMITERS = 500_000  # lines that begin with `--`; a database dump sent as text has fewer
MAX_LOOSE = 10_000  # of them where only their beginning is compared
_MAX_LINE = header.MAX_STRUCTURED  # octets of a delimiter line; a boundary should have 70 at most (RFC 2046)
_PREAMBLE = 64 * 1024  # octets in which the first line of an odd boundary is looked for
_ONCE = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
_TEXT = Structured("text/plain", {})
_NONE = Structured("", {})


@dataclass(slots=True)
class Node:
    """A part: its header, what that says, where its body lies in the bytes, and its place in the tree."""

    block: header.Block
    content: Structured  # Content-Type
    disposition: Structured
    parent: "Node | None"
    end: int
    octets: bool  # whether there are octets above 127 in its content type or disposition
    children: list["Node"] = field(default_factory=list)

    @property
    def type(self) -> str:
        """The media type in lower case, such as "text/plain"."""
        return self.content.value

    @property
    def leaf(self) -> bool:
        """Whether this is a leaf: message/* is one and stays closed, as is a multipart in which nothing was found."""
        return not self.children

    def field(self, name: str) -> str:
        """Return a field of the part's own header as text, "" where it is missing."""
        raw = self.block.first(name)
        return header.text(raw[: header.MAX_STRUCTURED]) if raw is not None else ""


@dataclass(slots=True)
class _Open:
    boundary: bytes
    node: Node


@dataclass(slots=True)
class Tree:
    """A message's parts in the order of the bytes, the root first, and what was wrong with them."""

    root: Node
    nodes: list[Node]
    defects: list[str]

    def leaves(self) -> list[Node]:
        """Return the leaves in their order."""
        return [node for node in self.nodes if node.leaf]

    def charset(self) -> str:
        """Return the charset that the first text part declares, "" where there is none."""
        return next((c for node in self.nodes if (c := node.content.parameters.get("charset"))), "")


def read(data: bytes, block: header.Block) -> Tree:
    """Find the parts of a message whose header has been read.

    Every line that begins with `--` is looked up among the open boundaries: the cost grows with the size of the message
    and not with its depth, and an outer boundary ends whatever stands inside it (RFC 2046 section 5.1.2).
    """
    tree = _scanned(data, block, loosely=False)
    if tree.root.leaf and tree.root.content.parameters.get("boundary"):
        loose = _scanned(data, block, loosely=True)
        if not loose.root.leaf:
            tree = loose
            tree.defects.append("ambiguous")
    _settle(tree)
    return tree


def _scanned(data: bytes, block: header.Block, *, loosely: bool) -> Tree:
    root = _node(block, None, len(data))
    tree = Tree(root, [root], list(block.defects))
    _Scan(data, tree, loosely).run()
    return tree


class _Scan:
    """One pass over the bytes; loosely, the beginning of a delimiter line is enough (RFC 2046 section 5.1.1)."""

    def __init__(self, data: bytes, tree: Tree, loosely: bool) -> None:
        self.data = data
        self.tree = tree
        self.loosely = loosely
        self.open: list[_Open] = []
        self.level: dict[bytes, int] = {}
        self.current: Node | None = tree.root

    def run(self) -> None:
        _check(self.tree, self.tree.root)
        self._enter(self.tree.root)
        position, lines = self.tree.root.block.body - 1 if self.open else len(self.data), 0
        while (hit := self.data.find(b"\n--", position)) >= 0:
            stop = self.data.find(b"\n", hit + 3)
            position = stop if stop >= 0 else len(self.data)
            line = self.data[hit + 3 : min(position, hit + _MAX_LINE)].rstrip(b"\r")
            if line not in self.level and line.removesuffix(b"--") not in self.level:
                line = self._begun(line) if self.loosely else line.rstrip(b" \t\r")
            if line in self.level:
                if not self._begin(hit, line, position + 1):
                    return
            elif line.endswith(b"--") and line[:-2] in self.level:
                self._close(hit, line[:-2])
            lines += 1
            if lines == (MAX_LOOSE if self.loosely else MAX_DELIMITERS):
                self.tree.defects.append("too-many-delimiters")
                return
        if self.open:
            self.tree.defects.append("unclosed-multipart")

    def _begun(self, line: bytes) -> bytes:
        """Return the delimiter that a line begins with, the innermost first, or the line."""
        boundary = next((one.boundary for one in reversed(self.open) if line.startswith(one.boundary)), None)
        return line if boundary is None else line[: len(boundary) + 2 * line.startswith(b"--", len(boundary))]

    def _begin(self, hit: int, boundary: bytes, start: int) -> bool:
        """Begin a part behind a delimiter line; False once there are too many."""
        self._finish(hit)
        self._pop(self.level[boundary] + 1)
        if len(self.tree.nodes) >= MAX_PARTS:
            self.tree.defects.append("too-many-parts")
            return False
        parent = self.open[-1].node
        node = _node(header.read_part(self.data, min(start, len(self.data))), parent, len(self.data))
        parent.children.append(node)
        self.tree.nodes.append(node)
        _check(self.tree, node)
        self.current = node
        self._enter(node)
        return True

    def _enter(self, node: Node) -> None:
        if not node.type.startswith("multipart/"):
            return
        boundary = _boundary(self.data, node)
        if not boundary:
            self.tree.defects.append("no-boundary")
        elif boundary in self.level:
            self.tree.defects.append("ambiguous")
        elif len(self.open) >= MAX_DEPTH:
            self.tree.defects.append("too-deep")
        else:
            if boundary != boundary.rstrip():
                self.tree.defects.append("ambiguous")
            self.level[boundary] = len(self.open)
            self.open.append(_Open(boundary, node))

    def _close(self, hit: int, boundary: bytes) -> None:
        self._finish(hit)
        self._pop(self.level[boundary])

    def _finish(self, hit: int) -> None:
        """End the part that is being read; the line break before a delimiter belongs to the delimiter."""
        if self.current is not None:
            self.current.end = hit - 1 if self.data[hit - 1 : hit] == b"\r" else hit
        self.current = None

    def _pop(self, size: int) -> None:
        while len(self.open) > size:
            del self.level[self.open.pop().boundary]


def _node(block: header.Block, parent: Node | None, end: int) -> Node:
    raw, shown = block.first("content-type"), block.first("content-disposition")
    content = parameter.read(raw) if raw is not None else _default(parent)
    if content.value.count("/") != 1 or content.value.startswith("/") or content.value.endswith("/"):
        content = Structured(_repaired(content.value), content.parameters, content.repeated)
    disposition = parameter.read(shown) if shown is not None else _NONE
    octets = not ((raw or b"").isascii() and (shown or b"").isascii())
    return Node(block, content, disposition, parent, end, octets)


def _name_again(node: Node, declared: str) -> None:
    """Read raw 8-bit parameters, such as names of files, in the charset that the message declares."""
    raw, shown = node.block.first("content-type"), node.block.first("content-disposition")
    if raw is not None:
        node.content = Structured(node.type, parameter.read(raw, declared).parameters, node.content.repeated)
    if shown is not None:
        node.disposition = parameter.read(shown, declared)


def _default(parent: Node | None) -> Structured:
    """RFC 2046 section 5.1.5: parts of a digest are messages; everything else is plain text."""
    return Structured("message/rfc822", {}) if parent is not None and parent.type == "multipart/digest" else _TEXT


def _repaired(value: str) -> str:
    """RFC 2045 section 5.2: an unusable type is plain text; before MIME there was `text` and `html` alone."""
    return "text/html" if value in {"html", "text/html/"} else "text/plain"


def _boundary(data: bytes, node: Node) -> bytes:
    """Return the boundary as written; one must not end with white space, and if it does, its lines mostly do not."""
    written = node.content.parameters.get("boundary", "")[:_MAX_LINE].encode("utf-8", "replace")
    bare = written.rstrip()
    start = max(node.block.body - 1, 0)
    return bare if written == bare or data.find(b"\n--" + written, start, start + _PREAMBLE) < 0 else written


def _check(tree: Tree, node: Node) -> None:
    """Two readers of contradicting fields may see two messages; such a one is never acted upon."""
    names = [name for name, _ in node.block.fields if name in _ONCE]
    twice = len(names) > 1 and len(set(names)) < len(names)
    if twice or (node.content.repeated and node.type.startswith("multipart/")) or node.disposition.repeated:
        tree.defects.append("ambiguous")
    if node.parent is not None:
        tree.defects.extend(d for d in node.block.defects if d in {"header-too-long", "too-many-headers"})


def _settle(tree: Tree) -> None:
    """A multipart without a single part is read as text (RFC 2046 section 5.1.1 wants one at least)."""
    declared = tree.charset()
    for node in tree.nodes:
        if node.octets and declared:
            _name_again(node, declared)
        if node.leaf and node.type.startswith("multipart/") and "too-deep" not in tree.defects:
            tree.defects.append("empty-multipart")
            node.content = Structured("text/plain", node.content.parameters)
