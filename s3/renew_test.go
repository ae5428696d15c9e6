package s3

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// session hands out keys that a server may refuse: a new pair each time it is told so.
type session struct {
	n       int
	refused []string
}

func (s *session) keys() sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: "KEY" + strconv.Itoa(s.n), SecretAccessKey: "secret", SessionToken: "token"}
}

func (s *session) Retrieve(context.Context) (sigv4.Credentials, error) { return s.keys(), nil }

func (s *session) Invalidate(c sigv4.Credentials) {
	s.refused = append(s.refused, c.AccessKeyID)
	if c == s.keys() {
		s.n++
	}
}

func TestRefusedCredentialsAreReplacedOnce(t *testing.T) {
	for _, c := range []struct {
		code    string
		until   string // the key that the server takes
		refused []string
		err     error
	}{
		{"ExpiredToken", "KEY1", []string{"KEY0"}, nil},
		{"InvalidToken", "KEY1", []string{"KEY0"}, nil},
		{"InvalidAccessKeyId", "KEY1", []string{"KEY0"}, nil},
		{"ExpiredToken", "KEY2", []string{"KEY0"}, ErrExpiredToken},
		{"AccessDenied", "KEY1", nil, ErrAccessDenied},
	} {
		t.Run(c.code+" "+c.until, func(t *testing.T) {
			var bodies []string
			rt := roundTrip(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				bodies = append(bodies, string(b))
				w := httptest.NewRecorder()
				if !strings.Contains(r.Header.Get("Authorization"), "Credential="+c.until+"/") {
					w.WriteHeader(http.StatusBadRequest)
					_, _ = w.WriteString("<Error><Code>" + c.code + "</Code></Error>")
				}
				return w.Result(), nil
			})
			s := new(session)
			client := newClient(t, rt, func(o *Options) { o.Credentials = s })
			_, err := client.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Body: strings.NewReader("content")})
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.refused, s.refused)
			for _, b := range bodies {
				require.Equal(t, "content", b)
			}
			require.Len(t, bodies, 1+len(c.refused))
		})
	}
}
