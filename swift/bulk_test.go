package swift

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
)

// bulkServer answers one request after the other with these documents, and keeps the requests.
func bulkServer(t *testing.T, p Profile, answers ...string) (*Client, *[]string) {
	var sent []string
	c := signingClient(t, p, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = append(sent, fmt.Sprintf("%s %s %s %s\n%s", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Accept"), body))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Trans-Id", "tx1")
		if len(sent) <= len(answers) {
			_, _ = io.WriteString(w, answers[len(sent)-1])
		}
	})
	return c, &sent
}

const deletedTwo = `{"Number Deleted": 2, "Number Not Found": 1, "Response Status": "200 OK", "Response Body": "", "Errors": []}`

func TestBulkDelete(t *testing.T) {
	t.Parallel()
	// Blanks keep the connection alive while the server is at it.
	c, sent := bulkServer(t, OpenStack(), "   \r\n\r\n"+deletedTwo)
	out, err := c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{
		{Container: "c 한%"}, {"c 한%", "a b+c?#\n한/ü\x7f"}, {"d", "/x//"},
	}})
	require.NoError(t, err)
	require.Equal(t, &BulkDeleteOutput{NumberDeleted: 2, NumberNotFound: 1, TransID: "tx1"}, out)
	require.Equal(t, []string{"POST /v1/AUTH_p?bulk-delete= text/plain application/json\n" +
		"/c%20한%25/a%20b+c?#%0A한/ü%7F\n/d//x//\n/c%20한%25\n"}, *sent)
}

func TestBulkDeleteBadInput(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Auth: untouched{t}, Profile: CephRGW()})
	require.NoError(t, err)
	_, err = c.BulkDelete(t.Context(), nil)
	require.ErrorContains(t, err, "Paths is empty")
	for want, paths := range map[string][]Path{
		"Paths is empty":               {},
		"Paths has 1025 paths":         make([]Path, 1025),
		"Container is missing":         {{Object: "o"}},
		`"a/b" is no container's name`: {{Container: "a/b"}},
		"Container has 256 bytes":      {{Container: strings.Repeat("c", 256)}},
		"Object has 1025 bytes":        {{"c", strings.Repeat("o", 1025)}},
	} {
		_, err := c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: paths})
		require.ErrorContains(t, err, want)
	}
	_, err = c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: make([]Path, 1001)}, func(o *Options) { o.Profile.MaxBulkDeletes = 0 })
	require.ErrorContains(t, err, "more than Ceph RGW's 1000")
	broken := func(o *Options) { o.Account = "a/b" }
	_, err = c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{{"c", "o"}}}, broken)
	require.ErrorContains(t, err, "Account")
	_, err = c.BulkDeleteAll(t.Context(), slices.Values([]Path{{"c", "o"}}), broken)
	require.ErrorContains(t, err, "Account")
	_, err = c.ExtractArchive(t.Context(), &ExtractArchiveInput{}, broken)
	require.ErrorContains(t, err, "Account")
	_, err = c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{{"cont", "o"}}}, func(o *Options) { o.Profile = KakaoCloud() })
	require.ErrorIs(t, err, ErrUnsupported)
}

func TestBulkDeleteFailures(t *testing.T) {
	t.Parallel()
	// OpenStack escapes names and repeats a slash before them, Ceph RGW does neither, but puts
	// one behind a container.
	c, _ := bulkServer(t, OpenStack(), `{"Number Deleted": 3, "Number Not Found": 2, "Response Status": "400 Bad Request", "Response Body": "a\nb", "Errors": [
		["/c%201", "409 Conflict"], ["c 1/p%41q", "403 Forbidden"], ["/c%201/a%2520b", "503 Service Unavailable"], ["c2/", "409 Conflict"], ["c 1/100%", "404 Not Found"]]}`)
	_, err := c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{{Container: "c 1"}, {"c 1", "p%41q"}, {"c 1", "a%20b"}, {Container: "c2"}, {"c 1", "100%"}}})
	var bulk *BulkError
	require.ErrorAs(t, err, &bulk)
	require.EqualValues(t, 3, bulk.NumberDeleted)
	require.EqualValues(t, 2, bulk.NumberNotFound)
	var paths []Path
	for _, f := range bulk.Failures {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []Path{{Container: "c 1"}, {"c 1", "p%41q"}, {"c 1", "a%20b"}, {Container: "c2"}, {"c 1", "100%"}}, paths)
	require.Equal(t, 409, bulk.Failures[0].StatusCode)
	require.Equal(t, "403 Forbidden", bulk.Failures[1].Status)
	for _, is := range []error{ErrBadRequest, ErrConflict, ErrForbidden, fs.ErrPermission, fs.ErrNotExist} {
		require.ErrorIs(t, err, is)
	}
	require.NotErrorIs(t, err, ErrTooLarge)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, &Error{Code: "BadRequest", Message: "a b", StatusCode: 400, RequestID: "tx1"}, e)
	require.Contains(t, err.Error(), `BadRequest: a b (status 400, request id "tx1"); "c 1": 409 Conflict; "c 1/p%41q": 403 Forbidden; "c 1/a%20b": 503 Service Unavailable; and 2 more`)
	require.NotContains(t, err.Error(), "\n")
}

func TestBulkAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"", "<html>", "[]", "null", "{}", deletedTwo[:40], `{"Response Status": "OK"}`, `{"Response Status": "99 Low"}`,
		`{"Response Status": "600 High"}`, `{"Response Status": "400 Bad", "Errors": [["a"]]}`, `{"Response Status": "400 Bad", "Errors": [["a", "b"]]}`,
		`{"Response Status": "200 OK", "Number Deleted": "two"}`,
		// It stops short of what was asked: Ceph RGW after 1,024.
		`{"Response Status": "200 OK", "Number Deleted": 1, "Number Not Found": 1}`,
	} {
		c, _ := bulkServer(t, OpenStack(), answer)
		_, err := c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{{"c", "1"}, {"c", "2"}, {"c", "3"}}})
		require.ErrorIs(t, err, ErrMalformedAnswer, answer)
	}
}

// A refusal of the token that stands in a document of 200 brings a fresh one, once.
func TestBulkTokenIsRenewed(t *testing.T) {
	t.Parallel()
	for _, twice := range []bool{false, true} {
		var tokens []string
		c := signingClient(t, OpenStack(), func(w http.ResponseWriter, r *http.Request) {
			tokens = append(tokens, r.Header.Get("X-Auth-Token"))
			body, _ := io.ReadAll(r.Body)
			if twice || len(tokens) == 1 {
				_, _ = io.WriteString(w, `{"Response Status": "400 Bad Request", "Errors": [["c/o", "401 Unauthorized"]]}`)
				return
			}
			_, _ = fmt.Fprintf(w, `{"Response Status": "200 OK", "Number Deleted": %d, "Errors": []}`, bytes.Count(body, []byte("\n")))
		})
		auth := &numbered{c.Options().Auth, 1}
		out, err := c.BulkDelete(t.Context(), &BulkDeleteInput{Paths: []Path{{"c", "o"}}}, func(o *Options) { o.Auth = auth })
		require.Equal(t, []string{"token 1", "token 2"}, tokens)
		if twice {
			require.ErrorIs(t, err, ErrUnauthorized)
			continue
		}
		require.NoError(t, err)
		require.EqualValues(t, 1, out.NumberDeleted)
	}
}

// numbered gives another token after each that is let go of.
type numbered struct {
	Authenticator
	n int
}

func (a *numbered) Authenticate(ctx context.Context) (token, storageURL string, err error) {
	_, storageURL, err = a.Authenticator.Authenticate(ctx)
	return fmt.Sprint("token ", a.n), storageURL, err
}

func (a *numbered) Invalidate(string) { a.n++ }

