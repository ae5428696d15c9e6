package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// bucketKeys is what a bucket's name says of its listing; -keys tells of all others.
//
//	keys-5000000          five million keys
//	keys-5000000-step-2   of these every second, the first included
//	tree-5000000          as many of no bytes, in directories of 10,000: 0000/object-0000000000
type bucketKeys struct {
	n, step int
	tree    bool
}

var bucketName = regexp.MustCompile(`^(keys|tree)-([0-9]{1,9})(?:-step-([1-9][0-9]{0,8}))?$`)

func keysOf(bucket string) bucketKeys {
	m := bucketName.FindStringSubmatch(bucket)
	if m == nil {
		return bucketKeys{n: *listKeys, step: 1}
	}
	b := bucketKeys{step: 1, tree: m[1] == "tree"}
	b.n, _ = strconv.Atoi(m[2])
	if m[3] != "" {
		b.step, _ = strconv.Atoi(m[3])
		b.n = (b.n + b.step - 1) / b.step
	}
	return b
}

func (k *cn) list(r *req, bucket string) error {
	keys, start := keysOf(bucket), 0
	if t := r.q.Get("continuation-token"); t != "" {
		start, _ = strconv.Atoi(t)
	} else if t := r.q.Get("marker"); t != "" {
		fmt.Sscanf(t[strings.LastIndexByte(t, '-')+1:], "%d", &start)
		start = start/keys.step + 1
	}
	end := min(start+1000, keys.n)
	b := make([]byte, 0, 400<<10)
	b = append(b, xmlh+`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>`+bucket+`</Name><Prefix></Prefix><KeyCount>`...)
	b = strconv.AppendInt(b, int64(end-start), 10)
	b = append(b, `</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>`...)
	b = strconv.AppendBool(b, end < keys.n)
	b = append(b, `</IsTruncated>`...)
	if end < keys.n {
		b = append(b, `<NextContinuationToken>`...)
		b = strconv.AppendInt(b, int64(end), 10)
		b = append(b, `</NextContinuationToken>`...)
	}
	for at := start; at < end; at++ {
		i, size := at*keys.step, int64(0)
		b = append(b, `<Contents><Key>`...)
		if keys.tree {
			b = append(b, fmt.Sprintf("%04d/object-", i/10000)...)
		} else {
			b = append(b, `photos/2026/archive/object-`...)
			size = int64(i) * 7919
		}
		b = pad(b, i)
		b = append(b, `</Key><LastModified>2026-01-02T15:04:05.000Z</LastModified><ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>`...)
		b = strconv.AppendInt(b, size, 10)
		b = append(b, `</Size><StorageClass>STANDARD</StorageClass></Contents>`...)
	}
	b = append(b, `</ListBucketResult>`...)
	return k.reply(200, "", "application/xml", b)
}

func pad(b []byte, i int) []byte {
	s := strconv.Itoa(i)
	b = append(b, "0000000000"[:10-len(s)]...)
	return append(b, s...)
}

func (k *cn) swiftList(r *req) error {
	start, limit := 0, 1000
	if t := r.q.Get("marker"); t != "" {
		start, _ = strconv.Atoi(t[strings.LastIndexByte(t, '-')+1:])
		start++
	}
	if l, err := strconv.Atoi(r.q.Get("limit")); err == nil && l > 0 && l < limit {
		limit = l
	}
	end := min(start+limit, *listKeys)
	b := make([]byte, 0, 300<<10)
	b = append(b, '[')
	for i := start; i < end; i++ {
		if i > start {
			b = append(b, ',')
		}
		b = append(b, `{"bytes":`...)
		b = strconv.AppendInt(b, int64(i)*7919, 10)
		b = append(b, `,"hash":"0123456789abcdef0123456789abcdef","name":"photos/2026/archive/object-`...)
		b = pad(b, i)
		b = append(b, `","content_type":"binary/octet-stream","last_modified":"2026-01-02T15:04:05.000000"}`...)
	}
	b = append(b, ']')
	return k.reply(200, "", "application/json; charset=utf-8", b)
}
