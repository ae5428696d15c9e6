package scripted

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is an exchange of an API with two operations: what answers the body, and what is refused.
type echo struct {
	r      *http.Request
	body   []byte
	worked *[]string
}

func (e *echo) Operation() string { return strings.TrimPrefix(e.r.URL.Path, "/") }

func (e *echo) Prepare() *Answer {
	if e.Operation() == "Refused" {
		return e.Fail(http.StatusForbidden, "No", "")
	}
	e.body, _ = io.ReadAll(e.r.Body)
	return nil
}

func (e *echo) Work() *Answer {
	*e.worked = append(*e.worked, e.Operation())
	return (&Answer{Status: http.StatusOK, Body: e.body}).Set("X-None", "").Set("X-Length", fmt.Sprint(len(e.body)))
}

func (*echo) Fail(status int, code, message string) *Answer {
	return &Answer{Status: status, Code: code, Body: []byte(message)}
}

func (e *echo) Record(status int, code string) string {
	return strings.TrimSpace(fmt.Sprint(e.Operation(), " ", status, " ", code))
}

func TestScript(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		var script Script[string]
		var worked []string
		l := Listen(func(w http.ResponseWriter, r *http.Request) { script.Serve(w, r, &echo{r: r, worked: &worked}) }, secure)
		is := func(operation string) func(string) bool {
			return func(r string) bool { return strings.HasPrefix(r, operation+" ") }
		}
		script.Inject(
			Fault[string]{Matches: is("Early"), Effect: Effect{StatusCode: 503, Code: "Slow"}},
			Fault[string]{Matches: is("Late"), Effect: Effect{StatusCode: 500, After: true}},
			Fault[string]{Matches: is("Lost"), Effect: Effect{Drop: true}},
			Fault[string]{Matches: is("Cut"), Skip: 1, Times: -1, Effect: Effect{CutAfter: 2}},
		)
		for request, want := range map[string]string{"Early": "503 as injected", "Late": "500 as injected, after the work", "Refused": "403 "} {
			require.Equal(t, want, post(t, l, request))
		}
		require.Equal(t, []string{"Late"}, worked)
		require.Equal(t, "200 body", post(t, l, "Early"), "it happens once")
		require.Contains(t, post(t, l, "Lost"), "EOF")
		require.Equal(t, "200 body", post(t, l, "Cut"))
		require.Equal(t, "200 bo: unexpected EOF", post(t, l, "Cut"))
		script.ClearFaults()
		require.Equal(t, "200 body", post(t, l, "Cut"))
		require.Contains(t, script.Requests(), "Early 503 Slow")
		require.Contains(t, script.Requests(), "Lost 0")
		require.Len(t, script.Requests(), 8)
		l.Close()
	}
}

func post(t *testing.T, l *Listener, operation string) string {
	t.Helper()
	resp, err := l.Client().Post(l.URL()+"/"+operation, "text/plain", strings.NewReader("body"))
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	text := fmt.Sprint(resp.StatusCode, " ", string(b))
	if err != nil {
		text += ": " + err.Error()
	}
	return text
}

// An answer may be broken by the work itself.
func TestBroken(t *testing.T) {
	t.Parallel()
	l := Listen(func(w http.ResponseWriter, r *http.Request) {
		(&Answer{Status: http.StatusOK, Body: []byte("body"), Broken: true, Sent: 3}).write(w, r)
	}, false)
	defer l.Close()
	require.Equal(t, "200 bod: unexpected EOF", post(t, l, "any"))
	resp, err := l.Client().Head(l.URL())
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.EqualValues(t, 4, resp.ContentLength)
}

type test struct {
	told    []string
	cleanup func()
}

func (*test) Helper()                     {}
func (f *test) Cleanup(end func())        { f.cleanup = end }
func (f *test) Errorf(s string, a ...any) { f.told = append(f.told, fmt.Sprintf(s, a...)) }
func (f *test) Fatalf(s string, a ...any) { f.Errorf(s, a...) }

func TestExpectations(t *testing.T) {
	t.Parallel()
	var f test
	var script Script[string]
	ended := false
	script.Watch(&f, "server", func() { ended = true })
	script.Expect("A", "B", "C")
	for _, operation := range []string{"A", "C"} {
		script.expect(operation)
	}
	require.Equal(t, []string{"B", "C"}, script.Outstanding())
	f.cleanup()
	require.True(t, ended)
	require.Equal(t, []string{"server: C came where B was expected", "server: B was expected, and did not come", "server: C was expected, and did not come"}, f.told)

	f, script = test{}, Script[string]{}
	script.expect("A")
	script.Expect()
	script.expect("A")
	require.Empty(t, f.told, "nobody watches")
	script.Watch(&f, "server", func() {})
	script.expect("A")
	require.Equal(t, []string{"server: A came when nothing more was expected"}, f.told)
}