// store is a server with bulk delete, or without, and what it was asked for.
type store struct {
	mu     sync.Mutex
	info   string
	locked map[string]bool // these can't be deleted
	asked  []string
	fail   int // the request at which everything is 500, from 1
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1/AUTH_p")
	if path == "/info" {
		_, _ = io.WriteString(w, s.info)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.asked = append(s.asked, r.Method+" "+path+" "+strings.ReplaceAll(string(body), "\n", ","))
	if len(s.asked) == s.fail {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if r.Method == http.MethodDelete {
		switch {
		case s.locked[path]:
			w.WriteHeader(http.StatusConflict)
		case strings.Contains(path, "none"):
			w.WriteHeader(http.StatusNotFound)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
		return
	}
	var errs []string
	deleted, missing, status := 0, 0, "200 OK"
	for line := range strings.Lines(string(body)) {
		switch line = strings.TrimSpace(line); {
		case s.locked[line]:
			status = "400 Bad Request"
			errs = append(errs, `["`+line+`", "409 Conflict"]`)
		case strings.Contains(line, "none"):
			missing++
		case line == "/c/void":
			// not accounted for
		default:
			deleted++
		}
	}
	_, _ = fmt.Fprintf(w, `{"Response Status": "%s", "Number Deleted": %d, "Number Not Found": %d, "Errors": [%s]}`, status, deleted, missing, strings.Join(errs, ","))
}

func TestBulkDeleteAll(t *testing.T) {
	t.Parallel()
	paths := []Path{{Container: "c"}, {"c", "1"}, {"c", "none"}, {"c", "2"}, {Container: "d"}, {"c", "3"}}
	long := Path{"c", strings.Repeat("%", 900)}
	singly := []string{"DELETE /c/1 ", "DELETE /c/2 ", "DELETE /c/3 ", "DELETE /c/none ", "DELETE /c ", "DELETE /d "}
	without := OpenStack()
	without.Operations = map[string]Support{"BulkDelete": Unsupported}
	for name, try := range map[string]struct {
		info    string
		profile Profile
		paths   []Path
		asked   []string
	}{
		"as the server says":   {`{"bulk_delete":{"max_deletes_per_request":3}}`, Generic(), paths, []string{"POST  /c/1,/c/none,/c/2,", "POST  /c/3,", "POST  /c,/d,"}},
		"more than by default": {`{"bulk_delete":{"max_deletes_per_request":5}}`, Profile{Name: "Two", MaxBulkDeletes: 2}, paths, []string{"POST  /c/1,/c/none,/c/2,/c/3,", "POST  /c,/d,"}},
		"as the profile says":  {`{"bulk_delete":{}}`, Profile{Name: "Two", MaxBulkDeletes: 2}, paths, []string{"POST  /c/1,/c/none,", "POST  /c/2,/c/3,", "POST  /c,/d,"}},
		"nothing is told":      {``, CephRGW(), paths, []string{"POST  /c/1,/c/none,/c/2,/c/3,", "POST  /c,/d,"}},
		"the server has none":  {`{"swift":{}}`, OpenStack(), paths, singly},
		"the profile has none": {`{"bulk_delete":{}}`, without, paths, singly},
		"a line too long":      {`{"bulk_delete":{}}`, OpenStack(), []Path{{"c", "1"}, long, {"c", "2"}}, []string{"DELETE /c/" + long.Object + " ", "POST  /c/1,/c/2,"}},
		"nothing":              {`{"bulk_delete":{}}`, OpenStack(), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &store{info: try.info}
			c := signingClient(t, try.profile, s.ServeHTTP)
			out, err := c.BulkDeleteAll(t.Context(), slices.Values(try.paths))
			require.NoError(t, err)
			if len(try.asked) == len(singly) {
				slices.Sort(s.asked[:4])
				slices.Sort(s.asked[4:])
			}
			require.Equal(t, try.asked, s.asked)
			require.EqualValues(t, len(try.paths), out.NumberDeleted+out.NumberNotFound)
			if len(try.paths) == len(paths) {
				require.EqualValues(t, 1, out.NumberNotFound)
			}
		})
	}
}

func TestBulkDeleteAllFailures(t *testing.T) {
	t.Parallel()
	many := func(n int, more ...Path) func(func(Path) bool) {
		return func(yield func(Path) bool) {
			for i := range n {
				if !yield(Path{"c", fmt.Sprint(i)}) {
					return
				}
			}
			for _, p := range more {
				if !yield(p) {
					return
				}
			}
		}
	}
	without := func(o *Options) { o.Profile.Operations = map[string]Support{"BulkDelete": Unsupported} }
	two := Profile{Name: "Two", MaxBulkDeletes: 2}
	for _, opts := range [][]func(*Options){nil, {without}} {
		s := &store{locked: map[string]bool{"/c/1": true, "/c/2": true, "/c": true}}
		c := signingClient(t, two, s.ServeHTTP)
		_, err := c.BulkDeleteAll(t.Context(), many(6, Path{Container: "c"}), opts...)
		require.ErrorIs(t, err, ErrConflict)
		var bulk *BulkError
		require.ErrorAs(t, err, &bulk)
		require.EqualValues(t, 4, bulk.NumberDeleted)
		slices.SortFunc(bulk.Failures, func(a, b BulkFailure) int { return strings.Compare(a.String(), b.String()) })
		require.Len(t, bulk.Failures, 3)
		for i, want := range []Path{{Container: "c"}, {"c", "1"}, {"c", "2"}} {
			require.Equal(t, want, bulk.Failures[i].Path)
			require.Equal(t, "409 Conflict", bulk.Failures[i].Status)
		}

		// What stops it does not hide what came before.
		for _, at := range []int{3, 4} {
			s = &store{locked: map[string]bool{"/c/1": true}, fail: at}
			c = signingClient(t, two, s.ServeHTTP)
			_, err = c.BulkDeleteAll(t.Context(), many(6), append(opts, func(o *Options) { o.MaxAttempts = -1 })...)
			if opts == nil && at == 4 {
				require.ErrorAs(t, err, &bulk)
				require.NotContains(t, err.Error(), "500")
				continue
			}
			require.ErrorContains(t, err, "500")
			require.ErrorIs(t, err, ErrConflict)
		}
	}

	// A server that does not come to all of them, a bad path, an end of the caller's.
	s := &store{locked: map[string]bool{"/c/1": true}}
	c := signingClient(t, two, s.ServeHTTP)
	_, err := c.BulkDeleteAll(t.Context(), many(1, Path{"c", "void"}))
	require.ErrorIs(t, err, ErrMalformedAnswer)
	for _, bad := range []Path{{"a/b", ""}, {"", "o"}} {
		_, err = c.BulkDeleteAll(t.Context(), many(0, bad))
		require.ErrorContains(t, err, "ontainer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, n := range []int{1, 3} {
		_, err = c.BulkDeleteAll(ctx, many(n))
		require.ErrorIs(t, err, context.Canceled)
		_, err = c.BulkDeleteAll(ctx, many(n), without)
		require.ErrorIs(t, err, context.Canceled)
		_, err = c.BulkDeleteAll(ctx, slices.Values(make([]Path, 0)), without)
		require.NoError(t, err)
	}
	for _, containers := range []int{1, 2} {
		var more []Path
		for i := range containers {
			more = append(more, Path{Container: fmt.Sprint(i)})
		}
		_, err = c.BulkDeleteAll(ctx, slices.Values(more), without)
		require.ErrorIs(t, err, context.Canceled)
	}
	c, err = New(Options{Auth: StaticToken("", "")})
	require.NoError(t, err)
	_, err = c.BulkDeleteAll(t.Context(), many(1))
	require.ErrorContains(t, err, "authenticate")
	c = signingClient(t, two, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	_, err = c.BulkDeleteAll(t.Context(), many(1))
	require.ErrorContains(t, err, "502")
}

// A token that is refused ends it: the rest would be, too.
func TestBulkDeleteAllUnauthorized(t *testing.T) {
	t.Parallel()
	asked := 0
	c := signingClient(t, Profile{Name: "One", MaxBulkDeletes: 1}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/info" {
			asked++
			_, _ = io.WriteString(w, `{"Response Status": "400 Bad Request", "Errors": [["/c/1", "401 Unauthorized"]]}`)
		}
	})
	_, err := c.BulkDeleteAll(t.Context(), slices.Values([]Path{{"c", "1"}, {"c", "2"}}))
	require.ErrorIs(t, err, ErrUnauthorized)
	require.Equal(t, 2, asked, "once more with what should be a fresh token")
}

func TestExtractArchive(t *testing.T) {
	t.Parallel()
	type request struct {
		path, query, length, body string
		header                    http.Header
	}
	var got request
	answer := `  {"Number Files Created": 2, "Response Status": "201 Created", "Response Body": "", "Errors": []}`
	c := signingClient(t, OpenStack(), func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = request{r.URL.EscapedPath(), r.URL.RawQuery, fmt.Sprint(r.ContentLength), string(b), r.Header}
		_, _ = io.WriteString(w, answer)
	})
	out, err := c.ExtractArchive(t.Context(), &ExtractArchiveInput{
		Container: "c 1", Prefix: "a%/b+/", Format: ArchiveTarGz, Body: strings.NewReader("archive"),
		DeleteAt: time.Unix(4102444800, 0), Metadata: map[string]string{"by": "us"},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.NumberFilesCreated)
	require.Equal(t, "/v1/AUTH_p/c%201/a%25/b%2B", got.path)
	require.Equal(t, "extract-archive=tar.gz", got.query)
	require.Equal(t, "7", got.length)
	require.Equal(t, "archive", got.body)
	require.Equal(t, "application/json", got.header.Get("Accept"))
	require.Equal(t, "us", got.header.Get("X-Object-Meta-By"))
	require.Equal(t, "4102444800", got.header.Get("X-Delete-At"))

	// Of unknown length, into the account.
	out, err = c.ExtractArchive(t.Context(), &ExtractArchiveInput{Format: ArchiveTarBz2, Body: io.MultiReader(strings.NewReader("bz2")), DeleteAfter: 60})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.NumberFilesCreated)
	require.Equal(t, "/v1/AUTH_p", got.path)
	require.Equal(t, "-1", got.length)
	require.Equal(t, "60", got.header.Get("X-Delete-After"))

	// An archive is no object: what bounds those does not bound it.
	_, err = c.ExtractArchive(t.Context(), &ExtractArchiveInput{Container: "c", Format: ArchiveTar, Body: strings.NewReader("archive")},
		func(o *Options) { o.Profile.MaxObjectSize = 1 })
	require.NoError(t, err)

	answer = `{"Number Files Created": 1, "Response Status": "400 Bad Request", "Response Body": "", "Errors": [["c/x%20y", "413 Request Entity Too Large"]]}`
	_, err = c.ExtractArchive(t.Context(), &ExtractArchiveInput{Container: "c", Format: ArchiveTar, Body: strings.NewReader("archive")})
	require.ErrorIs(t, err, ErrTooLarge)
	var bulk *BulkError
	require.ErrorAs(t, err, &bulk)
	require.EqualValues(t, 1, bulk.NumberFilesCreated)
	require.Equal(t, Path{"c", "x y"}, bulk.Failures[0].Path)

	answer = ""
	_, err = c.ExtractArchive(t.Context(), &ExtractArchiveInput{Container: "c", Format: ArchiveTar, Body: strings.NewReader("archive")})
	require.ErrorIs(t, err, ErrMalformedAnswer)
}

func TestExtractArchiveBadInput(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Auth: untouched{t}, Profile: OpenStack()})
	require.NoError(t, err)
	fine := ExtractArchiveInput{Container: "c", Format: ArchiveTar, Body: strings.NewReader("")}
	for want, change := range map[string]func(*ExtractArchiveInput){
		"Format is missing":           func(in *ExtractArchiveInput) { in.Format = "" },
		`Format "zip" is none of`:     func(in *ExtractArchiveInput) { in.Format = "zip" },
		"Body is missing":             func(in *ExtractArchiveInput) { in.Body = nil },
		"DeleteAfter: -1 is negative": func(in *ExtractArchiveInput) { in.DeleteAfter = -1 },
		"Prefix needs a Containe":     func(in *ExtractArchiveInput) { in.Container, in.Prefix = "", "p" },
		`"a/b" is no container's`:     func(in *ExtractArchiveInput) { in.Container = "a/b" },
		"Container has 257 bytes":     func(in *ExtractArchiveInput) { in.Container = strings.Repeat("c", 257) },
	} {
		in := fine
		change(&in)
		_, err := c.ExtractArchive(t.Context(), &in)
		require.ErrorContains(t, err, want)
	}
	_, err = c.ExtractArchive(t.Context(), nil)
	require.ErrorContains(t, err, "Format is missing")
	fine.Container = ""
	_, err = c.ExtractArchive(t.Context(), &fine, func(o *Options) { o.Profile = CephRGW() })
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "Ceph RGW has no ExtractArchive without Container")
}

