package main

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/examples/internal/web"
	"github.com/stowage-go/stowage/swift"
)

// form makes pages with a form.
type form struct {
	client  *swift.Client
	options options
}

// The fields must stand before the files: Swift reads the form once, and needs them by then.
var formPage = template.Must(template.New("form").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>Upload to {{.Container}}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }
  form { border: 1px solid #bbb; border-radius: 8px; padding: 1.5rem }
  button { font: inherit; padding: .4rem 1.2rem; margin-top: 1rem }
  small { color: #666 }
</style>
<h1>Upload to {{.Container}}</h1>
<form action="{{.Form.Action}}" method="POST" enctype="multipart/form-data">
{{- range .Form.Fields}}
  <input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{- end}}
  <input type="file" name="file" required{{if gt .MaxFileCount 1}} multiple{{end}}><br>
  <button type="submit">Upload</button>
</form>
<p><small>{{if gt .MaxFileCount 1}}Up to {{.MaxFileCount}} files of {{else}}One file of {{end -}}
at most {{.MaxFileSize}} bytes, until {{.Form.Expires.Format "2006-01-02 15:04:05 MST"}}.</small></p>
</html>
`))

var donePage = template.Must(template.New("done").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{{if .Stored}}Stored{{else}}Not stored{{end}}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>{{if .Stored}}Stored{{else}}Not stored{{end}}</h1>
<p id="status">Swift said {{.Status}}{{with .Message}}: {{.}}{{end}}.</p>
<p><a href="/">Upload more</a></p>
</html>
`))

// write writes a page with a form that is signed now.
func (f *form) write(ctx context.Context, w io.Writer) error {
	o := f.options.form
	o.Expires = time.Now().Add(f.options.expires)
	signed, err := f.client.FormPost(ctx, o)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	err = formPage.Execute(&page, struct {
		Form         *swift.FormPost
		Container    string
		MaxFileSize  int64
		MaxFileCount int
	}{signed, o.Container, o.MaxFileSize, o.MaxFileCount})
	if err == nil {
		_, err = page.WriteTo(w)
	}
	return err
}

// serve answers browsers until ctx ends.
func (f *form) serve(ctx context.Context, stderr io.Writer) error {
	return web.Serve(ctx, f.options.listen, f.handler(stderr), func(url string) error {
		_, err := fmt.Fprintln(stderr, "formpost: the form is at", url)
		return err
	})
}

// handler has the form at / and the page that Swift sends the browser to at /done.
func (f *form) handler(stderr io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		g := *f
		g.options.form.Redirect = "http://" + r.Host + "/done"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store") // the form ends
		if err := g.write(r.Context(), w); err != nil {
			fmt.Fprintln(stderr, "formpost:", err)
			http.Error(w, "the form could not be signed", http.StatusBadGateway)
		}
	})
	mux.HandleFunc("GET /done", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		status := q.Get("status")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = donePage.Execute(w, struct {
			Stored          bool
			Status, Message string
		}{status == "200" || status == "201", status, q.Get("message")})
	})
	return mux
}
