"""The pages of the guides in `/sitemap.xml`: one URL each, as their text is English in any frame."""

from shop.guide.pages import GUIDES, Chapter
from shop.storefront.sitemap import OfThisShop


class Chapters(OfThisShop[Chapter]):
    """The chapters of both guides."""

    def items(self) -> list[Chapter]:
        """Return the chapters of both guides."""
        return [chapter for guide in GUIDES.values() for chapter in guide.chapters]

    def location(self, item: Chapter) -> str:
        """Return the path of a chapter."""
        return item.url
