#!/bin/sh
# The main job on the hospital example, from facts to a verified log. Files are left in out/.
# Usage: make demo     (or: BIN=.venv/bin sh examples/demo.sh)
set -eu
cd "$(dirname "$0")/.."
govern="${BIN:-.venv/bin}/govern"
out=out
unset GOVERN_DATABASE_URL GOVERN_ACTOR || true
rm -rf "$out"
mkdir -p "$out"
export GOVERN_WORKSPACE="$PWD/$out/workspace"

step() {
  printf '\n\033[1m%s\033[0m\n' "$1"
}
run() {
  printf '$ govern %s\n' "$*"
  "$govern" "$@"
}
# Findings are the point of a check: exit status 1 says that there are some.
check() {
  printf '$ govern %s\n' "$*"
  "$govern" "$@" || [ $? -eq 1 ]
}

# The log's key is kept under a passphrase. It is asked for where the environment has none.
export GOVERN_KEY_PASSPHRASE="${GOVERN_KEY_PASSPHRASE:-only for this demo}"

step "1  A workspace: keys, a database, an audit log"
printf '$ govern init %s/workspace\n' "$out"
(unset GOVERN_WORKSPACE; "$govern" init "$out/workspace" --origin example.org/compliance-log)

step "2  The project, as the hospital knows it at the start"
run project import examples/hospital-ct/project.yaml

step "3  Checked against four laws"
printf '$ govern check hospital-ct\n'
"$govern" check hospital-ct > "$out/gap-check.txt" || [ $? -eq 1 ]
sed -n '1,/^ all/p' "$out/gap-check.txt"
check check hospital-ct --format markdown --out "$out/gap-check.md"
echo "the whole report: $out/gap-check.txt"

step "4  Why: one gap explained"
run explain hospital-ct GDPR-28.3.a

step "5  The contracts that close the gaps, in Word and PDF"
for document in dpa baa; do
  run draft hospital-ct --document "$document" --out "$out/$document.docx"
  "$govern" draft hospital-ct --document "$document" --out "$out/$document.pdf" > /dev/null
  echo "and as PDF: $out/$document.pdf"
done

step "6  What is kept how long"
run retention schedule hospital-ct > "$out/retention.txt"
tail -n 3 "$out/retention.txt"
echo "the whole schedule: $out/retention.txt"

step "7  The log: each step is in it, and anybody can check that"
run log list
run log checkpoint --out "$out/checkpoint.txt"
run log prove 1 --out "$out/entry-1.tlog-proof" --entry "$out/entry-1.json"
run log export "$out/log"
run log verify "$out/log" --key "$(cat "$GOVERN_WORKSPACE/keys/log.pub")"

step "Done. Look at:"
ls -1 "$out" | sed "s|^|  $out/|"
