"""Where a passphrase comes from. The prompts are tried on a real terminal."""

import os
import pty
import subprocess
import sys
import time

import pytest

from govern.errors import RefusedError
from govern.keys import choose_new_passphrase, choose_passphrase, find_new_pin, find_passphrase

WORDS = "correct horse battery staple"


def test_the_environment_is_asked_first(monkeypatch):
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", WORDS)
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE_FD", "99")
    assert find_passphrase("the key") == choose_passphrase("the key") == choose_new_passphrase("the key") == WORDS
    assert find_new_pin("the token") == WORDS
    monkeypatch.setenv("GOVERN_NEW_KEY_PASSPHRASE", WORDS.upper())
    assert choose_new_passphrase("the key") == find_new_pin("the token") == WORDS.upper()


@pytest.mark.parametrize(("text", "found"), [(WORDS, WORDS), (WORDS + "\n", WORDS), (WORDS + "\r\nmore\n", WORDS)])
def test_an_open_file_gives_its_first_line(monkeypatch, text, found):
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE_FD", str(read))
    try:
        assert find_passphrase("the key") == found
    finally:
        os.close(read)


@pytest.mark.parametrize("number", ["x", "-1", "987654", "99999999999999999999999"])
def test_a_file_that_is_not_open_is_named(monkeypatch, number):
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE_FD", number)
    with pytest.raises(RefusedError, match="no passphrase can be read") as caught:
        find_passphrase("the key")
    assert caught.value.where == "GOVERN_KEY_PASSPHRASE_FD"


def test_an_empty_file_is_named(monkeypatch):
    read, write = os.pipe()
    os.close(write)
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE_FD", str(read))
    with pytest.raises(RefusedError, match="no passphrase in that file"):
        find_passphrase("the key")
    os.close(read)


@pytest.mark.parametrize("ask", [find_passphrase, choose_passphrase, choose_new_passphrase])
def test_without_a_terminal_nobody_is_asked(monkeypatch, ask):
    monkeypatch.setattr(sys, "stdin", None)  # as in a service
    with pytest.raises(RefusedError, match=r"the key (is locked|needs a passphrase)"):
        ask("the key")


def test_a_short_one_from_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "short")
    assert find_passphrase("the key") == "short"  # an old key may have one
    with pytest.raises(RefusedError, match="has 5 characters"):
        choose_passphrase("the key")


PROGRAM = """
import sys
from govern.errors import RefusedError
from govern.keys import choose_passphrase, find_new_pin, find_passphrase
try:
    print("got", {call}("the key") == {words!r})
except RefusedError as problem:
    print("refused", problem.message)
"""


def at_terminal(call, *lines):
    """What a program says on a terminal where these lines are typed."""
    parent, child = pty.openpty()
    program = PROGRAM.format(call=call, words=WORDS)
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=child, stdout=child, stderr=child, start_new_session=True
    )
    os.close(child)
    shown = b""
    for line in lines:
        shown += _read_until(parent, b": ")
        time.sleep(0.1)  # the echo is switched off before the prompt is shown, and typed input is dropped there
        os.write(parent, line.encode() + b"\n")
    shown += _read_until(parent, None)
    process.wait(timeout=30)
    os.close(parent)
    return shown.decode()


def _read_until(handle, end):
    """What comes up to the end that is given, or, for None, until the program has closed its terminal."""
    data = b""
    while end is None or end not in data:
        try:
            piece = os.read(handle, 1000)
        except OSError:  # Linux's word for a terminal that nobody has open any more
            break
        if not piece:
            break
        data += piece
    return data


def test_a_person_is_asked_and_what_is_typed_is_not_shown():
    shown = at_terminal("find_passphrase", WORDS)
    assert "Passphrase of the key: " in shown
    assert "got True" in shown
    assert WORDS not in shown


def test_the_passphrase_of_the_old_key_is_not_tried_on_a_token(monkeypatch):
    """A token locks itself after a few wrong PINs."""
    monkeypatch.setenv("GOVERN_KEY_PASSPHRASE", "of the old key")
    assert "got True" in at_terminal("find_new_pin", WORDS)


def test_a_new_one_is_typed_twice():
    assert "got True" in at_terminal("choose_passphrase", WORDS, WORDS)
    assert "refused the two passphrases differ" in at_terminal("choose_passphrase", WORDS, WORDS + "x")
