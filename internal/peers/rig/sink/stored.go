package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
)

// object is all that is kept of an upload, so that a client which looks at what
// it has uploaded finds it.
type object struct {
	size int64
	etag string // quoted
}

// Guarded by mu.
var (
	objects   = map[string]object{}           // by path
	partSizes = map[string]map[string]int64{} // of unfinished uploads, by path, then by part number
)

// store remembers what came with one PUT.
func (r *req) store(etag string) {
	mu.Lock()
	defer mu.Unlock()
	number := r.q.Get("partNumber")
	if number == "" {
		objects[r.path] = object{r.payload, etag}
		return
	}
	if partSizes[r.path] == nil {
		partSizes[r.path] = map[string]int64{}
	}
	partSizes[r.path][number] = r.payload
}

// complete makes an object of the parts and returns its ETag, which Amazon S3
// and others make of the MD5 of the parts' ETags, in the order of the document.
func (r *req) complete() string {
	mu.Lock()
	defer mu.Unlock()
	var total int64
	for _, n := range partSizes[r.path] {
		total += n
	}
	delete(partSizes, r.path)

	sum, parts := md5.New(), 0
	for rest := r.small; ; parts++ {
		_, after, ok := bytes.Cut(rest, []byte("<ETag>"))
		if !ok {
			break
		}
		var etag []byte
		etag, rest, _ = bytes.Cut(after, []byte("</ETag>"))
		bare := strings.NewReplacer("&quot;", "", "&#34;", "", `"`, "").Replace(string(etag))
		b, _ := hex.DecodeString(bare)
		sum.Write(b)
	}
	etag := fmt.Sprintf(`"%x-%d"`, sum.Sum(nil), parts)
	objects[r.path] = object{total, etag}
	return etag
}

// stored is the object of an upload.
func stored(path string) (object, bool) {
	mu.Lock()
	defer mu.Unlock()
	o, ok := objects[path]
	return o, ok
}
