package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// way is one by which a browser can upload.
type way struct {
	Name, Title string
	sign        func(context.Context, file) (*upload, error)
}

// file is what the browser says of a file that somebody has picked.
type file struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`

	folder string // where it goes; ends in a slash
}

func (f file) object() string { return f.folder + f.Name }

// upload is the request that the browser has to send, and what comes of it.
type upload struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header map[string]string `json:"header,omitempty"`
	Fields [][2]string       `json:"fields,omitempty"` // of a form, before the file
	Object string            `json:"object"`
	Link   string            `json:"link"`
}

// inForm is how browsers write a file's name into a form (HTML Living Standard, "Multipart form
// data"). Line ends are none of a name's here.
var inForm = strings.NewReplacer(`"`, "%22")

//go:embed page
var page embed.FS

// site is the page, and the signatures that it asks for.
type site struct {
	ways    []way
	prefix  string
	maxSize flags.Size
	expires time.Duration
	stderr  io.Writer
}

// handler has the page at / and signs at /uploads.
func (s *site) handler() (http.Handler, error) {
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	index, err := template.ParseFS(files, "index.html")
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = index.Execute(&html, struct {
		Ways    []way
		MaxSize flags.Size
		Expires string
	}{s.ways, s.maxSize, strings.Replace(strings.Replace(s.expires.String(), "m0s", "m", 1), "h0m", "h", 1)})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(html.Bytes())
	})
	mux.Handle("GET /page.css", http.FileServerFS(files))
	mux.Handle("GET /page.js", http.FileServerFS(files))
	mux.HandleFunc("POST /uploads/{way}", s.sign)
	secured := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The page runs its own script alone, which talks to the store.
		w.Header().Set("Content-Security-Policy", "default-src 'self'; connect-src *; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
	return http.NewCrossOriginProtection().Handler(secured), nil // no other page has uploads signed
}

// sign answers the request that uploads a file.
func (s *site) sign(w http.ResponseWriter, r *http.Request) {
	var f file
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 10<<10)).Decode(&f)
	if err == nil {
		err = s.check(&f)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, way := range s.ways {
		if way.Name != r.PathValue("way") {
			continue
		}
		u, err := way.sign(r.Context(), f)
		if err != nil {
			fmt.Fprintln(s.stderr, "presign-web:", err)
			http.Error(w, "the upload could not be signed", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(u)
		return
	}
	http.NotFound(w, r)
}

// check refuses what should not be stored, and chooses the folder.
func (s *site) check(f *file) error {
	switch {
	case f.Name == "" || f.Name == "." || f.Name == ".." || len(f.Name) > 255 || !utf8.ValidString(f.Name):
		return errors.New("the name is none of a file")
	case strings.ContainsAny(f.Name, `/\`) || strings.ContainsFunc(f.Name, unicode.IsControl):
		return errors.New("the name has a character that no file's should")
	case f.Size < 0:
		return errors.New("the size is negative")
	case f.Size > int64(s.maxSize):
		return fmt.Errorf("the file is larger than %s", s.maxSize)
	}
	if _, _, err := mime.ParseMediaType(f.Type); err != nil {
		f.Type = "application/octet-stream"
	}
	f.folder = s.prefix + strings.ToLower(rand.Text()) + "/"
	return nil
}
