"""Keys in a folder, under a passphrase, and in a token of SoftHSM."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from govern.keys import FolderSigner, Token, make_keys

ORIGIN = "log.example/govern"
PASSPHRASE = "correct horse battery staple"
PIN = "pin-of-the-tests"
MODULES = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """Nothing of the developer's own environment."""
    for name in list(os.environ):
        if name.startswith("GOVERN_") and not name.startswith("GOVERN_TEST"):
            monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path):
    """A folder with a key that is not encrypted, for what is not about that."""
    make_keys(tmp_path / "keys", ORIGIN)
    return tmp_path / "keys"


@pytest.fixture
def signer(folder):
    return FolderSigner(folder)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory):
    """The library of SoftHSM, with a folder of its own for tokens. Once: the library reads its settings once."""
    pytest.importorskip("pkcs11", reason="needs the extra pkcs11")
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("needs SoftHSM: run `sh tests/services.sh` (Debian: softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    return module


@pytest.fixture
def token(softhsm):
    """A new token, and a name for a key in it."""
    label = f"govern-{secrets.token_hex(4)}"
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678"]
    subprocess.run(command, check=True, capture_output=True)
    import pkcs11

    pkcs11.lib(softhsm).reinitialize()  # it sees tokens that were there when it began
    return Token(softhsm, label, "log-1")
