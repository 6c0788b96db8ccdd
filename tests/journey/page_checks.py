"""Scripts that measure how large the targets of a page are, and how its headings are ordered."""

from playwright.sync_api import Page

# For customers as large as a finger, 44 px; for staff the 24 px of WCAG 2.5.8. Links within a
# sentence are as large as their line.
FINGER, POINTER = 44, 24
TARGETS = """(least) => {
  const parts = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const withinText = (link) => {
    if (!link.matches("a, .link-button") || getComputedStyle(link).display !== "inline") return false;
    const rest = link.parentElement.textContent.replace(link.textContent, "");
    return rest.trim() !== "";
  };
  const sizeOf = (part) => {
    const boxes = [part, ...(part.labels ?? [])].map((each) => each.getBoundingClientRect());
    if (!part.matches("[type=checkbox], [type=radio]")) boxes.length = 1;
    const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [right, bottom] =
      ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
    return [right - left, bottom - top];
  };
  return [...document.querySelectorAll(parts)]
    .filter((part) => part.checkVisibility({ visibilityProperty: true }))
    .filter((part) => part.tabIndex >= 0 && !part.disabled && !withinText(part))
    .map((part) => [part, ...sizeOf(part)])
    .filter(([, width, height]) => Math.min(width + 0.5, height + 0.5) < least)
    .map(([part, width, height]) =>
      `target of ${width.toFixed()} by ${height.toFixed()} px: ${part.outerHTML.slice(0, 120)}`);
}"""
OUTLINE = """() => {
  const seen = (each) => each.checkVisibility();
  const found = [];
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen);
  const levels = headings.map((each) => Number(each.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) found.push(`levels ${levels}`);
  levels.forEach((level, place) => {
    if (level > (levels[place - 1] ?? 0) + 1) found.push(`skips to ${headings[place].outerHTML}`);
  });
  const facts = [...document.querySelectorAll("main dl, main table")].find(seen);
  const title = document.querySelector("h1");
  if (title && facts && facts.compareDocumentPosition(title) & Node.DOCUMENT_POSITION_FOLLOWING) {
    found.push("facts before the title");
  }
  for (const part of ["header", "main", "footer"]) {
    if (document.querySelectorAll(`body > ${part}`).length !== 1) found.push(`not one ${part}`);
  }
  return found;
}"""


def small_targets(page: Page, least: int) -> list[str]:
    """Return what can be pressed and is smaller than `least` px in either direction."""
    found: list[str] = page.evaluate(TARGETS, least)
    return found


def odd_outline(page: Page) -> list[str]:
    """Return what is wrong with headings and landmarks."""
    found: list[str] = page.evaluate(OUTLINE)
    return found
