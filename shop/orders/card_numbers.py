"""Card numbers: nobody pays us by card, so none is let in, wherever it stands."""

import re

LONGEST = 19
# What the networks issue, by first digits and length.
CARD = re.compile(
    r"4\d{15}(\d{3})?"  # Visa
    r"|(5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|35(2[89]|[3-8]\d)\d{12}"  # JCB
    r"|6(011|4[4-9]\d|5\d\d)\d{12}"  # Discover
    r"|62\d{14,17}"  # UnionPay
    r"|(5018|5020|5038|5893|6304|6759|676[123])\d{12,15}",  # Maestro
    re.ASCII,
)
# Digits in groups, as people write them.
RUN = re.compile(r"\+?\d+(?:[\s._\u2010-\u2015-]{1,3}\d+)*")
GROUP = re.compile(r"\d+")
LONGEST_PHONE = 15  # ITU-T E.164; no card number begins with a plus


def holds_card(text: str) -> bool:
    """True if `text` holds a card number, however it is grouped; phone numbers do not count."""
    return any(_is_card(run[0]) for run in RUN.finditer(text))


def hide_cards(text: str) -> str:
    """`text` without the card numbers in it."""
    return RUN.sub(lambda run: "…" if _is_card(run[0]) else run[0], text)


def _is_card(run: str) -> bool:
    # In ASCII, whatever script they are typed in.
    groups = ["".join(str(int(digit)) for digit in group) for group in GROUP.findall(run)]
    if run.startswith("+") and sum(map(len, groups)) <= LONGEST_PHONE:
        return False
    # An expiry date or a check number may stand before or behind it.
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > LONGEST:
                break
            if CARD.fullmatch(digits) and _sum(digits) % 10 == 0:
                return True
    return False


def _sum(digits: str) -> int:
    """Luhn's sum: that of a card number is divisible by ten."""
    plain, doubled = digits[-1::-2], digits[-2::-2]
    # What is doubled to more than nine counts by its own two digits.
    return sum(map(int, plain)) + sum(2 * int(sign) // 10 + 2 * int(sign) % 10 for sign in doubled)
