package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
)

func (k *cn) swift(r *req) error {
	parts := strings.SplitN(strings.TrimPrefix(r.path, "/v1/"), "/", 3) // account, container, object
	switch r.method {
	case "PUT":
		if len(parts) < 3 {
			if err := k.body(r, false, nil); err != nil {
				return err
			}
			return k.reply(201, "", "", nil)
		}
		man := r.q.Get("multipart-manifest") == "put"
		var h hash.Hash
		// Some compare the ETag that is answered. Whoever says that it does not is spared the
		// wait for the hash, which would be measured with it.
		spared := strings.Contains(r.h["user-agent"], "noetag")
		if r.h["etag"] == "" && !man && !spared {
			h = md5.New()
		}
		if err := k.body(r, man, h); err != nil {
			return err
		}
		op, etag, size := "SwiftPut", r.h["etag"], r.wire
		if h != nil {
			etag = hex.EncodeToString(h.Sum(nil))
		} else if spared {
			etag = strings.Repeat("0", 32)
		}
		if man {
			op, etag = "SwiftSLOManifest", `"`+strings.Repeat("0", 32)+`"`
			var segs []struct {
				Size int64  `json:"size_bytes"`
				ETag string `json:"etag"`
			}
			json.Unmarshal(r.small, &segs)
			size = 0
			of, all := md5.New(), true
			for _, s := range segs {
				size += s.Size
				io.WriteString(of, s.ETag)
				all = all && s.ETag != ""
			}
			if all { // as Swift has it
				etag = `"` + hex.EncodeToString(of.Sum(nil)) + `"`
			}
		}
		k.note(op, r)
		if op == "SwiftSLOManifest" {
			mu.Lock()
			known[r.path] = large{size, etag}
			mu.Unlock()
		}
		return k.reply(201, "Etag: "+etag+"\r\n", "text/html", nil)
	case "DELETE", "POST":
		if err := k.body(r, false, nil); err != nil {
			return err
		}
		k.note("Swift"+r.method, r)
		return k.reply(204, "", "", nil)
	case "HEAD", "GET":
		if err := k.body(r, false, nil); err != nil {
			return err
		}
		if len(parts) < 3 || parts[2] == "" {
			if r.method == "HEAD" {
				return k.reply(204, "X-Account-Object-Count: 0\r\nX-Container-Object-Count: 0\r\n", "", nil)
			}
			k.note("SwiftList", r)
			return k.swiftList(r)
		}
		mu.Lock()
		o, ok := known[r.path]
		mu.Unlock()
		if ok && r.method == "HEAD" {
			_, err := fmt.Fprintf(k.c, "HTTP/1.1 200 OK\r\nX-Static-Large-Object: True\r\nEtag: %s\r\nLast-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", o.etag, o.size)
			return err
		}
		if _, ok := sizeOf(r.path); !ok && r.method == "HEAD" {
			_, err := io.WriteString(k.c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			return err
		}
		return k.object(r, r.path)
	}
	return k.reply(400, "", "", nil)
}
