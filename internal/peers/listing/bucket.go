package main

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"strconv"
)

const (
	bucketName = "bench"
	perPage    = 1000
)

// bucket answers ListObjectsV2 in the place of a transport. Its pages are
// written beforehand.
type bucket struct {
	pages [][]byte
	all   listed
}

// listed is what a client saw of a listing, in the least that tells whether it
// saw all.
type listed struct {
	keys int
	size int64
	sum  uint64 // of the keys and ETags
}

var seed = maphash.MakeSeed()

func (l *listed) add(key, etag string, size int64) {
	l.keys++
	l.size += size
	l.sum = l.sum*31 + maphash.String(seed, key)
	l.sum = l.sum*31 + maphash.String(seed, etag)
}

func newBucket(keys int) *bucket {
	b := &bucket{}
	for start := 0; start == 0 || start < keys; start += perPage {
		end := min(start+perPage, keys)
		var page bytes.Buffer
		fmt.Fprintf(&page, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+
			`<Name>%s</Name><Prefix></Prefix><KeyCount>%d</KeyCount><MaxKeys>%d</MaxKeys><IsTruncated>%t</IsTruncated>`, bucketName, end-start, perPage, end < keys)
		if end < keys {
			fmt.Fprintf(&page, "<NextContinuationToken>%d</NextContinuationToken>", end/perPage)
		}
		for i := start; i < end; i++ {
			key, etag, size := fmt.Sprintf("photos/2026/archive/object-%010d", i), fmt.Sprintf(`"%032x"`, i), int64(i)*7919
			fmt.Fprintf(&page, "<Contents><Key>%s</Key><LastModified>2026-01-02T15:04:05.000Z</LastModified><ETag>&quot;%s&quot;</ETag>"+
				"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>%d</Size>"+
				"<StorageClass>STANDARD</StorageClass></Contents>", key, etag[1:len(etag)-1], size)
			b.all.add(key, etag, size)
		}
		page.WriteString("</ListBucketResult>")
		b.pages = append(b.pages, page.Bytes())
	}
	return b
}

func (b *bucket) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	n := 0
	if token := q.Get("continuation-token"); token != "" {
		var err error
		if n, err = strconv.Atoi(token); err != nil || n < 0 || n >= len(b.pages) {
			return nil, fmt.Errorf("unknown continuation-token %q", token)
		}
	}
	if r.Method != http.MethodGet || q.Get("list-type") != "2" || r.Header.Get("Authorization") == "" {
		return nil, fmt.Errorf("%s %s is no signed ListObjectsV2", r.Method, r.URL)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/xml"}, "X-Amz-Request-Id": {"318BC8BC148832E5"}},
		ContentLength: int64(len(b.pages[n])), Body: io.NopCloser(bytes.NewReader(b.pages[n])),
	}, nil
}
