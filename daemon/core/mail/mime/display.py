"""Which parts are the message and which hang on it (RFC 8621 section 4.1.4)."""

from dataclasses import dataclass
from html import escape

from daemon.core.mail.mime import leaf
from daemon.core.mail.mime.tree import Node, Tree

_SHOWN = frozenset({"text/plain", "text/html"})


@dataclass(slots=True)
class _Bodies:
    """The two views of a body; a part without an alternative stands in both."""

    plain: list[Node]
    html: list[Node]


@dataclass(frozen=True, slots=True)
class Display:
    """The displayed parts as plain text and as HTML (None where a view would miss something), and what is attached.

    A text with a name that opens the message is both: it may be all that was written, and it has a name to keep it by.
    """

    plain: str | None
    html: str | None
    attached: tuple[Node, ...]


def select(tree: Tree, texts: dict[int, str]) -> Display:
    """Choose what is shown; `texts` holds the text of each leaf by the identity of its node."""
    bodies = _Bodies([], [])
    _walk([tree.root], "mixed", bodies, inside=False)
    if not bodies.plain and not bodies.html:
        bodies.plain = _other_text(tree)
    shown = {id(node) for node in (*bodies.plain, *bodies.html)}
    attached = tuple(node for node in tree.leaves() if leaf.name(node) or (id(node) not in shown and not _seal(node)))
    return Display(_plain(bodies.plain, texts), _html(bodies.html, texts), attached)


def _walk(nodes: list[Node], kind: str, bodies: _Bodies, *, inside: bool) -> None:
    """Go through the parts of one multipart, `inside` an alternative or not; the tree's depth bounds the recursion."""
    inside = inside or kind == "alternative"
    plain, html = len(bodies.plain), len(bodies.html)
    for index, node in enumerate(nodes):
        if not node.leaf:
            _walk(node.children, node.type.partition("/")[2], bodies, inside=inside)
        elif _inline(node, index, kind):
            if not inside or node.type == "text/plain":
                bodies.plain.append(node)
            if not inside or node.type == "text/html":
                bodies.html.append(node)
    if kind == "alternative" and len(bodies.plain) == plain:
        bodies.plain += bodies.html[html:]
    elif kind == "alternative" and len(bodies.html) == html:
        bodies.html += bodies.plain[plain:]


def _inline(node: Node, index: int, kind: str) -> bool:
    if node.disposition.value == "attachment" or node.type not in _SHOWN:
        return False
    return index == 0 or (kind != "related" and leaf.name(node) is None)


def _seal(node: Node) -> bool:
    """The nameless signature of a signed message is nothing that somebody attached (RFC 1847 section 2.1)."""
    sealed = node.parent is not None and node.parent.type == "multipart/signed"
    return sealed and node.type.endswith("-signature") and leaf.name(node) is None


def _other_text(tree: Tree) -> list[Node]:
    """A message that is nothing but one text of another kind, such as text/enriched, is shown as it stands."""
    root = tree.root
    alone = root.leaf and root.type.startswith("text/") and root.disposition.value != "attachment"
    return [root] if alone else []


def _plain(nodes: list[Node], texts: dict[int, str]) -> str | None:
    if not nodes or any(node.type == "text/html" for node in nodes):
        return None
    return "\n".join(texts[id(node)] for node in nodes)[: leaf.MAX_TEXT]


def _html(nodes: list[Node], texts: dict[int, str]) -> str | None:
    if not any(node.type == "text/html" for node in nodes):
        return None
    return "\n".join(
        texts[id(node)] if node.type == "text/html" else escape(texts[id(node)], quote=False).replace("\n", "<br>\n")
        for node in nodes
    )[: leaf.MAX_TEXT]
