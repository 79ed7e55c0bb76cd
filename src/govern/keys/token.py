"""A key that never leaves its device: an Ed25519 key in a PKCS#11 token (a smart card, an HSM).

The file `log.pkcs11` names the vendor's library, the token and the key. The passphrase is the token's PIN.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from govern.errors import RefusedError, StoreError

_ED25519 = "1.3.101.112"


@dataclass(frozen=True)
class Token:
    """Where a key is: the path of the PKCS#11 library, the token's label, and the key's label in it."""

    module: str
    token: str
    label: str


def format_token(token: Token) -> bytes:
    """The file that says where the key is. It holds no secret."""
    return json.dumps(asdict(token), indent=2, sort_keys=True).encode() + b"\n"


def parse_token(data: bytes, name: str) -> Token:
    """The inverse of `format_token`."""
    try:
        fields = json.loads(data[:16_384])
        token = Token(**fields)
    except (ValueError, TypeError, RecursionError):
        fields, token = {}, Token("", "", "")
    if not all(isinstance(value, str) and value for value in asdict(token).values()):
        hint = "restore it from your backup: it has `module`, `token` and `label`"
        raise StoreError(f"the key file `{name}` is damaged", hint=hint)
    return token


class TokenKey:
    """An open session with a token, and the key pair in it."""

    def __init__(self, token: Token, pin: str, *, make: bool = False) -> None:
        """With `make` the key pair is made there if it is not yet. Raises StoreError for what the token says."""
        pkcs11 = _load_library()
        self._mechanism = pkcs11.Mechanism.EDDSA
        try:
            device = pkcs11.lib(token.module).get_token(token_label=token.token)
            self._session = _open_session(device, pin, make)
            self._private, public = _find_pair(self._session, token.label, make)
            self.public = _read_point(public)
        except (pkcs11.PKCS11Error, RuntimeError) as problem:
            raise _explain(problem, token) from None
        self._errors = (pkcs11.PKCS11Error,)
        self._token = token

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes, made in the token."""
        try:
            return bytes(self._private.sign(message, mechanism=self._mechanism))
        except self._errors as problem:
            raise _explain(problem, self._token) from None

    def close(self) -> None:
        """Log out of the token."""
        self._session.close()


def _open_session(device: Any, pin: str, make: bool) -> Any:
    import pkcs11

    try:
        return device.open(rw=make, user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:  # a login is of the whole process
        return device.open(rw=make)


def _load_library() -> Any:
    try:
        import pkcs11
    except ImportError:
        hint = "install it: pip install 'govern[pkcs11]'"
        raise StoreError("keys in a PKCS#11 token need a part that is not installed", hint=hint) from None
    return pkcs11


def _find_pair(session: Any, label: str, make: bool) -> tuple[Any, Any]:
    import pkcs11
    from pkcs11.constants import Attribute, ObjectClass
    from pkcs11.util.ec import encode_named_curve_parameters

    found: list[Any] = []
    for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
        query = {Attribute.LABEL: label, Attribute.CLASS: kind, Attribute.KEY_TYPE: pkcs11.KeyType.EC_EDWARDS}
        found.append(next(iter(session.get_objects(query)), None))
    if None not in found:
        return found[0], found[1]
    if not make:
        raise pkcs11.exceptions.NoSuchKey
    curve = session.create_domain_parameters(
        pkcs11.KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: encode_named_curve_parameters(_ED25519)}, local=True
    )
    public, private = curve.generate_keypair(
        mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
        store=True,
        label=label,
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )
    return private, public


def _read_point(public: Any) -> bytes:
    from pkcs11.constants import Attribute

    point = bytes(public[Attribute.EC_POINT])
    return point[2:] if len(point) == 34 and point[:2] == b"\x04\x20" else point  # in a DER OCTET STRING, or bare


def _explain(problem: Exception, token: Token) -> StoreError:
    """What a token says, in the reader's words; never its arguments, which may hold the PIN."""
    name = type(problem).__name__
    where = f"token `{token.token}`"
    known = {
        "PinIncorrect": ("the PIN is wrong", "a token locks itself after a few wrong ones"),
        "PinLocked": ("the PIN is locked", "the security officer can set it anew"),
        "NoSuchKey": (f"there is no Ed25519 key `{token.label}` in it", "look with: pkcs11-tool --list-objects"),
        "NoSuchToken": ("there is no such token", "is the device plugged in, and its label right?"),
        "MechanismInvalid": ("it cannot make Ed25519 signatures", "use another token, or a key file"),
    }
    message, hint = known.get(name, (f"it refused: {name}", f"is `{token.module}` the right library?"))
    return StoreError(message, where=where, hint=hint)


def check_new_label(token: Token) -> Token:
    """A token whose three names are not empty. Raises RefusedError."""
    if not (token.module and token.token and token.label):
        raise RefusedError("a token needs --module, --token and --label", hint="all three, or none of them")
    return token
