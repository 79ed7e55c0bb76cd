// Verify checks one entry of a log with golang.org/x/mod, which knows nothing of govern.
//
//	verify <verifier key> <checkpoint file> <proof file> <entry file>
//
// It opens the checkpoint and the proof's own checkpoint as signed notes (sumdb/note), requires that both have the
// same text, and checks the inclusion proof (sumdb/tlog). Exit status 0 and one line if all holds, else 1.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 5 {
		fail(errors.New("usage: verify <verifier key> <checkpoint> <proof> <entry>"))
	}
	verifier, err := note.NewVerifier(os.Args[1])
	fail(err)
	checkpoint, err := note.Open(read(os.Args[2]), note.VerifierList(verifier))
	fail(err)
	head, rest, found := bytes.Cut(read(os.Args[3]), []byte("\n\n"))
	if !found {
		fail(errors.New("the proof has no checkpoint"))
	}
	index, proof := parseHead(strings.Split(string(head), "\n"))
	inside, err := note.Open(rest, note.VerifierList(verifier))
	fail(err)
	if inside.Text != checkpoint.Text {
		fail(errors.New("the proof has another checkpoint"))
	}
	size, root := parseTree(inside.Text)
	fail(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(read(os.Args[4]))))
	fmt.Printf("entry %d of %d is in the log %s\n", index, size, verifier.Name())
}

func parseHead(lines []string) (int64, tlog.RecordProof) {
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		fail(errors.New("not a proof file"))
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		fail(errors.New("the proof has no index"))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	fail(err)
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		fail(err)
		proof = append(proof, hash)
	}
	return index, proof
}

func parseTree(text string) (int64, tlog.Hash) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		fail(errors.New("not a checkpoint"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	data, err := base64.StdEncoding.DecodeString(lines[2])
	fail(err)
	var root tlog.Hash
	if copy(root[:], data) != len(data) || len(data) != tlog.HashSize {
		fail(errors.New("the root is no hash"))
	}
	return size, root
}

func read(name string) []byte {
	data, err := os.ReadFile(name)
	fail(err)
	return data
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
