package main

import (
	"embed"
	"io/fs"
	"net/http"
	"sync"
)

//go:embed page
var page embed.FS

// handler has the page at / and the journal at /events; the first who reads that closes opened.
func handler(log *journal, opened chan<- struct{}) http.Handler {
	begin := sync.OnceFunc(func() { close(opened) })
	mux := http.NewServeMux()
	files, _ := fs.Sub(page, "page") // fails for no valid path
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		begin()
		log.ServeHTTP(w, r)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
		mux.ServeHTTP(w, r)
	})
}
