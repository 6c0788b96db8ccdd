"""The queue of orders: its filters, rows and bulk jobs."""
