#!/bin/sh
# Verifies one entry of a log with nothing but openssl (3.0 or newer), xxd, base64, sed, head and tail.
#
#   verify.sh <verifier key> <proof file> <entry file>
#
# The verifier key is name+id+base64, of type Ed25519. The proof file carries the checkpoint. Exit status 0 if the
# checkpoint's signature and the inclusion proof hold, else 1. What was not checked is always printed. Formats: C2SP signed-note and tlog-proof, RFC 6962 2.1.
set -eu

fail() { echo "$1" >&2; exit 1; }
[ $# -eq 3 ] || fail "usage: verify.sh <verifier key> <proof file> <entry file>"
key=$1 proof=$2 entry=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sha256() { openssl dgst -sha256 -binary | xxd -p -c 64; }
unbase64() { printf %s "$1" | base64 -d | xxd -p -c 4096; }

# The key: its id is the first four bytes of the digest of name, line feed, type and public key.
name=${key%%+*}
rest=${key#*+}
id=${rest%%+*}
public=$(unbase64 "${rest#*+}")
[ ${#public} -eq 66 ] && [ "${public%"${public#??}"}" = 01 ] || fail "not an Ed25519 verifier key"
[ "$( (printf '%s\n' "$name"; printf %s "$public" | xxd -r -p) | sha256 | cut -c 1-8)" = "$id" ] || fail "the key id is wrong"
# RFC 8410: twelve bytes of DER make a public key that openssl reads
printf '302a300506032b6570032100%s' "${public#??}" | xxd -r -p > "$work/key.der"

# The proof: lines up to the first empty one; then the checkpoint: text, the last empty line, signatures.
first=$(sed -n '/^$/{=;q;}' "$proof")
[ -n "$first" ] || fail "the proof has no checkpoint"
head -n "$((first - 1))" "$proof" > "$work/head"
tail -n "+$((first + 1))" "$proof" > "$work/note"
last=$(sed -n '/^$/=' "$work/note" | tail -n 1)
[ -n "$last" ] || fail "the checkpoint has no signatures"
head -n "$((last - 1))" "$work/note" > "$work/text"
tail -n "+$((last + 1))" "$work/note" > "$work/signatures"

# The signature of the key: an em dash, the name, base64 of key id and signature.
held=no
while read -r dash signer encoded; do
    [ "$dash" = "—" ] || fail "not a signature line"
    [ "$signer" = "$name" ] || continue
    bytes=$(unbase64 "$encoded")
    [ "${bytes%"${bytes#????????}"}" = "$id" ] || continue
    printf %s "${bytes#????????}" | xxd -r -p > "$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" \
        -sigfile "$work/signature" > /dev/null 2>&1 || fail "the signature does not hold"
    held=yes
done < "$work/signatures"
[ $held = yes ] || fail "no signature by this key"

# The place: index from the proof; size and root from the text that is signed.
[ "$(sed -n 1p "$work/head")" = "c2sp.org/tlog-proof@v1" ] || fail "not a proof file"
# A number that began with 0 would be read as octal here, and name another entry than it shows.
number() { case $1 in 0) ;; ''|0*|*[!0-9]*|???????????????????*) fail "not a number without leading zeros: $2" ;; esac; }
index=$(sed -n 's/^index //p' "$work/head")
number "$index" "the index in the proof"
[ "$(sed -n 1p "$work/text")" = "$name" ] || fail "the checkpoint is of another log"
size=$(sed -n 2p "$work/text")
number "$size" "the size in the checkpoint"
root=$(unbase64 "$(sed -n 3p "$work/text")")
[ "$index" -lt "$size" ] || fail "the index is beyond the log"

# The path: from the leaf up. A sibling is on the left if the position is odd, or the last of its row.
hash=$( (printf '\000'; cat "$entry") | sha256)
position=$index
row=$((size - 1))
sed '1,/^index /d' "$work/head" > "$work/path"
while read -r encoded; do
    sibling=$(unbase64 "$encoded")
    [ ${#sibling} -eq 64 ] && [ "$row" -gt 0 ] || fail "the path is too long or holds no hash"
    while [ $((position % 2)) -eq 0 ] && [ "$position" -eq "$row" ]; do # alone in its row: moved up as it is
        position=$((position / 2))
        row=$((row / 2))
    done
    if [ $((position % 2)) -eq 1 ]; then pair=$sibling$hash; else pair=$hash$sibling; fi
    hash=$(printf '01%s' "$pair" | xxd -r -p | sha256)
    position=$((position / 2))
    row=$((row / 2))
done < "$work/path"
[ "$row" -eq 0 ] || fail "the path is too short"
[ "$hash" = "$root" ] || fail "the path does not lead to the root: $hash, signed is $root"
echo "entry $index of $size is in the log $name"
echo
echo "Not checked:"
echo "  that the entry parses, and that what it says is true"
echo "  all other entries: whether the log admits a loss, or has others about the same matter"
echo "  that others see the same log: no cosignature of a witness was checked"
echo "  that the key is the log's: compare it with what its owner published elsewhere"
