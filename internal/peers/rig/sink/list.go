package main

import (
	"fmt"
	"strconv"
	"strings"
)

func (k *cn) list(r *req, bucket string) error {
	start := 0
	if t := r.q.Get("continuation-token"); t != "" {
		start, _ = strconv.Atoi(t)
	} else if t := r.q.Get("marker"); t != "" {
		fmt.Sscanf(t[strings.LastIndexByte(t, '-')+1:], "%d", &start)
		start++
	}
	end := min(start+1000, *listKeys)
	b := make([]byte, 0, 400<<10)
	b = append(b, xmlh+`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>`+bucket+`</Name><Prefix></Prefix><KeyCount>`...)
	b = strconv.AppendInt(b, int64(end-start), 10)
	b = append(b, `</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>`...)
	b = strconv.AppendBool(b, end < *listKeys)
	b = append(b, `</IsTruncated>`...)
	if end < *listKeys {
		b = append(b, `<NextContinuationToken>`...)
		b = strconv.AppendInt(b, int64(end), 10)
		b = append(b, `</NextContinuationToken>`...)
	}
	for i := start; i < end; i++ {
		b = append(b, `<Contents><Key>photos/2026/archive/object-`...)
		b = pad(b, i)
		b = append(b, `</Key><LastModified>2026-01-02T15:04:05.000Z</LastModified><ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>`...)
		b = strconv.AppendInt(b, int64(i)*7919, 10)
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
