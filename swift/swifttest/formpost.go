package swifttest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxField is what Swift reads of a field.
const maxField = 4096

// postForm stores the files that a browser's form brings ("Form POST middleware"). A field counts
// only for the files behind it.
func (q *request) postForm() *answer {
	noForm := say(http.StatusBadRequest, "FormPost: invalid starting boundary")
	if !bytes.HasPrefix(q.body, []byte("--"+q.form)) {
		return noForm
	}
	fields := map[string]string{}
	status, message, files := 0, "", 0
	for parts := multipart.NewReader(bytes.NewReader(q.body), q.form); status == 0 || status == http.StatusCreated; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return noForm
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return noForm
		}
		_, disposition, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
		filename := disposition["filename"] // all of it: FileName is its base
		if filename == "" {
			fields[strings.ToLower(p.FormName())] = strings.TrimRight(string(value[:min(len(value), maxField)]), "\r\n-")
			continue
		}
		files++
		most, err := strconv.Atoi(cmp.Or(fields["max_file_count"], "0"))
		switch {
		case err != nil:
			return say(http.StatusBadRequest, "FormPost: max_file_count not an integer")
		case files > most:
			status, message = http.StatusBadRequest, "max file count exceeded"
			continue
		}
		a := q.postFile(fields, filename, p, value)
		if a.Header.Get("Content-Type") == textPlain || a.Status == http.StatusUnauthorized {
			return a // of the form, and not of a file
		}
		status = a.Status
	}
	if status == 0 {
		status, message = http.StatusBadRequest, "no files to process"
	}
	to := fields["redirect"]
	if to == "" {
		a := say(status, "%s", statusLine(status))
		if message != "" {
			a.Body = append(a.Body, "\r\nFormPost: "+titled(message)...)
		}
		return a
	}
	to += map[bool]string{true: "&", false: "?"}[strings.Contains(to, "?")] + fmt.Sprintf("status=%d&message=%s", status, url.PathEscape(message))
	a := (&answer{Status: http.StatusSeeOther}).Set("Location", to).Set("Content-Type", textHTML)
	a.Body = []byte(`<html><body><p><a href="` + to + `">Click to continue...</a></p></body></html>`)
	return a
}

// postFile stores a file, if the form is signed.
func (q *request) postFile(fields map[string]string, filename string, p *multipart.Part, body []byte) *answer {
	unauthorized := func(why string) *answer {
		a := say(http.StatusUnauthorized, "FormPost: %s", why)
		return a.Set("Content-Type", textHTML).Set("Www-Authenticate", `Swift realm="unknown"`)
	}
	keys := q.keys()
	if len(keys) == 0 {
		return unauthorized("Invalid Signature")
	}
	numbers := map[string]int64{}
	for _, name := range []string{"max_file_size", "x_delete_at", "x_delete_after", "expires"} {
		n, err := strconv.ParseInt(cmp.Or(fields[name], "0"), 10, 64)
		if err != nil {
			return say(http.StatusBadRequest, "FormPost: %s not an integer", name)
		}
		numbers[name] = n
	}
	if numbers["expires"] < q.now.Unix() {
		return unauthorized("Form Expired")
	}
	message := q.URL.Path + "\n" + fields["redirect"]
	for _, name := range []string{"max_file_size", "max_file_count", "expires"} {
		message += "\n" + cmp.Or(fields[name], "0")
	}
	if sig, ok := parseSignature(fields["signature"]); !ok || !sig.by(keys, message) {
		return unauthorized("Invalid Signature")
	}
	if int64(len(body)) > numbers["max_file_size"] {
		return say(http.StatusBadRequest, "FormPost: max_file_size exceeded")
	}
	h := http.Header{}
	for name, header := range map[string]string{
		"x_delete_at": "X-Delete-At", "x_delete_after": "X-Delete-After", "content-type": "Content-Type", "content-encoding": "Content-Encoding",
	} {
		v, ok := fields[name]
		if !ok {
			v = p.Header.Get(header)
		}
		if v != "" {
			h.Set(header, v)
		}
	}
	a := q.sub(q.container, q.object+filename, h, body).createObject()
	if a.Status != http.StatusCreated {
		return page(a.Status) // its body is dropped
	}
	return a
}

// titled writes every word with a capital, as Swift has it.
func titled(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
