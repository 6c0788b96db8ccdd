"""The time a person takes to use a page, by the keystroke-level model (Card, Moran, Newell 1980):

    K  0.28 s  a key pressed by an average typist
    P  1.10 s  pointing at something with the mouse
    B  0.20 s  a click
    H  0.40 s  a hand that moves between mouse and keyboard
    M  1.35 s  a decision before an action

Reading is added to it: 238 words a minute for the label of what is acted on (Brysbaert 2019), and
450 for what is skimmed. A field that is filled in by typing is one interaction, as is a click, or a key
that acts.
"""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

KEY, POINT, CLICK, HOME, DECIDE = 0.28, 1.1, 0.2, 0.4, 1.35
READ, SKIM = 60 / 238, 60 / 450


@dataclass
class Hand:
    """A person at a page: acts on it, and counts."""

    page: Page
    interactions: int = 0
    seconds: float = 0.0
    on_keys: bool = False

    def click(self, target: Locator, label: str = "") -> None:
        """Read what it says, decide, point, click."""
        words = len((label or target.inner_text()).split())
        self.take(words * READ + DECIDE + self.to_the_mouse() + POINT + CLICK)
        target.click()

    def type(self, name: str, text: str) -> None:
        """Click into a field by its name, and type."""
        self.type_into(
            self.page.locator(f"[name={name}]"), text, self.page.inner_text(f"[for=id_{name}]")
        )

    def type_into(self, field: Locator, text: str, label: str = "") -> None:
        """Click into a field and type."""
        self.take(len(label.split()) * READ + DECIDE + self.to_the_mouse() + POINT + CLICK)
        self.seconds += HOME + len(text) * KEY
        self.on_keys = True
        field.fill(text)

    def key(self, key: str) -> None:
        """Decide, and press a key that acts."""
        self.take(DECIDE + (0.0 if self.on_keys else HOME) + KEY)
        self.on_keys = True
        self.page.keyboard.press(key)

    def skim(self, *targets: str) -> None:
        """Run one's eyes over parts of the page."""
        for target in targets:
            self.seconds += len(self.page.inner_text(target).split()) * SKIM

    def to_the_mouse(self) -> float:
        """Return the seconds that the hand takes to the mouse; none if it is there."""
        moves, self.on_keys = self.on_keys, False
        return HOME if moves else 0.0

    def take(self, seconds: float) -> None:
        """Count an interaction of so many seconds."""
        self.interactions += 1
        self.seconds += seconds
