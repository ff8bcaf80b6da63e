// verify checks a directory in the static layout of C2SP tlog-tiles with golang.org/x/mod alone: the checkpoint's
// signature, every entry bundle, every tile of every level, and the root.  It shares no code with comity.
//
// usage: verify DIR VERIFIER-KEY SIZE
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "verify: "+format+"\n", arguments...)
	os.Exit(1)
}

// number writes N of a path: groups of three digits, all but the last behind an x.
func number(n int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	return text
}

func read(dir, kind string, n int64, width int) []byte {
	path := "tile/" + kind + "/" + number(n)
	if width < 1<<height {
		path += ".p/" + strconv.Itoa(width)
	}
	data, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		fail("%v", err)
	}
	return data
}

type directory string

func (d directory) Height() int { return height }

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, t := range tiles {
		data = append(data, read(string(d), strconv.Itoa(t.L), t.N, t.W))
	}
	return data, nil
}

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

// checkpoint opens the note and reads origin, size and root.
func checkpoint(dir, vkey string) (string, tlog.Tree) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("verifier key: %v", err)
	}
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		fail("%v", err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		fail("checkpoint: %d lines", len(lines)-1)
	}
	if lines[0] != verifier.Name() {
		fail("checkpoint: origin %q, key name %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		fail("checkpoint: size %q", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		fail("checkpoint: root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return lines[0], tree
}

// width of tile n at a level of a tree.
func width(size int64, level uint, n int64) int {
	left := size>>(height*level) - n<<height
	if left > 1<<height {
		return 1 << height
	}
	return int(left)
}

// bundle splits a bundle into its entries.
func bundle(data []byte, count int, n int64) [][]byte {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(data[0])<<8|int(data[1]) {
			fail("bundle %d ends within an entry", n)
		}
		end := 2 + (int(data[0])<<8 | int(data[1]))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != count {
		fail("bundle %d has %d entries, not %d", n, len(entries), count)
	}
	return entries
}

func main() {
	if len(os.Args) != 4 {
		fail("usage: verify DIR VERIFIER-KEY SIZE")
	}
	dir, size := os.Args[1], os.Args[3]
	origin, tree := checkpoint(dir, os.Args[2])
	if strconv.FormatInt(tree.N, 10) != size {
		fail("checkpoint: size %d, not %s", tree.N, size)
	}

	// Every entry: its hash must be what the tiles, authenticated against the signed root, say; and all
	// together must give the whole tree.
	var hashes []tlog.Hash
	stored := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var list []tlog.Hash
		for _, i := range indexes {
			list = append(list, hashes[i])
		}
		return list, nil
	})
	tiles := tlog.TileHashReader(tree, directory(dir))
	for n := int64(0); width(tree.N, 0, n) > 0; n++ {
		w := width(tree.N, 0, n)
		var indexes []int64
		var want []tlog.Hash
		for k, entry := range bundle(read(dir, "entries", n, w), w, n) {
			at := n<<height + int64(k)
			indexes = append(indexes, tlog.StoredHashIndex(0, at))
			want = append(want, tlog.RecordHash(entry))
			more, err := tlog.StoredHashes(at, entry, stored)
			if err != nil {
				fail("entry %d: %v", at, err)
			}
			hashes = append(hashes, more...)
		}
		got, err := tiles.ReadHashes(indexes)
		if err != nil {
			fail("tile 0/%d: %v", n, err)
		}
		for k := range want {
			if got[k] != want[k] {
				fail("entry %d is not what tile 0/%d says", n<<height+int64(k), n)
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil || root != tree.Hash {
		fail("root: the entries give %v, the checkpoint says %v (%v)", root, tree.Hash, err)
	}

	// Every tile of every level, byte for byte.
	count := 0
	for level := uint(0); tree.N>>(height*level) > 0; level++ {
		for n := int64(0); width(tree.N, level, n) > 0; n++ {
			t := tlog.Tile{H: height, L: int(level), N: n, W: width(tree.N, level, n)}
			want, err := tlog.ReadTileData(t, stored)
			if err != nil {
				fail("tile %d/%d: %v", level, n, err)
			}
			if !bytes.Equal(want, read(dir, strconv.Itoa(int(level)), n, t.W)) {
				fail("tile %d/%d is not what the entries give", level, n)
			}
			count++
		}
	}
	fmt.Printf("%s: %d entries, %d tiles, root %v: good\n", origin, tree.N, count, root)
}
