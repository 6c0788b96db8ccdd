"""A person at the back office."""

from playwright.sync_api import Frame, Locator, Page

from tests.keystrokes import CLICK, DECIDE, POINT, Hand


class Desk(Hand):
    """A member of staff at a page: acts on it, and counts what that takes, and the pages loaded."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.loads = 0
        page.set_default_timeout(10_000)
        page.on("framenavigated", self._loaded)

    def _loaded(self, frame: Frame) -> None:
        self.loads += frame == self.page.main_frame

    def link(self, name: str, *, within: str = "body") -> None:
        """Click a link by its words, and wait for its page."""
        self._go(self.page.locator(within).get_by_role("link", name=name).first)

    def button(self, name: str, *, within: str = "body") -> None:
        """Click a button by its words, and wait for what it does."""
        self._go(self.page.locator(within).get_by_role("button", name=name).first)

    def open(self, selector: str) -> None:
        """Click what a selector finds first, and wait for its page."""
        self._go(self.page.locator(selector).first)

    def unfold(self, summary: str) -> None:
        """Open a fold by the words of its summary."""
        self.click(self.page.locator("summary").filter(has_text=summary).first)

    def tick(self, selector: str, label: str) -> None:
        """Tick a box."""
        self.click(self.page.locator(selector).first, label)

    def choose(self, selector: str, value: str) -> None:
        """Open a list of choices, and choose one."""
        self.take(2 * DECIDE + self.to_the_mouse() + 2 * (POINT + CLICK))
        self.page.locator(selector).first.select_option(value)

    def write(self, selector: str, text: str) -> None:
        """Click into a field, and type."""
        self.type_into(self.page.locator(selector).first, text)

    def enter(self) -> None:
        """Press Enter, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.key("Enter")

    def find(self, text: str) -> None:
        """Press `/`, type into the box of the header, and press Enter."""
        self.key("/")
        self.page.keyboard.type(text)
        self.take(len(text) * 0.28)
        self.interactions -= 1  # typing belongs to the key that led there
        self.enter()

    def sees(self, *texts: str) -> None:
        """Fail unless the page says all of it."""
        said = self.page.inner_text("body")
        missing = [text for text in texts if text not in said]
        assert not missing, f"{self.page.url} does not say {missing}"

    def _go(self, target: Locator) -> None:
        self.click(target)
        self.page.wait_for_load_state()
