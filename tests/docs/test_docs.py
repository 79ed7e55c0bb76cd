"""The documentation runs: every `console` block of the README, the tutorials, the how-to guides and the reports.

The blocks of a page run in order in one empty folder that holds `examples/`. A line that begins with `$ ` is a command;
`# exit 3` at its end is the status that it must have, else 0. The lines after it are what the reader is shown: each
must be in the output, in this order. `…` stands for anything within a line, and a line of `…` alone for any lines.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    ROOT / "docs" / "reference" / "reports.md",
]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```(?:yaml|markdown) title=\"([^\"]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\s+# exit (\d+)$")


def find_steps(text: str) -> Iterator[tuple[str, str, str]]:
    """What a page does, in order: ("file", path, text) and ("run", command, shown output)."""
    found = [(match.start(), "file", match) for match in _FILE.finditer(text)]
    found += [(match.start(), "run", match) for match in _BLOCK.finditer(text)]
    for _, kind, match in sorted(found, key=lambda each: each[0]):
        if kind == "file":
            yield kind, match.group(1), match.group(2)
            continue
        for part in re.split(r"^\$ ", match.group(1), flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield kind, command, shown


def find_missing(shown: str, output: str) -> list[str]:
    """The shown lines that the output does not have, in the order shown."""
    lines = [" ".join(line.split()) for line in output.splitlines()]
    missing, start = [], 0
    for wanted in (" ".join(line.split()) for line in shown.splitlines()):
        if wanted in ("", "…"):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("…")))
        at = next((place for place in range(start, len(lines)) if pattern.fullmatch(lines[place])), None)
        if at is None:
            missing.append(wanted)
        else:
            start = at + 1
    return missing


def make_environment(folder: Path, programs: Path) -> dict[str, str]:
    """The reader's environment: our `govern` first, no settings of ours, and 80 columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOVERN_", "GIT_"))}
    identity = {f"GIT_{who}_{what}": "docs" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **kept,
        **identity,
        "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "GOVERN_KEY_PASSPHRASE": "typed by the reader",  # where the reader is asked
        "LC_ALL": "C.UTF-8",
    }


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_of_the_page_do_what_it_shows(page: Path, tmp_path: Path, forking: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copytree(ROOT / "examples", folder / "examples")
    environment = make_environment(tmp_path, forking)
    for kind, name, text in find_steps(page.read_text(encoding="utf-8")):
        if kind == "file":
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        status = _EXIT.search(name)
        command = _EXIT.sub("", name)
        if command.startswith("cd "):
            folder = (folder / command.removeprefix("cd ")).resolve()
            continue
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == (int(status.group(1)) if status else 0), f"$ {command}\n{output}"
        assert find_missing(text, output) == [], f"$ {command}\n{output}"


@pytest.mark.parametrize(
    ("shown", "output", "missing"),
    [
        ("a\nb\n", "a\nx\nb\n", []),
        ("b\na\n", "a\nb\n", ["a"]),
        ("a … c\n", "a  b c\n", []),
        ("…\n\na\n", "x\na\n", []),
        ("a.c\n", "abc\n", ["a.c"]),
    ],
)
def test_shown_lines_are_looked_for_in_order(shown: str, output: str, missing: list[str]) -> None:
    assert find_missing(shown, output) == missing


def test_steps_are_files_and_commands_in_order() -> None:
    text = (
        '```yaml title="a/b.yaml"\nx: 1\n```\n```console\n$ govern check p  # exit 1\nout\n$ ls\n```\n```sh\nno\n```\n'
    )
    assert list(find_steps(text)) == [
        ("file", "a/b.yaml", "x: 1\n"),
        ("run", "govern check p  # exit 1", "out\n"),
        ("run", "ls", ""),
    ]
