"""Numbers as contracts print them: clauses 7, paragraphs 7.2, items (a) and (i), annexes II."""

_SIGNS = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    written = ""
    for value, sign in _SIGNS:
        count, number = divmod(number, value)
        written += sign * count
    return written


def letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


class Counter:
    """The numbers of a section's paragraphs; a list starts anew under each paragraph."""

    def __init__(self, section: str) -> None:
        self.section = section
        self.counts = [0, 0, 0]

    def next(self, level: int) -> str:
        if level < 0:
            return ""
        self.counts[level] += 1
        self.counts[level + 1 :] = [0] * (2 - level)
        count = self.counts[level]
        if level == 0:
            return f"{self.section}.{count}" if self.section else ""
        return f"({letter(count)})" if level == 1 else f"({roman(count).lower()})"
