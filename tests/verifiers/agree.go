// Agree answers with golang.org/x/mod, which knows nothing of govern, so that its verdicts can be held against ours.
//
//	agree bundle <verifier key> <folder>     the root over all entries of an exported log, and the signature on it
//	agree proofs                             one answer, good or bad, for each line of the standard input:
//	                                         inclusion <index> <size> <leaf> <root> <path>
//	                                         consistency <old> <new> <old root> <new root> <path>
//
// Hashes are in hexadecimal, paths separated by commas, - for an empty one. Exit status 0 if the bundle holds, else 1.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	switch {
	case len(os.Args) == 4 && os.Args[1] == "bundle":
		fail(checkBundle(os.Args[2], os.Args[3]))
	case len(os.Args) == 2 && os.Args[1] == "proofs":
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			if checkProof(strings.Fields(lines.Text())) == nil {
				fmt.Println("good")
			} else {
				fmt.Println("bad")
			}
		}
		fail(lines.Err())
	default:
		fail(errors.New("usage: agree bundle <verifier key> <folder> | agree proofs"))
	}
}

// A stored tree, as tlog numbers its hashes.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, errors.New("no such hash")
		}
		found[i] = h[index]
	}
	return found, nil
}

func checkBundle(key, folder string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	size, root, err := parseTree(opened.Text)
	if err != nil {
		return err
	}
	var stored hashes
	for first := int64(0); first < size; first += 256 {
		width := min(size-first, 256)
		entries, err := readEntries(filepath.Join(folder, tilePath("entries", first/256, width)), width)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			added, err := tlog.StoredHashes(first+int64(i), entry, stored)
			if err != nil {
				return err
			}
			stored = append(stored, added...)
		}
	}
	found, err := tlog.TreeHash(size, stored)
	if size == 0 { // RFC 6962 2.1: the hash of nothing; older versions of x/mod have zeros for it
		found = sha256.Sum256(nil)
	}
	if err == nil && found != root {
		err = errors.New("the entries do not give the root that is signed")
	}
	if err == nil {
		fmt.Printf("%d entries give the root that %s signed\n", size, verifier.Name())
	}
	return err
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func tilePath(level string, index, width int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	path = "tile/" + level + "/" + path
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

func readEntries(path string, width int64) ([][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("the file ends inside an entry")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if int64(len(entries)) != width {
		return nil, errors.New("the file has the wrong number of entries")
	}
	return entries, nil
}

func parseTree(text string) (int64, tlog.Hash, error) {
	var root tlog.Hash
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return 0, root, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, root, err
	}
	data, err := base64.StdEncoding.DecodeString(lines[2])
	if err == nil && copy(root[:], data) != tlog.HashSize {
		err = errors.New("the root is no hash")
	}
	return size, root, err
}

func checkProof(words []string) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	if len(words) != 6 {
		return errors.New("six words are needed")
	}
	one, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	two, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return err
	}
	var list []tlog.Hash
	for _, word := range append(words[3:5:5], strings.Split(strings.TrimSuffix(words[5], "-"), ",")...) {
		if word == "" && len(list) >= 2 {
			continue
		}
		data, err := hex.DecodeString(word)
		if err != nil || len(data) != tlog.HashSize {
			return errors.New("not a hash")
		}
		list = append(list, toHash(data))
	}
	if words[0] == "inclusion" {
		return tlog.CheckRecord(tlog.RecordProof(list[2:]), two, list[1], one, list[0])
	}
	return tlog.CheckTree(tlog.TreeProof(list[2:]), two, list[1], one, list[0])
}

func toHash(data []byte) (hash tlog.Hash) {
	copy(hash[:], data)
	return hash
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
