"""The calls of an application as a bar chart."""

from portal.backoffice.reports.charts import Chart, stacked
from shop.access.call_statistics import CallStatistics

HEIGHT = 72


class ChartedCalls(CallStatistics):
    """The calls of an application, with a chart of them."""

    @property
    def chart(self) -> Chart:
        """Return a bar for each day."""
        columns = [numbers for _day, numbers, _total in reversed(self.by_day)]
        return stacked(columns, list(self.outcomes), height=HEIGHT)
