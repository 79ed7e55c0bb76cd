"""The bar that is shown while long work goes on."""

import pytest

from govern.cli.terminal import show_progress


class Terminal:
    encoding = "utf-8"

    def __init__(self):
        self.written = ""

    def isatty(self):
        return True

    def write(self, text):
        self.written += text
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize(("total", "shown"), [(10, "10/10"), (None, "10/?")])
def test_a_terminal_is_told_how_much_is_done(monkeypatch, total, shown):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with show_progress("records", total) as advance:
        advance(3)
        advance(10)
    assert "records" in terminal.written
    assert shown in terminal.written


def test_a_file_is_told_nothing(capsys):
    with show_progress("records", 10) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")
