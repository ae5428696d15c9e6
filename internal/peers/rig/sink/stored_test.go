package main

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompleteMakesTheETagOfTheParts(t *testing.T) {
	put := func(number string, n int64) {
		(&req{path: "/b/k", payload: n, q: url.Values{"partNumber": {number}}}).store(zeroMD)
	}
	put("1", 5)
	put("2", 3)
	put("2", 4) // sent again
	const zero = "d41d8cd98f00b204e9800998ecf8427e"
	r := &req{path: "/b/k", q: url.Values{}, small: []byte("<Part><ETag>&#34;" + zero + "&#34;</ETag></Part><Part><ETag>" + zero + "</ETag></Part>")}
	// md5 of the 32 bytes of two MD5s of nothing
	const etag = "\"5873dd45edd01f09c1ef2e7819369e8e-2\""
	require.Equal(t, etag, r.complete())
	o, ok := stored("/b/k")
	require.True(t, ok)
	require.Equal(t, object{9, etag}, o)
	_, ok = stored("/b/other")
	require.False(t, ok)
}
