"""Keys of the log: made once, kept where only their owner reads them, and given up only with a signed note."""

from govern.keys.folder import (
    LAST_SIGNED,
    PRIVATE,
    PUBLIC,
    TOKEN,
    FolderSigner,
    NextKey,
    has_keys,
    make_keys,
)
from govern.keys.passphrase import (
    ENV_DESCRIPTOR,
    ENV_NEW,
    ENV_PASSPHRASE,
    choose_new_passphrase,
    choose_passphrase,
    find_new_pin,
    find_passphrase,
    has_terminal,
)
from govern.keys.pkcs8 import Ask, check_passphrase, format_private_key, is_encrypted, parse_private_key
from govern.keys.token import Token, TokenKey, check_new_label

__all__ = [
    "ENV_DESCRIPTOR",
    "ENV_NEW",
    "ENV_PASSPHRASE",
    "LAST_SIGNED",
    "PRIVATE",
    "PUBLIC",
    "TOKEN",
    "Ask",
    "FolderSigner",
    "NextKey",
    "Token",
    "TokenKey",
    "check_new_label",
    "check_passphrase",
    "choose_new_passphrase",
    "choose_passphrase",
    "find_new_pin",
    "find_passphrase",
    "format_private_key",
    "has_keys",
    "has_terminal",
    "is_encrypted",
    "make_keys",
    "parse_private_key",
]
