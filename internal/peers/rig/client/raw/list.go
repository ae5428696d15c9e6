package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
)

type object struct {
	Key, ETag, Class string
	Size             int64
	Mod              time.Time
}

// list is a hand-rolled scan of the listing: what a tuned decoder could reach.
func list(ctx context.Context, hc *http.Client, c *harness.Config) (int, error) {
	total, token := 0, ""
	var buf bytes.Buffer
	for {
		u := c.URL + "/" + c.Bucket + "/?list-type=2"
		if token != "" {
			u += "&continuation-token=" + token
		}
		req, _ := http.NewRequestWithContext(ctx, "GET", u, nil)
		resp, err := hc.Do(req)
		if err != nil {
			return total, err
		}
		buf.Reset()
		_, err = buf.ReadFrom(resp.Body)
		resp.Body.Close()
		if err != nil {
			return total, err
		}
		b := buf.Bytes()
		objs := make([]object, 0, 1000)
		token = string(field(b, "<NextContinuationToken>"))
		for {
			i := bytes.Index(b, []byte("<Contents>"))
			if i < 0 {
				break
			}
			b = b[i+10:]
			e := bytes.Index(b, []byte("</Contents>"))
			if e < 0 {
				return total, io.ErrUnexpectedEOF
			}
			s := b[:e]
			b = b[e:]
			var o object
			o.Key = string(field(s, "<Key>"))
			o.ETag = strings.ReplaceAll(string(field(s, "<ETag>")), "&quot;", `"`)
			o.Size, _ = strconv.ParseInt(string(field(s, "<Size>")), 10, 64)
			o.Mod, _ = time.Parse(time.RFC3339, string(field(s, "<LastModified>")))
			o.Class = "STANDARD"
			objs = append(objs, o)
		}
		total += len(objs)
		if token == "" {
			return total, nil
		}
	}
}

func field(b []byte, tag string) []byte {
	i := bytes.Index(b, []byte(tag))
	if i < 0 {
		return nil
	}
	b = b[i+len(tag):]
	if j := bytes.IndexByte(b, '<'); j >= 0 {
		return b[:j]
	}
	return nil
}