func FuzzReadBulk(f *testing.F) {
	for _, doc := range []string{
		deletedTwo, " \r\n\r\n" + deletedTwo, "", "{}", "null", "[]", deletedTwo[:50], "<html>",
		`{"Response Status":"400 Bad Request","Response Body":"Invalid bulk delete.","Number Deleted":0,"Number Not Found":0,"Errors":[]}`,
		`{"Response Status":"400 Bad Request","Errors":[["/c%201","409 Conflict"],["c/","409 Conflict"],["%zz","503 x"]]}`,
		`{"Response Status":"201 Created","Number Files Created":3,"Errors":[["a"]]}`,
		`{"Number Files Created":0,"Response Body":"","Response Status":"409 Conflict","Errors":[["c/","409 Conflict"]]}`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		a, err := readBulk(&transport.Response{Response: &http.Response{StatusCode: 200, Header: http.Header{}}, Document: doc})
		var bulk *BulkError
		switch {
		case err == nil:
			if len(a.Errors) > 0 {
				t.Fatal("failures and no error")
			}
		case errors.As(err, &bulk):
			if text := bulk.Error(); strings.ContainsAny(text, "\r\n") {
				t.Fatalf("%q", text)
			}
			if len(bulk.Unwrap()) != len(bulk.Failures)+1 || bulk.Err.StatusCode < 200 {
				t.Fatalf("%+v", bulk)
			}
		case !errors.Is(err, ErrMalformedAnswer):
			t.Fatal(err)
		}
	})
}
