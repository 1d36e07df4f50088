"""A real Chromium that shows a letter in every width and shade, keeps pictures, and measures what it shows."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Route, sync_playwright

PICTURES = Path(__file__).parents[2] / "artefacts" / "letters"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Shade = Literal["light", "dark"]
WIDTHS = (360, 1000)
SHADES: tuple[Shade, ...] = ("light", "dark")

MEASURE = """() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  const ground = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), canvas);
  };
  const fade = element => {
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    return opacity;
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [bright, dim] = [light(a), light(b)].sort((p, q) => q - p);
    return (bright + 0.05) / (dim + 0.05);
  };
  const faint = [], outside = [], cut = [], boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, style = getComputedStyle(element);
    if (!node.data.replace(/[\\s\\u00a0]/g, '') || style.fontSize === '0px') continue;
    const under = ground(element), ink = parse(style.color);
    ink[3] *= fade(element);
    const ratio = contrast(over(ink, under), under);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 40)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      if (box.left < 0 || box.right > innerWidth + 0.5) outside.push(node.data.trim().slice(0, 40));
      boxes.push([box.left, box.top, box.right, box.bottom, node.data.trim().slice(0, 30)]);
    }
    for (let e = element; e && e !== document.documentElement; e = e.parentElement)
      if (getComputedStyle(e).overflow !== 'visible' && e.scrollWidth > e.clientWidth + 1)
        cut.push(node.data.trim().slice(0, 40));
  }
  const overlapping = [];
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const wide = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), high = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
      if (wide > 1 && high > 4) overlapping.push(`${a[4]} / ${b[4]}`);
    }
  return {
    faint, outside, cut, overlapping,
    overflow: document.documentElement.scrollWidth - innerWidth,
    images: document.querySelectorAll('img,svg,video,picture,object,iframe,script,link').length,
    unnamed: [...document.querySelectorAll('[role=img]')].filter(e => !e.getAttribute('aria-label')).length,
    language: document.documentElement.lang,
  };
}"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader would see."""

    faint: list[str]  # texts below 4.5:1 (WCAG 2.2, 1.4.3), with their contrast
    outside: list[str]
    cut: list[str]
    overlapping: list[str]
    overflow: int  # pixels by which the page is wider than its window
    images: int
    unnamed: int  # pictures drawn of cells that tell nothing to who cannot see them
    language: str
    requests: tuple[str, ...]  # what it tried to fetch


class Screen:
    """A browser with one window for each width and shade."""

    def __init__(self, browser: Browser) -> None:
        self._asked: list[str] = []
        self._pages: dict[tuple[int, Shade], Any] = {}
        for width in WIDTHS:
            for shade in SHADES:
                page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=shade)
                page.route("**/*", self._refuse)
                self._pages[width, shade] = page

    def show(self, html: str, name: str, width: int, shade: Shade, *, styled: bool = True, keep: bool = True) -> Sight:
        """Show a letter, keep its picture under `artefacts/letters`, and return what there is to see."""
        self._asked.clear()
        page = self._pages[width, shade]
        page.set_content(html if styled else html.replace("<style>", "<style media=none>"), wait_until="load")
        if keep:
            page.screenshot(path=PICTURES / f"{name}-{width}-{shade}.png", full_page=True)
        return Sight(**page.evaluate(MEASURE), requests=tuple(self._asked))

    def _refuse(self, route: Route) -> None:
        self._asked.append(route.request.url)
        route.abort()


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Start Chromium until the block ends."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Screen(browser)
        finally:
            browser.close()
