package transfer

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

// kakaoServer answers multipart requests as KakaoCloud's document says.
type kakaoServer struct {
	server *server

	mu    sync.Mutex
	parts map[int][]byte // nil: there is no upload
}

func (k *kakaoServer) answer(r *request) *answer {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := r.Query.Get("uploadId")
	_, begin := r.Query["uploads"]
	if id == "" && !begin {
		return nil
	}
	const ns = ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
	switch {
	case begin && r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/json":
		k.parts = map[int][]byte{}
		return say(200, "<InitiateMultipartUploadResult"+ns+"><Tenant>t</Tenant><Bucket>cont</Bucket><Key>o</Key><UploadId>2~id</UploadId></InitiateMultipartUploadResult>")
	case id != "2~id" || k.parts == nil:
		return say(404, "<Error><Code>NoSuchUpload</Code></Error>")
	case r.Method == http.MethodPut && r.Header.Get("Content-Type") == "application/octet-stream":
		n, err := strconv.Atoi(r.Query.Get("partNumber"))
		if err != nil {
			return say(400, "")
		}
		k.parts[n] = r.Body
		return &answer{status: 201, header: http.Header{"Etag": {sum(r.Body)}}}
	case r.Method == http.MethodGet:
		var b strings.Builder
		b.WriteString("<ListPartsResult" + ns + "><IsTruncated>false</IsTruncated>")
		for _, n := range slices.Sorted(maps.Keys(k.parts)) {
			fmt.Fprintf(&b, `<Part><PartNumber>%d</PartNumber><ETag>&quot;%s&quot;</ETag><Size>%d</Size></Part>`, n, sum(k.parts[n]), len(k.parts[n]))
		}
		return say(200, b.String()+"</ListPartsResult>")
	case r.Method == http.MethodDelete:
		k.parts = nil
		return say(204, "")
	}
	return k.complete(r)
}

func (k *kakaoServer) complete(r *request) *answer {
	var doc struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if err := xml.Unmarshal(r.Body, &doc); err != nil || len(doc.Part) != len(k.parts) {
		return say(400, "")
	}
	var body []byte
	var receipts []segment
	for _, p := range doc.Part {
		if unquoted(p.ETag) != sum(k.parts[p.PartNumber]) {
			return say(400, "")
		}
		body = append(body, k.parts[p.PartNumber]...)
		receipts = append(receipts, segment{etag: unquoted(p.ETag)})
	}
	etag := etagOfParts(receipts)
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	k.server.containers[r.Container].objects[r.Object] = &object{body: body, etag: etag, header: http.Header{}, modified: k.server.clock}
	k.parts = nil
	return say(200, `<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>&quot;`+etag+`&quot;</ETag></CompleteMultipartUploadResult>`)
}

func TestUploadMultipartOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(swift.KakaoCloud())
	s.make("cont")
	k := &kakaoServer{server: s}
	s.setBefore(k.answer)
	path := filepath.Join(t.TempDir(), "checkpoint")
	u := s.uploader(t, with(path), func(o *Options) { o.PartSize, o.Threshold, o.Concurrency = partSize, 0, -1 })
	body := large()

	// It ends in the midst, is taken up again, and sends the rest.
	s.setBefore(func(r *request) *answer {
		return cmp.Or(failing(507, func(r *request) bool { return r.Query.Get("partNumber") == "3" })(r), k.answer(r))
	})
	_, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.ErrorIs(t, err, swift.ErrInsufficientStorage)
	assert.Contains(t, err.Error(), `upload id "2~id"`)
	s.setBefore(k.answer)
	s.requests = nil
	out, err := u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(body, s.body(t, "cont", "o")))
	assert.Equal(t, 5, out.Parts)
	assert.True(t, out.Verified)
	assert.NoFileExists(t, path)
	assert.Equal(t, 3, s.count(http.MethodPut, "cont", "o"))

	s.setBefore(func(r *request) *answer {
		return cmp.Or(failing(507, func(r *request) bool { return r.Query.Get("partNumber") == "2" })(r), k.answer(r))
	})
	_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)))
	require.Error(t, err)
	require.NoError(t, u.Abort(t.Context(), path))
	assert.Nil(t, k.parts)
	_, err = u.UploadMultipart(t.Context(), putPart(bytes.NewReader(body)), func(o *Options) { o.Checkpoint = "" })
	require.Error(t, err)
	assert.Nil(t, k.parts, "given up")
}
