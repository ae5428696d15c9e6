package s3

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Golden wire files: testdata/wire/<Operation>.request.http is what the input beside it
// (.input.json) must be sent as, and <Operation>.response.http what must be read as the
// output beside it (.output.json), member by member. They are raw HTTP, written from the
// facts of the model and not by this package.
const wireFiles = "../testdata/wire"

// TestGolden sends and reads every operation with every member set.
func TestGolden(t *testing.T) {
	for name, op := range declared(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info := op.Info()
			want := goldenRequest(t, name)
			in := reflect.New(info.Input)
			readJSON(t, name+".input.json", in.Interface())
			if info.StreamInput {
				streamOf(in.Elem()).Set(reflect.ValueOf(strings.NewReader(want.body)))
			}
			s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) { return goldenResponse(t, name, r), nil }}
			c := newClient(t, s, func(o *Options) {
				o.Endpoint, o.Profile, o.Addressing, o.AllowUnsupported = "https://s3.example.com", AWS(), AddressingPath, true
			})

			results := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
			err, _ := results[1].Interface().(error)
			require.NoError(t, err)

			require.Len(t, s.reqs, 1)
			want.compare(t, s.reqs[0], s.bodies[0])

			got := results[0].Elem()
			if info.StreamOutput {
				field := streamOf(got)
				body := field.Interface().(io.ReadCloser)
				content, err := io.ReadAll(body)
				require.NoError(t, err)
				require.NoError(t, body.Close())
				answered, err := io.ReadAll(goldenResponse(t, name, s.reqs[0]).Body)
				require.NoError(t, err)
				require.Equal(t, answered, content)
				field.SetZero()
			}
			expected := reflect.New(info.Output)
			readJSON(t, name+".output.json", expected.Interface())
			require.Equal(t, expected.Interface(), results[0].Interface())
		})
	}
}

// TestGoldenFull sees to it that the files leave no member out: a file with half of the
// members would pass as well.
func TestGoldenFull(t *testing.T) {
	m := readModel(t)
	for name, op := range m.Operations {
		for file, shape := range map[string]string{".input.json": op.Input, ".output.json": op.Output} {
			var members map[string]any
			readJSON(t, name+file, &members)
			for member, facts := range m.Shapes[shape].Members {
				switch {
				case facts.Type == "streaming-blob", facts.Type == "SelectObjectContentEventStream":
				case member == "ContentMD5", member == "ChecksumAlgorithm":
					// The client computes the one; the other excludes a value of the caller's.
				default:
					require.Contains(t, members, member, name+file)
				}
			}
		}
	}
}

// exchange is a golden request.
type exchange struct {
	*http.Request
	body string
}

func goldenRequest(t *testing.T, name string) exchange {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(wireFiles, name+".request.http"))
	require.NoError(t, err)
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return exchange{r, string(body)}
}

// goldenResponse reads an answer; r is the request that it answers.
func goldenResponse(t *testing.T, name string, r *http.Request) *http.Response {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(wireFiles, name+".response.http"))
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), r)
	require.NoError(t, err)
	return resp
}

// volatile headers differ between runs or are no part of an operation.
var volatile = []string{"Authorization", "X-Amz-Date", "User-Agent", "Accept-Encoding"}

// compare holds a request that was sent against the golden one: target, headers and body,
// to the byte.
func (e exchange) compare(t *testing.T, sent *http.Request, body string) {
	t.Helper()
	require.Equal(t, e.Method, sent.Method)
	require.Equal(t, e.RequestURI, sent.URL.RequestURI())
	require.Equal(t, e.Host, sent.URL.Host)
	require.Equal(t, e.body, body)
	require.Equal(t, e.ContentLength, sent.ContentLength)
	header := sent.Header.Clone()
	for _, name := range volatile {
		delete(header, name)
	}
	golden := e.Header.Clone()
	delete(golden, "Content-Length") // net/http writes it from the length
	require.Equal(t, golden, header)
}

// streamOf is the member that is the body.
func streamOf(v reflect.Value) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("payload") == "body" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(wireFiles, name))
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(v))
	_, err = d.Token()
	require.True(t, errors.Is(err, io.EOF), "%s goes on", name)
}
