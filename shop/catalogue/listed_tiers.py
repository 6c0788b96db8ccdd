"""The tiers that can be ordered, as nearly every page of the shop looks them up."""

from shop.catalogue.models import Product
from shop.compiled_queries import CompiledQuery

# In the order in which pages show them.
LISTED: CompiledQuery[Product] = CompiledQuery(lambda: Product.objects.filter(listed=True))
