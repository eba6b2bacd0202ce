// Checks a node's log with golang.org/x/mod/sumdb, which knows nothing of Tocsin: the checkpoint's signature, every tile, every entry's inclusion, and
// consistency with an earlier checkpoint.
//
// Usage: main URL VKEY [EARLIER_CHECKPOINT_FILE]; prints "NAME: ..." lines, ends with 1 at the first thing that is wrong.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func get(url string) ([]byte, error) {
	r, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", url, r.Status)
	}
	return data, err
}

// open verifies a checkpoint note by the log's key; lines of other keys (cosignatures) are left alone.
func open(data []byte, vkey string) tlog.Tree {
	v, err := note.NewVerifier(vkey)
	must(err, "verifier key")
	n, err := note.Open(data, note.VerifierList(v))
	must(err, "checkpoint")
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() {
		must(fmt.Errorf("%q", n.Text), "a checkpoint is origin, size and root, of the log whose key it is")
	}
	var tree tlog.Tree
	_, err = fmt.Sscanf(lines[1], "%d", &tree.N)
	must(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err, "root")
	copy(tree.Hash[:], root)
	return tree
}

// path as tlog-tiles writes it: without the height, and "entries" where sumdb says "data".
func path(t tlog.Tile) string {
	return strings.Replace(strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1), "tile/8/", "tile/", 1)
}

type reader struct {
	url   string
	tiles map[string]bool
}

func (r *reader) Height() int { return 8 }

func (r *reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := get(r.url + "/log/" + path(t))
		if err != nil {
			return nil, err
		}
		if len(data) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, not %d", path(t), len(data), t.W*tlog.HashSize)
		}
		r.tiles[path(t)] = true
		all = append(all, data)
	}
	return all, nil
}

func (r *reader) SaveTiles([]tlog.Tile, [][]byte) {}

// bundle fetches the entries that a tile covers.
func (r *reader) bundle(n int64, width int) [][]byte {
	p := path(tlog.Tile{H: 8, L: -1, N: n, W: width})
	data, err := get(r.url + "/log/" + p)
	must(err, "entries")
	var all [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			must(fmt.Errorf("%s is cut", p), "entries")
		}
		size := int(binary.BigEndian.Uint16(data))
		all = append(all, data[2:2+size])
		data = data[2+size:]
	}
	if len(all) != width {
		must(fmt.Errorf("%s has %d entries, not %d", p, len(all), width), "entries")
	}
	return all
}

func main() {
	url, vkey := os.Args[1], os.Args[2]
	signed, err := get(url + "/log/checkpoint")
	must(err, "checkpoint")
	tree := open(signed, vkey)
	fmt.Printf("checkpoint: size %d, signed by %s\n", tree.N, strings.SplitN(vkey, "+", 2)[0])

	r := &reader{url: url, tiles: map[string]bool{}}
	hashes := tlog.TileHashReader(tree, r)
	for first := int64(0); first < tree.N; first += 256 {
		width := 256
		if tree.N-first < 256 {
			width = int(tree.N - first)
		}
		var index []int64
		for i := 0; i < width; i++ {
			index = append(index, tlog.StoredHashIndex(0, first+int64(i)))
		}
		leaves, err := hashes.ReadHashes(index)
		must(err, "tiles")
		for i, entry := range r.bundle(first/256, width) {
			if len(entry) != 64 {
				must(fmt.Errorf("%d bytes", len(entry)), "an entry is 64 hex digits")
			}
			leaf := tlog.RecordHash(entry)
			if leaf != leaves[i] {
				must(fmt.Errorf("entry %d", first+int64(i)), "a leaf is not the hash of its entry")
			}
			proof, err := tlog.ProveRecord(tree.N, first+int64(i), hashes)
			must(err, "proof")
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, first+int64(i), leaf), "inclusion")
			if tlog.CheckRecord(proof, tree.N, tree.Hash, first+int64(i), tlog.RecordHash(append([]byte("x"), entry...))) == nil {
				must(fmt.Errorf("entry %d", first+int64(i)), "another entry passes for it")
			}
		}
	}
	fmt.Printf("inclusion: %d entries, %d different tiles\n", tree.N, len(r.tiles))

	if len(os.Args) > 3 {
		data, err := os.ReadFile(os.Args[3])
		must(err, "earlier checkpoint")
		earlier := open(data, vkey)
		proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
		must(err, "proof of consistency")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash), "consistency")
		fmt.Printf("consistency: %d grew to %d\n", earlier.N, tree.N)
	}
}
