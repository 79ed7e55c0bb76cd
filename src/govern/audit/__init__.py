"""The audit log: entries, tree, signed checkpoints, proofs, and verification. All of it pure.

The formats are RFC 6962 (tree), RFC 8785 (entries) and the C2SP specifications signed-note,
tlog-checkpoint, tlog-tiles, tlog-proof and tlog-cosignature, byte for byte, so that tools of others verify
what is written here.

>>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
>>> private = Ed25519PrivateKey.from_private_bytes(bytes(32))
>>> key = VerifierKey("example.org/log", ED25519, private.public_key().public_bytes_raw())
>>> event = Event(
...     id="e1", kind="assessment.saved", actor="u7", time="2026-11-24T10:00:00.000000Z",
...     object="assessment:1", matter="project:1", body="sha256:" + "0" * 64,
... )
>>> entry = seal_entry(event, matter_seq=0, matter_prev=None, key_id=key.key_id.hex())
>>> tree = TreeBuilder()
>>> finished = tree.append(hash_leaf(entry))
>>> note = sign_checkpoint(Checkpoint("example.org/log", tree.size, tree.root()), key, private.sign)
>>> verify_log([entry], [note], [key]).size
1
>>> proof = format_proof(Proof(0, inclusion_path(0, 1, lambda level, index: hash_leaf(entry)), note))
>>> check_proof(proof, entry, [key]).index
0
"""

from govern.audit.bundle import plan_bundle, verify_bundle
from govern.audit.chain import CHAIN_START, chain_values, extend_chain
from govern.audit.checkpoint import (
    Checkpoint,
    check_checkpoint,
    format_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from govern.audit.entries import (
    ENTRY_LIMIT,
    Entry,
    Event,
    check_event,
    commit_field,
    find_body,
    find_object,
    format_entry,
    format_time,
    parse_entry,
    parse_time,
    seal_entry,
)
from govern.audit.notes import (
    COSIGNATURE,
    ED25519,
    Note,
    Sign,
    Signature,
    VerifiedNote,
    VerifiedSignature,
    VerifierKey,
    add_signatures,
    check_note,
    format_note,
    format_signature,
    format_verifier_key,
    key_id,
    make_cosignature,
    make_signature,
    parse_note,
    parse_signature,
    parse_verifier_key,
    sign_note,
)
from govern.audit.proofs import Proof, VerifiedProof, check_proof, format_proof, parse_proof
from govern.audit.structure import StructureCheck
from govern.audit.tiles import (
    ENTRIES,
    Tile,
    format_entry_bundle,
    format_hashes,
    format_tile_path,
    list_tiles,
    parse_entry_bundle,
    parse_hashes,
    parse_tile_path,
    read_node_from_tiles,
)
from govern.audit.tree import (
    EMPTY_ROOT,
    ReadNode,
    TreeBuilder,
    check_consistency,
    check_inclusion,
    consistency_path,
    find_root,
    hash_leaf,
    hash_node,
    hash_root,
    inclusion_path,
)
from govern.audit.verify import Verification, check_same_history, verify_log

__all__ = [
    "CHAIN_START",
    "COSIGNATURE",
    "ED25519",
    "EMPTY_ROOT",
    "ENTRIES",
    "ENTRY_LIMIT",
    "Checkpoint",
    "Entry",
    "Event",
    "Note",
    "Proof",
    "ReadNode",
    "Sign",
    "Signature",
    "StructureCheck",
    "Tile",
    "TreeBuilder",
    "Verification",
    "VerifiedNote",
    "VerifiedProof",
    "VerifiedSignature",
    "VerifierKey",
    "add_signatures",
    "chain_values",
    "check_checkpoint",
    "check_consistency",
    "check_event",
    "check_inclusion",
    "check_note",
    "check_proof",
    "check_same_history",
    "commit_field",
    "consistency_path",
    "extend_chain",
    "find_body",
    "find_object",
    "find_root",
    "format_checkpoint",
    "format_entry",
    "format_entry_bundle",
    "format_hashes",
    "format_note",
    "format_proof",
    "format_signature",
    "format_tile_path",
    "format_time",
    "format_verifier_key",
    "hash_leaf",
    "hash_node",
    "hash_root",
    "inclusion_path",
    "key_id",
    "list_tiles",
    "make_cosignature",
    "make_signature",
    "parse_checkpoint",
    "parse_entry",
    "parse_entry_bundle",
    "parse_hashes",
    "parse_note",
    "parse_proof",
    "parse_signature",
    "parse_tile_path",
    "parse_time",
    "parse_verifier_key",
    "plan_bundle",
    "read_node_from_tiles",
    "seal_entry",
    "sign_checkpoint",
    "sign_note",
    "verify_bundle",
    "verify_log",
]
