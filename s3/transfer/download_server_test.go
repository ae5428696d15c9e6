package transfer

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/ranged"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// shelf is a server that objects are read from, as S3 answers: ranges, conditions, versions,
// and checksums of whole objects only.
type shelf struct {
	profile s3.Profile
	url     string
	http    *http.Client

	// hook may answer in place of the server, and true then says so. n counts the requests
	// for that method and range, from 1.
	hook func(w http.ResponseWriter, r *http.Request, n int) bool
	// spoil changes what is sent of a range; from is its first byte.
	spoil func(from int64, b []byte) []byte

	// What a server may not know.
	noIfMatch, noRange bool

	mu       sync.Mutex
	object   *shelved
	versions map[string]*shelved
	log      []*http.Request
	busy     int
	peak     int
}

type shelved struct {
	data     []byte
	header   http.Header
	modified time.Time
}

func shelve(data []byte) *shelved {
	return &shelved{
		data: data, modified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		header: http.Header{"Etag": {quoted(hex.EncodeToString(md5Of(data)))}},
	}
}

// with sets a header of the object.
func (o *shelved) with(name, value string) *shelved {
	o.header.Set(name, value)
	return o
}

// sum gives the object a checksum.
func (o *shelved) sum(a checksum.Algorithm) *shelved {
	return o.with(checksum.Header(a), sumOf(a, o.data)).with("X-Amz-Checksum-Type", "FULL_OBJECT")
}

func startShelf(t testing.TB, p s3.Profile, secure bool, o *shelved) *shelf {
	t.Helper()
	s := &shelf{profile: p, object: o}
	h := httptest.NewUnstartedServer(s)
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		h.StartTLS()
	} else {
		h.Start()
	}
	s.url, s.http = h.URL, h.Client()
	t.Cleanup(func() {
		s.http.CloseIdleConnections()
		h.Close()
	})
	return s
}

func (s *shelf) manager(t testing.TB, fns ...func(*Options)) *Manager {
	t.Helper()
	c, err := s3.New(s3.Options{
		Endpoint: s.url, Profile: s.profile, Addressing: s3.AddressingPath, HTTPClient: s.http,
		Credentials: sigv4.Static("AKIDEXAMPLE", "secret", ""), BaseDelay: 1, MaxDelay: 1,
	})
	require.NoError(t, err)
	return newManager(t, c, fns...)
}

// replace puts another object in the place of the one that is there.
func (s *shelf) replace(o *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.object = o
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := 1
	for _, old := range s.log {
		if old.Method == r.Method && old.Header.Get("Range") == r.Header.Get("Range") {
			n++
		}
	}
	s.log = append(s.log, r.Clone(context.Background()))
	s.busy++
	s.peak = max(s.peak, s.busy)
	hook := s.hook
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.busy--
		s.mu.Unlock()
	}()
	if hook == nil || !hook(w, r, n) {
		s.answer(w, r)
	}
}

// instead changes the hook while requests may still be under way.
func (s *shelf) instead(hook func(w http.ResponseWriter, r *http.Request, n int) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *shelf) refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>as arranged</Message></Error>", code)
	}
}

func (s *shelf) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o := s.object
	if v := r.URL.Query().Get("versionId"); v != "" {
		o = s.versions[v]
	}
	s.mu.Unlock()
	if o == nil {
		s.refuse(w, r, http.StatusNotFound, "NoSuchKey")
		return
	}
	etag := o.header.Get("Etag")
	if want := r.Header.Get("If-Match"); want != "" && want != etag && !s.noIfMatch {
		s.refuse(w, r, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	if r.Header.Get("If-None-Match") == etag && etag != "" {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	first, last, status := int64(0), int64(len(o.data))-1, http.StatusOK
	if spec := r.Header.Get("Range"); spec != "" && !s.noRange {
		span, ok := ranged.ParseContentRange("bytes " + strings.TrimPrefix(spec, "bytes="))
		if !ok || span.First > last {
			s.refuse(w, r, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
			return
		}
		first, last, status = span.First, min(span.Last, last), http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.data)))
	}
	tells := status == http.StatusOK && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED"
	for name, v := range o.header {
		if tells || !strings.HasPrefix(name, "X-Amz-Checksum-") {
			w.Header()[name] = v
		}
	}
	w.Header().Set("Last-Modified", o.modified.Format(http.TimeFormat))
	body := o.data[first : last+1]
	if s.spoil != nil && r.Method == http.MethodGet {
		body = s.spoil(first, bytes.Clone(body))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// gets are the ranges that were asked for, in order of their text; "" for all of it.
func (s *shelf) gets() (ranges []string) {
	for _, r := range s.requests(http.MethodGet) {
		ranges = append(ranges, r.Header.Get("Range"))
	}
	slices.Sort(ranges)
	return ranges
}

func (s *shelf) requests(method string) (found []*http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.log {
		if r.Method == method {
			found = append(found, r)
		}
	}
	return found
}

func (s *shelf) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.peak = nil, 0
}

// before runs f ahead of the first request for a range, and lets the server answer.
func before(spec string, f func()) func(http.ResponseWriter, *http.Request, int) bool {
	return func(_ http.ResponseWriter, r *http.Request, n int) bool {
		if r.Header.Get("Range") == spec && n == 1 {
			f()
		}
		return false
	}
}

// changing has the server's answer to a range changed.
func (s *shelf) changing(spec string, change func(*httptest.ResponseRecorder)) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Range") != spec {
			return false
		}
		rec := httptest.NewRecorder()
		s.answer(rec, r)
		change(rec)
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		return true
	}
}

// breaking cuts the connection off after n bytes of the first answer to a range.
func (s *shelf) breaking(spec string, n int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, attempt int) bool {
		if r.Header.Get("Range") != spec || attempt > 1 {
			return false
		}
		rec := httptest.NewRecorder()
		s.answer(rec, r)
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes()[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// memoryWriter is an io.WriterAt that can be read.
type memoryWriter struct {
	mu sync.Mutex
	b  []byte
}

func (w *memoryWriter) WriteAt(p []byte, off int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if need := int(off) + len(p); need > len(w.b) {
		w.b = append(w.b, make([]byte, need-len(w.b))...)
	}
	return copy(w.b[off:], p), nil
}

func (w *memoryWriter) ReadAt(p []byte, off int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.NewReader(w.b).ReadAt(p, off)
}

// onlyWriter can't be read.
type onlyWriter struct{ io.WriterAt }

// requireSame compares without printing.
func requireSame(t *testing.T, want, got []byte) {
	t.Helper()
	require.True(t, bytes.Equal(want, got), "%d bytes that differ from the %d stored", len(got), len(want))
}

func get() *s3.GetObjectInput { return &s3.GetObjectInput{Bucket: "bucket", Key: "some/key"} }
