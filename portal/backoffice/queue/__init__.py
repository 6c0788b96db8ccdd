"""The queue of orders: its filters, rows, bulk jobs and export."""
