"""`python -m tests.billing_years`: simulates years of billing.

Two with an order a day, and three of 200 contracts that are changed, cancelled and ended. Many times as many random courses as in the tests follow. On PostgreSQL: `python -m tests.postgres
tests.billing_years`.
"""

import os
import subprocess
import sys


def main() -> int:
    """Run the simulations at full length."""
    lengths = {"BILLING_DAYS": "730", "BILLING_EXAMPLES": "300"}
    lengths |= {"CONTRACTS": "200", "CONTRACT_DAYS": "1096", "CONTRACT_PACE": "40"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "--durations=5",
        "tests/billing/test_years.py",
        "tests/billing/test_contract_years.py",
    ]
    return subprocess.run(command, env={**os.environ, **lengths}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
