package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strings"
)

const xmlh = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func (k *cn) handle(r *req) error {
	has := func(s string) bool { _, ok := r.q[s]; return ok }
	switch r.path {
	case "/__stats":
		mu.Lock()
		j, _ := json.Marshal(st)
		mu.Unlock()
		return k.reply(200, "", "application/json", j)
	case "/__reset":
		mu.Lock()
		st = newStats()
		known = map[string]large{}
		clear(objects)
		clear(partSizes)
		mu.Unlock()
		return k.reply(200, "", "", nil)
	case "/info":
		return k.reply(200, "", "application/json", []byte(`{"swift":{"version":"2.0"},"slo":{"max_manifest_segments":1000,"max_manifest_size":2097152,"min_segment_size":1}}`))
	}
	if strings.HasPrefix(r.path, "/v1/") {
		return k.swift(r)
	}
	p := strings.TrimPrefix(r.path, "/")
	bucket, key, _ := strings.Cut(p, "/")
	switch r.method {
	case "PUT":
		var h hash.Hash
		if *doMD5 {
			h = md5.New()
		}
		if err := k.body(r, false, h); err != nil {
			return err
		}
		etag := r.etag()
		if h != nil {
			etag = `"` + hex.EncodeToString(h.Sum(nil)) + `"`
		}
		op := "PutObject"
		if has("partNumber") {
			op = "UploadPart"
		}
		k.note(op, r)
		r.store(etag)
		return k.reply(200, "ETag: "+etag+"\r\n"+r.echo(), "", nil)
	case "POST":
		if err := k.body(r, true, nil); err != nil {
			return err
		}
		switch {
		case has("uploads"):
			k.note("CreateMultipartUpload", r)
			return k.reply(200, "", "application/xml", []byte(xmlh+`<InitiateMultipartUploadResult><Bucket>`+bucket+`</Bucket><Key>`+key+`</Key><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>`))
		case has("uploadId"):
			k.note("CompleteMultipartUpload", r)
			return k.reply(200, "", "application/xml", []byte(xmlh+`<CompleteMultipartUploadResult><Location>x</Location><Bucket>`+bucket+`</Bucket><Key>`+key+`</Key><ETag>`+strings.ReplaceAll(r.complete(), `"`, "&quot;")+`</ETag>`+r.checksumElements()+`</CompleteMultipartUploadResult>`))
		case has("delete"):
			k.note("DeleteObjects", r)
			return k.reply(200, "", "application/xml", []byte(xmlh+`<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>`))
		}
	case "DELETE":
		if err := k.body(r, false, nil); err != nil {
			return err
		}
		k.note("Delete", r)
		return k.reply(204, "", "", nil)
	case "HEAD", "GET":
		if err := k.body(r, false, nil); err != nil {
			return err
		}
		if key == "" {
			if has("location") {
				return k.reply(200, "", "application/xml", []byte(xmlh+`<LocationConstraint>us-east-1</LocationConstraint>`))
			}
			if r.method == "HEAD" {
				return k.reply(200, "", "", nil)
			}
			k.note("ListObjectsV2", r)
			return k.list(r, bucket)
		}
		return k.object(r, key)
	}
	return k.reply(400, "", "", nil)
}
