//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// tier gives MinIO a store to move objects to, until the probe ends, and tells its name: a storage
// class. MinIO itself can't be it: it would wait for its own lock.
func (p *probe) tier(ctx context.Context) s3.StorageClass {
	p.t.Helper()
	at := httptest.NewServer(&tierStore{objects: make(map[string][]byte)})
	p.t.Cleanup(at.Close)

	name := strings.ToUpper(bucketName())
	document, err := json.Marshal(map[string]any{
		"Version": "v1", "Type": "minio", "Name": name,
		"MinIO": map[string]string{
			"Endpoint": at.URL, "AccessKey": "tier", "SecretKey": "not checked",
			"Bucket": "tier", "Region": p.options.Region,
		},
	})
	require.NoError(p.t, err)
	p.call(ctx, "s3", http.MethodPut, "/minio/admin/v3/tier?force=true", nil, p.sealed(document))
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		p.call(ctx, "s3", http.MethodDelete, "/minio/admin/v3/tier/"+name+"?force=true", nil, nil)
	})
	return s3.StorageClass(name)
}

// tierStore holds objects as far as MinIO needs it of a tier.
type tierStore struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (s *tierStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("ETag", `"tier"`)
	switch body, ok := s.objects[r.URL.Path]; {
	case r.URL.Query().Has("location"):
		fmt.Fprint(w, "<LocationConstraint/>")
	case r.Method == http.MethodPut:
		body, err := decoded(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.objects[r.URL.Path] = body
	case r.Method == http.MethodDelete:
		delete(s.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case !ok:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<Error><Code>NoSuchKey</Code></Error>")
	default:
		http.ServeContent(w, r, "", time.Unix(1, 0), bytes.NewReader(body))
	}
}

// decoded reads a body, without the framing of aws-chunked if it has one.
func decoded(r *http.Request) ([]byte, error) {
	if r.Header.Get("X-Amz-Decoded-Content-Length") == "" {
		return io.ReadAll(r.Body)
	}
	var body bytes.Buffer
	for in := bufio.NewReader(r.Body); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil || n == 0 {
			return body.Bytes(), err
		}
		if _, err = io.CopyN(&body, in, n); err != nil {
			return nil, err
		}
		if _, err = in.Discard(2); err != nil {
			return nil, err
		}
	}
}
