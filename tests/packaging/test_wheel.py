"""The wheel, built and installed into an empty environment elsewhere, works with the content that is in it."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_the_content(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("rules", "clause_library", "schemas"):
        wanted = {
            f"govern/_content/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted <= names
    assert "govern/py.typed" in names
    assert not any(name.startswith(("tests/", "docs/", "examples/")) for name in names)


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home)  # our pip works in it: to install another takes as long as all the rest
    pip = [sys.executable, "-m", "pip", "--python", home / "bin" / "python", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "install", "--no-deps", "--no-compile"]
    run(*install, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements" / "runtime.txt")
    run(*install, wheel)
    run(*pip, "check")

    # away from the checkout, so that nothing of it can be found
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GOVERN_", "PYTHON"))}
    project = elsewhere / "project.yaml"
    project.write_bytes((ROOT / "examples" / "hospital-ct" / "project.yaml").read_bytes())
    govern = home / "bin" / "govern"
    options = {"cwd": elsewhere, "env": environment}
    run(govern, "init", "--no-passphrase", **options)
    run(govern, "project", "import", project, **options)
    checked = subprocess.run([govern, "check", "hospital-ct"], capture_output=True, text=True, check=False, **options)
    assert checked.returncode == 1, checked.stderr
    assert "GDPR-28.3.a" in checked.stdout
    run(govern, "draft", "hospital-ct", "--document", "dpa", "--out", "dpa.docx", **options)
    assert (elsewhere / "dpa.docx").read_bytes().startswith(b"PK")
    assert "The log verifies" in run(govern, "log", "verify", **options)
