package ranged

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errBroken = errors.New("broken")

// source serves its text over connections that break.
type source struct {
	text     string
	breaks   []int // after how many bytes each connection does
	skip     int64 // of every answer after the first
	attempts int
	verify   error
	refuse   error // attempts can't be told

	opened, closed int
	hashed         bytes.Buffer
}

func (s *source) open(from int64) io.ReadCloser {
	var r io.Reader = strings.NewReader(s.text[from:])
	if s.opened < len(s.breaks) {
		r = io.MultiReader(io.LimitReader(r, int64(s.breaks[s.opened])), iotest.ErrReader(errBroken))
	}
	s.opened++
	return &connection{r, s}
}

type connection struct {
	io.Reader
	s *source
}

func (c *connection) Close() error {
	c.s.closed++
	return nil
}

func (s *source) Hash(p []byte)          { s.hashed.Write(p) }
func (s *source) Verify() error          { return s.verify }
func (s *source) Attempts() (int, error) { return s.attempts, s.refuse }
func (s *source) Fail(err error) error   { return fmt.Errorf("object: %w", err) }

func (s *source) Reopen(read int64, _ error) (io.ReadCloser, int64, error) {
	return s.open(read - s.skip), s.skip, nil
}

func (s *source) body(ctx context.Context, size int64) *Body {
	b := new(Body)
	b.Open(ctx, s, s.open(0), size)
	return b
}

const text = "the quick brown fox"

func TestBody(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	for name, c := range map[string]struct {
		s    source
		size int64
		want error
		got  string
		open int
	}{
		"in one":                {source{attempts: 3}, int64(len(text)), nil, text, 1},
		"unknown size":          {source{attempts: 3}, -1, nil, text, 1},
		"goes on":               {source{attempts: 3, breaks: []int{4, 5}}, int64(len(text)), nil, text, 3},
		"breaks at the end":     {source{attempts: 3, breaks: []int{len(text)}}, int64(len(text)), nil, text, 1},
		"skips":                 {source{attempts: 3, breaks: []int{9}, skip: 9}, int64(len(text)), nil, text, 2},
		"breaks while skipping": {source{attempts: 3, breaks: []int{9, 4}, skip: 9}, int64(len(text)), nil, text, 3},
		"stalls":                {source{attempts: 3, breaks: []int{4, 0, 0, 0}}, int64(len(text)), errBroken, text[:4], 3},
		"stalls while skipping": {source{attempts: 2, breaks: []int{9, 3, 3}, skip: 9}, int64(len(text)), errBroken, text[:9], 2},
		"not to be taken up":    {source{attempts: 1, breaks: []int{4}}, int64(len(text)), errBroken, text[:4], 1},
		"ends early":            {source{attempts: 1}, 100, io.ErrUnexpectedEOF, text, 1},
		"too long":              {source{attempts: 3}, 5, nil, "", 1},
		"verified":              {source{attempts: 3, verify: wrong}, int64(len(text)), wrong, text, 1},
		"attempts not known":    {source{refuse: wrong, breaks: []int{4}}, int64(len(text)), wrong, text[:4], 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &c.s
			s.text = text
			b := s.body(t.Context(), c.size)
			got, err := io.ReadAll(b)
			switch {
			case name == "too long":
				require.ErrorContains(t, err, "object: the server sent more than the 5 bytes")
			case c.want == nil:
				require.NoError(t, err)
				assert.Equal(t, c.got, s.hashed.String())
				assert.Equal(t, c.got, string(got))
			default:
				require.ErrorIs(t, err, c.want)
				require.ErrorContains(t, err, "object: ")
				assert.Equal(t, c.got, string(got))
			}
			_, again := b.Read(make([]byte, 1))
			if err == nil {
				err = io.EOF
			}
			assert.Equal(t, err, again, "an end is for good")
			assert.Equal(t, c.open, s.opened)
			require.NoError(t, b.Close())
			require.NoError(t, b.Close())
			assert.GreaterOrEqual(t, s.closed, s.opened)
			_, err = b.Read(make([]byte, 1))
			require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
		})
	}
}

func TestBodyReopenFails(t *testing.T) {
	t.Parallel()
	s := &source{text: text, breaks: []int{4}, attempts: 3}
	b := s.body(t.Context(), int64(len(text)))
	_, err := io.ReadFull(b, make([]byte, 4))
	require.NoError(t, err)
	read, size := b.Progress()
	assert.Equal(t, []int64{4, int64(len(text))}, []int64{read, size})
	refusing := &refusingSource{s}
	b.source = refusing
	_, err = b.Read(make([]byte, 4))
	require.ErrorIs(t, err, errBroken)
	require.ErrorContains(t, err, "object: gone")
}

type refusingSource struct{ *source }

func (s *refusingSource) Reopen(_ int64, cause error) (io.ReadCloser, int64, error) {
	return nil, 0, fmt.Errorf("gone: %w", cause)
}

func TestBodyContext(t *testing.T) {
	t.Parallel()
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := &source{text: text, breaks: []int{4}, attempts: 3}
	b := s.body(ctx, int64(len(text)))
	cancel(why)
	_, err := io.ReadAll(b)
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, s.opened)
}
