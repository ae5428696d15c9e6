//go:build integration

package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/swift"
)

// site is what an application serves: a page with a form of our making, or one whose script
// sends a file to a link, and the page that a form leads to.
type site struct {
	*httptest.Server
	page []byte
}

func newSite(t *testing.T) *site {
	s := new(site)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/done" {
			_, _ = w.Write([]byte(`<p id="status">redirected</p>`))
			return
		}
		_, _ = w.Write(s.page)
	}))
	t.Cleanup(s.Close)
	return s
}

type field struct{ Name, Value string }

var formPage = template.Must(template.New("form").Parse(`<!doctype html><meta charset="utf-8">
<form action="{{.Action}}" method="post" enctype="multipart/form-data">
{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{end}}<input type="file" name="file"><button type="submit">Send</button></form>`))

var putPage = template.Must(template.New("put").Parse(`<!doctype html><meta charset="utf-8">
<input type="file"><button type="submit">Send</button><p id="status"></p>
<script>
document.querySelector("button").onclick = async () => {
  const body = document.querySelector("input").files[0], status = document.querySelector("#status")
  try {
    const answer = await fetch({{.URL}}, {method: "PUT", headers: {{.Headers}}, body})
    status.textContent = "answered " + answer.status
  } catch (e) {
    status.textContent = "blocked: " + e.message
  }
}
</script>`))

// show makes the page.
func (s *site) show(of *template.Template, values any) error {
	var b bytes.Buffer
	err := of.Execute(&b, values)
	s.page = b.Bytes()
	return err
}

func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	require.NotEmpty(t, program, "no browser: apt-get install chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// photo is the name of the file that the browser sends.
const photo = "사진 1+%.bin"

// submit picks a file as a person would, presses the button, and returns what the page says then,
// or the next one when the button leads there.
func submit(browser context.Context, url, file string, leads bool) (string, error) {
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	tab, cancel := context.WithTimeout(tab, 30*time.Second)
	defer cancel()
	err := chromedp.Do(tab, chromedp.Navigate(url), chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{file}))
	if err != nil {
		return "", err
	}
	press := chromedp.Click(chromedp.CSS(`button[type="submit"]`))
	if leads {
		if _, err := chromedp.RunResponse(tab, press); err != nil {
			return "", err
		}
		return chromedp.Run(tab, chromedp.Evaluate[string](`document.documentElement.textContent.trim()`))
	}
	if err := chromedp.Do(tab, press); err != nil {
		return "", err
	}
	return chromedp.Run(tab, chromedp.Poll[string](`document.querySelector("#status").textContent`))
}

// says is nil when the page says what it should.
func says(text, want string) error {
	if text != want {
		return finding("the browser shows " + text)
	}
	return nil
}

func (l *links) browserPost(ctx, browser context.Context, at *site) error {
	return l.browserPostTo(ctx, browser, at, formKey)
}

func (l *links) browserPostNamed(ctx, browser context.Context, at *site) error {
	return l.browserPostTo(ctx, browser, at, formNameKey)
}

func (l *links) browserPostTo(ctx, browser context.Context, at *site, key string) error {
	p, want, err := l.form(ctx, key, at.URL+"/done")
	if err != nil {
		return err
	}
	var fields []field
	for _, f := range p.Fields {
		fields = append(fields, field(f))
	}
	if err := at.show(formPage, map[string]any{"Action": template.URL(p.URL), "Fields": fields}); err != nil {
		return err
	}
	file := filepath.Join(l.dir, photo)
	if err := os.WriteFile(file, want.Body, 0o600); err != nil {
		return err
	}
	text, err := submit(browser, at.URL, file, true)
	if err != nil {
		return err
	}
	if err := says(text, "redirected"); err != nil {
		return err
	}
	return l.holds(ctx, strings.ReplaceAll(key, "${filename}", photo), want)
}

