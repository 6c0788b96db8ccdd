#!/usr/bin/env python
"""The shop's command line."""

from shop.command_line import main

if __name__ == "__main__":
    main()
