"""Nigerian bank account numbers (NUBAN) and their check digit."""

from engine.errors import BadAmount

_WEIGHTS = (3, 7, 3)


def nuban_check_digit(bank_code: str, serial: str) -> int:
    """Return the tenth digit of an account number from the 3-digit bank code and the 9-digit serial.

    Central Bank of Nigeria, NUBAN standard: the digits of code and serial are weighted 3, 7, 3 over and over; the
    check digit brings the sum to a multiple of ten.
    """
    if not (len(bank_code) == 3 and bank_code.isascii() and bank_code.isdigit()):
        raise BadAmount("A bank code has 3 digits. Write all of them, zeros too.")
    if not (len(serial) == 9 and serial.isascii() and serial.isdigit()):
        raise BadAmount("The serial part of an account number has 9 digits. Write all of them, zeros too.")
    total = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(bank_code + serial))
    return -total % 10


def is_nuban(bank_code: str, account_number: str) -> bool:
    """Return whether a 10-digit account number can exist at this bank."""
    if not (len(account_number) == 10 and account_number.isascii() and account_number.isdigit()):
        return False
    return nuban_check_digit(bank_code, account_number[:9]) == int(account_number[9])