func (l *links) browserPut(ctx, browser context.Context, at *site) error {
	// MinIO lets every origin in without being told.
	_, err := l.us.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: l.bucket, CORSConfiguration: &s3.CORSConfiguration{
		CORSRules: []s3.CORSRule{{AllowedOrigins: []string{at.URL}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"*"}}},
	}}, func(o *s3.Options) { o.AllowUnsupported = true })
	if err != nil && outcome(err) != "refused: NotImplemented" {
		return err
	}
	want := object{Body: data(80_000), ContentType: "image/x-test", Metadata: map[string]string{"owner": "a b"}}
	p, err := l.us.client.Presign(ctx, &s3.PutObjectInput{
		Bucket: l.bucket, Key: linkKey, ContentType: want.ContentType, Metadata: want.Metadata,
	}, time.Minute)
	if err != nil {
		return err
	}
	if err := putFile(browser, at, l.dir, p.URL, p.Header, want.Body); err != nil {
		return err
	}
	return l.holds(ctx, linkKey, want)
}

// putFile has the page's script send the body to the link.
func putFile(browser context.Context, at *site, dir, url string, header http.Header, body []byte) error {
	headers := make(map[string]string)
	for name := range header {
		headers[name] = header.Get(name)
	}
	text, err := json.Marshal(headers)
	if err != nil {
		return err
	}
	if err := at.show(putPage, map[string]any{"URL": url, "Headers": template.JS(text)}); err != nil {
		return err
	}
	file := filepath.Join(dir, "put.bin")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return err
	}
	said, err := submit(browser, at.URL, file, false)
	if err != nil {
		return err
	}
	if said == "answered 201" {
		said = "answered 200" // Swift's word for it
	}
	return says(said, "answered 200")
}

func (l *tempLinks) browserPost(ctx, browser context.Context, at *site) error {
	f, err := l.form(ctx, at.URL+"/done")
	if err != nil {
		return err
	}
	var fields []field
	for _, one := range f.Fields() {
		fields = append(fields, field(one))
	}
	if err := at.show(formPage, map[string]any{"Action": template.URL(f.Action), "Fields": fields}); err != nil {
		return err
	}
	body := data(70_000)
	file := filepath.Join(l.dir, photo)
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return err
	}
	text, err := submit(browser, at.URL, file, true)
	if err != nil {
		return err
	}
	if err := says(text, "redirected"); err != nil {
		return err
	}
	return l.uploaded(ctx, photo, body)
}

func (l *tempLinks) browserPut(ctx, browser context.Context, at *site) error {
	_, err := l.us.client.UpdateContainer(ctx, &swift.UpdateContainerInput{
		Container: l.container, AllowOrigin: at.URL,
	})
	if err != nil {
		return err
	}
	u, err := l.sign(ctx, swift.TempURLOptions{Method: http.MethodPut, Object: linkKey})
	if err != nil {
		return err
	}
	want := object{Body: data(80_000), ContentType: "image/x-test"}
	if err := putFile(browser, at, l.dir, u.URL(), http.Header{"Content-Type": {want.ContentType}}, want.Body); err != nil {
		return err
	}
	got, err := l.us.get(ctx, place{l.container, linkKey})
	if err != nil {
		return err
	}
	return differences(want, got)
}

// TestBrowser has Chromium send a form, and a file to a link, of each server.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	at := newSite(t)
	try := func(table, row, name string, send func(ctx, browser context.Context, at *site) error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		record(table, row, integration.ServerTitles[name], worked(send(ctx, browser, at)))
	}
	for _, name := range picked(backends) {
		s := openServer(t, name)
		us, err := openOurs(s)
		require.NoError(t, err)
		l := &links{server: s, us: us, bucket: us.bucket(t)}
		try(linksTitle, rowBrowserForm, name, l.browserPost)
		try(linksTitle, rowBrowserName, name, l.browserPostNamed)
		try(linksTitle, rowBrowserPut, name, l.browserPut)
	}
	for _, name := range picked(swiftBackends) {
		l := openTempLinks(t, name)
		try(tempTitle, rowBrowserFormPost, name, l.browserPost)
		try(tempTitle, rowBrowserTempPut, name, l.browserPut)
	}
}
