package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// stack is a shelf of n objects below "p/", and one elsewhere.
func stack(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.add(fmt.Sprintf("p/%05d", i), false)
	}
	s.add("other", false)
	return s
}

func deleteAll(t *testing.T, s *shelf, in DeleteAllInput, fns ...func(*Options)) (*DeleteAllOutput, error) {
	t.Helper()
	in.Bucket = "bucket"
	return newClient(t, s, append(fns, func(o *Options) { o.MaxAttempts = -1 })...).DeleteAll(t.Context(), &in)
}

func TestDeleteAll(t *testing.T) {
	for _, c := range []struct {
		name     string
		n        int
		in       DeleteAllInput
		profile  Profile
		requests int // that delete
		largest  int
		how      string
	}{
		{"none", 0, DeleteAllInput{}, AWS(), 0, 0, "POST delete"},
		{"one", 1, DeleteAllInput{}, AWS(), 1, 1, "POST delete"},
		{"a page", 1000, DeleteAllInput{}, AWS(), 1, 1000, "POST delete"},
		{"a page and one", 1001, DeleteAllInput{}, AWS(), 2, 1000, "POST delete"},
		{"two pages and one", 2001, DeleteAllInput{}, AWS(), 3, 1000, "POST delete"},
		{"small batches", 2500, DeleteAllInput{BatchSize: 99, Concurrency: 3}, MinIO(), 26, 99, "POST delete"},
		{"single ones in a batch", 5, DeleteAllInput{BatchSize: 1}, MinIO(), 5, 1, "POST delete"},
		{"Swift", 1150, DeleteAllInput{}, NHNCloud(), 12, 100, "POST delete"},
		{"no DeleteObjects", 1100, DeleteAllInput{}, withoutDeleteObjects(), 1100, 0, "DELETE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stack(c.n)
				told := map[string]bool{}
				c.in.Prefix = "p/"
				c.in.OnDeleted = func(ids []ObjectIdentifier) {
					for _, id := range ids {
						require.False(t, told[id.Key])
						told[id.Key] = true
					}
				}
				out, err := deleteAll(t, s, c.in, func(o *Options) { o.Profile, o.Region = c.profile, testRegion })
				require.NoError(t, err)
				require.Equal(t, int64(c.n), out.Deleted)
				require.Len(t, told, c.n)
				require.Equal(t, 1, s.size(), "what has another prefix stays")
				require.Equal(t, c.requests, s.asked(c.how))
				require.Equal(t, c.largest, s.largest)
				require.LessOrEqual(t, s.most, 1+max(c.in.Concurrency, defaultDeleteConcurrency))
			})
		})
	}
}

func withoutDeleteObjects() Profile {
	p := MinIO()
	p.Operations["DeleteObjects"] = Unsupported
	p.ListVersion = 1
	return p
}

// Concurrency is used, and kept.
func TestDeleteAllConcurrency(t *testing.T) {
	for _, c := range []struct{ ask, want int }{{0, DefaultDeleteAllConcurrency}, {1, 1}, {7, 7}} {
		synctest.Test(t, func(t *testing.T) {
			s := stack(3000)
			deleting, most := 0, 0
			s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
				if r.Method == http.MethodPost {
					s.mu.Lock()
					deleting++
					most = max(most, deleting)
					s.mu.Unlock()
					time.Sleep(time.Second)
					s.mu.Lock()
					deleting--
					s.mu.Unlock()
				}
				return nil
			}
			_, err := deleteAll(t, s, DeleteAllInput{Concurrency: c.ask, BatchSize: 50})
			require.NoError(t, err)
			require.Equal(t, c.want, most)
		})
	}
}

func TestDeleteAllVersions(t *testing.T) {
	for _, batch := range []int{0, 1, 7, 500} {
		synctest.Test(t, func(t *testing.T) {
			s := &shelf{}
			n := 0
			for i := range 300 { // keys of 1 to 9 versions, so that pages end within keys
				for range 1 + i%9 {
					s.add(fmt.Sprintf("p/%03d", i), false)
					n++
				}
				if i%2 == 0 {
					s.add(fmt.Sprintf("p/%03d", i), true)
					n++
				}
			}
			s.add("q", true)
			s.add("q", false)
			out, err := deleteAll(t, s, DeleteAllInput{Prefix: "p/", Versions: true, BatchSize: batch})
			require.NoError(t, err)
			require.Equal(t, int64(n), out.Deleted)
			require.Equal(t, 2, s.size())
		})
	}
}

// Where a listing would go on from an entry that is gone, it is still there.
func TestDeleteAllKeepsThePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stack(0)
		for i := range 5 {
			for range 900 {
				s.add(fmt.Sprint("p/", i), false)
			}
		}
		s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
			if r.Method == http.MethodGet {
				time.Sleep(time.Second) // for what was listed before to be deleted
			}
			q := r.URL.Query()
			if id := q.Get("version-id-marker"); id != "" {
				s.mu.Lock()
				defer s.mu.Unlock()
				for _, e := range s.entries {
					if e.version == id {
						return nil
					}
				}
				return answer(r, 400, errorXML("InvalidArgument"))
			}
			return nil
		}
		out, err := deleteAll(t, s, DeleteAllInput{Prefix: "p/", Versions: true, BatchSize: 10, Concurrency: 20})
		require.NoError(t, err)
		require.Equal(t, int64(4500), out.Deleted)
	})
}

func TestDeleteAllFailedKeys(t *testing.T) {
	for _, single := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := stack(2500)
			s.deny = func(key, _ string) string {
				switch {
				case strings.HasSuffix(key, "77"):
					return "AccessDenied"
				case key == "p/01234":
					return "InternalError"
				case strings.HasSuffix(key, "5"):
					return "NoSuchKey" // gone meanwhile
				}
				return ""
			}
			told := 0
			in := DeleteAllInput{Prefix: "p/", OnDeleted: func(ids []ObjectIdentifier) { told += len(ids) }}
			out, err := deleteAll(t, s, in, func(o *Options) {
				if single {
					o.Profile = withoutDeleteObjects()
				}
			})
			require.Equal(t, int64(2500-26), out.Deleted)
			require.Equal(t, 2500-26, told)
			var failed *DeleteAllError
			require.ErrorAs(t, err, &failed)
			require.NoError(t, failed.Err)
			require.Len(t, failed.Failed, 26)
			codes := map[string]int{}
			for _, f := range failed.Failed {
				codes[f.Code]++
				require.Equal(t, "it says "+f.Code, f.Message)
				require.True(t, strings.HasPrefix(f.Key, "p/"))
			}
			require.Equal(t, map[string]int{"AccessDenied": 25, "InternalError": 1}, codes)
			require.ErrorIs(t, err, ErrAccessDenied)
			require.ErrorIs(t, err, ErrInternalError)
			require.NotErrorIs(t, err, ErrNoSuchKey)
			require.ErrorContains(t, err, `DeleteAll, bucket "bucket", prefix "p/": 26 not deleted, one is key "p/`)
			require.NotContains(t, err.Error(), "\n")
			var operation *smithy.OperationError
			require.ErrorAs(t, err, &operation)
		})
	}
	// An error entry without a version is of each version of its key.
	s := script(
		says(200, "<R><Version><Key>a</Key><VersionId>1</VersionId></Version><Version><Key>b</Key><VersionId>2</VersionId></Version></R>"),
		says(200, "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>"))
	out, err := newClient(t, s).DeleteAll(t.Context(), &DeleteAllInput{Bucket: "bucket", Versions: true})
	require.ErrorIs(t, err, ErrAccessDenied)
	require.Equal(t, int64(1), out.Deleted)
	require.EqualError(t, errors.Unwrap(err), `bucket "bucket": 1 not deleted, one is key "a": AccessDenied: `)
}

// A request that fails reports all its keys. The server's failures don't end the whole
// at once; others do.
func TestDeleteAllFailedRequests(t *testing.T) {
	refuse := func(status int, code string, which func(int) bool) *shelf {
		s := stack(5000)
		posts := 0
		s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
			if r.Method != http.MethodPost {
				return nil
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if posts++; which(posts) {
				return answer(r, status, errorXML(code))
			}
			return nil
		}
		return s
	}
	all := func(int) bool { return true }
	for _, c := range []struct {
		name         string
		status       int
		code         Code
		which        func(int) bool
		deleted, bad int
	}{
		{"one of the server's", 500, ErrInternalError, func(n int) bool { return n == 2 }, 4900, 100},
		{"busy", 429, "SlowDown", func(n int) bool { return n%5 == 0 }, 4000, 1000},
		{"all of the server's", 503, "SlowDown", all, 0, maxFailedRequests * 100},
		{"not implemented", 501, "NotImplemented", all, 0, 100},
		{"not allowed", 403, ErrAccessDenied, func(n int) bool { return n > 3 }, 300, 100},
		{"within a success", 200, ErrInternalError, func(n int) bool { return n == 1 }, 4900, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := refuse(c.status, string(c.code), c.which)
				out, err := deleteAll(t, s, DeleteAllInput{Prefix: "p/", BatchSize: 100, Concurrency: 1})
				require.ErrorIs(t, err, c.code)
				var failed *DeleteAllError
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, failed.Err, c.code)
				var e *Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, c.status, e.StatusCode)
				require.Equal(t, int64(c.deleted), out.Deleted)
				require.Len(t, failed.Failed, c.bad)
				require.Equal(t, 5001-c.deleted, s.size())
				require.Equal(t, DeleteError{Key: failed.Failed[0].Key, Code: string(c.code), Message: "it says " + string(c.code)}, failed.Failed[0])
			})
		})
	}
}

func TestDeleteAllWithoutConnection(t *testing.T) {
	s := stack(2500)
	broken := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return s.RoundTrip(r)
		}
		return nil, errors.New("cable cut")
	})
	for _, p := range []Profile{MinIO(), withoutDeleteObjects()} {
		c := newClient(t, broken, func(o *Options) { o.MaxAttempts, o.Profile = -1, p })
		out, err := c.DeleteAll(t.Context(), &DeleteAllInput{Bucket: "bucket", Prefix: "p/", Concurrency: 1})
		require.Zero(t, out.Deleted)
		var failed *DeleteAllError
		require.ErrorAs(t, err, &failed)
		require.NotEmpty(t, failed.Failed)
		require.LessOrEqual(t, len(failed.Failed), 1000)
		require.Empty(t, failed.Failed[0].Code)
		require.Contains(t, failed.Failed[0].Message, "cable cut")
		require.ErrorContains(t, err, "cable cut")
	}
}

// The listing's failure is told besides what was deleted so far, and what it had listed
// is deleted.
func TestDeleteAllFailedListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stack(5000)
		s.deny = func(key, _ string) string { return map[bool]string{true: "AccessDenied"}[key == "p/00003"] }
		gets := 0
		s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
			if r.Method == http.MethodGet {
				if gets++; gets == 3 {
					return answer(r, 404, errorXML("NoSuchBucket"))
				}
			}
			return nil
		}
		out, err := deleteAll(t, s, DeleteAllInput{Prefix: "p/"})
		require.Equal(t, int64(1999), out.Deleted)
		require.ErrorIs(t, err, ErrNoSuchBucket)
		require.ErrorIs(t, err, ErrAccessDenied)
		var failed *DeleteAllError
		require.ErrorAs(t, err, &failed)
		require.Len(t, failed.Failed, 1)
		require.NotErrorIs(t, failed.Err, ErrAccessDenied)

		s.refuse = func(_ int, r *http.Request, _ string) *http.Response { return answer(r, 403, errorXML("AccessDenied")) }
		out, err = deleteAll(t, s, DeleteAllInput{})
		require.Zero(t, out.Deleted)
		require.EqualError(t, errors.Unwrap(err), `bucket "bucket": `+errors.Unwrap(errors.Unwrap(err)).Error())
		require.ErrorIs(t, err, ErrForbidden)
	})
	// Both the listing and a request.
	synctest.Test(t, func(t *testing.T) {
		s := stack(5000)
		gets := 0
		s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
			switch {
			case r.Method == http.MethodPost:
				return answer(r, 500, errorXML("InternalError"))
			case r.Method == http.MethodGet:
				if gets++; gets == 4 {
					return answer(r, 403, errorXML("AccessDenied"))
				}
			}
			return nil
		}
		_, err := deleteAll(t, s, DeleteAllInput{})
		require.ErrorIs(t, err, ErrAccessDenied)
		require.ErrorIs(t, err, ErrInternalError)
	})
}

func TestDeleteAllEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stack(5000)
		ctx, cancel := context.WithCancel(t.Context())
		posts := 0
		s.refuse = func(_ int, r *http.Request, _ string) *http.Response {
			if r.Method == http.MethodPost {
				if posts++; posts == 5 {
					cancel()
				}
			}
			return nil
		}
		out, err := newClient(t, s).DeleteAll(ctx, &DeleteAllInput{Bucket: "bucket", Prefix: "p/", BatchSize: 100, Concurrency: 1})
		require.ErrorIs(t, err, context.Canceled)
		require.Positive(t, out.Deleted)
		require.Less(t, out.Deleted, int64(1000))
		var failed *DeleteAllError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, 5001-int(out.Deleted), s.size(), "what is counted is what is gone")
	})
	// All was listed, and nothing sent yet.
	synctest.Test(t, func(t *testing.T) {
		s := stack(10)
		ctx, cancel := context.WithCancel(t.Context())
		s.refuse = func(int, *http.Request, string) *http.Response { cancel(); return nil }
		_, err := newClient(t, s).DeleteAll(ctx, &DeleteAllInput{Bucket: "bucket", Prefix: "p/"})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 11, s.size())
	})
}

// Keys that XML can't carry are deleted by name, the others beside them together.
func TestDeleteAllKeysThatXMLCantCarry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{}
		for _, key := range []string{"a", "b\x01", "c\td", "e\x1f", "f\rg", "h", "i\uFFFE"} {
			s.add(key, false)
		}
		s.deny = func(key, _ string) string { return map[bool]string{true: "AccessDenied"}[key == "e\x1f"] }
		out, err := deleteAll(t, s, DeleteAllInput{})
		require.ErrorIs(t, err, ErrAccessDenied)
		require.Equal(t, int64(6), out.Deleted)
		require.Equal(t, 1, s.asked("POST delete"))
		require.Equal(t, 4, s.largest)
		require.Equal(t, 3, s.asked("DELETE"))
		require.Equal(t, "e\x1f", s.entries[0].key)
	})
}

// What the input says goes with every request that takes it.
func TestDeleteAllMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, p := range []Profile{AWS(), withoutDeleteObjects()} {
			for _, versions := range []bool{false, true} {
				s := stack(3)
				p.ExpectedBucketOwner = true
				_, err := deleteAll(t, s, DeleteAllInput{
					Versions: versions, MFA: "serial 123456", RequestPayer: RequestPayerRequester,
					BypassGovernanceRetention: true, ExpectedBucketOwner: "111122223333",
				}, func(o *Options) { o.Profile = p })
				require.NoError(t, err)
				require.Equal(t, "GET", s.log[0][:3])
				require.Equal(t, versions, s.log[0] == "GET versions")
				for i, h := range s.headers {
					require.Equal(t, "requester", h.Get("X-Amz-Request-Payer"))
					require.Equal(t, "111122223333", h.Get("X-Amz-Expected-Bucket-Owner"))
					if i > 0 {
						require.Equal(t, "serial 123456", h.Get("X-Amz-Mfa"))
						require.Equal(t, "true", h.Get("X-Amz-Bypass-Governance-Retention"))
					}
				}
			}
		}
	})
}

func TestDeleteAllInput(t *testing.T) {
	s := always(500, "")
	c := newClient(t, s)
	for _, w := range []struct {
		in   *DeleteAllInput
		text string
	}{
		{nil, "Bucket"},
		{&DeleteAllInput{Prefix: "p"}, "Bucket"},
		{&DeleteAllInput{Bucket: "b", Concurrency: -1}, "Concurrency"},
		{&DeleteAllInput{Bucket: "b", BatchSize: -1}, "BatchSize -1"},
		{&DeleteAllInput{Bucket: "b", BatchSize: 1001}, "BatchSize 1001"},
	} {
		out, err := c.DeleteAll(t.Context(), w.in)
		require.Nil(t, out)
		require.ErrorContains(t, err, w.text)
		require.ErrorContains(t, err, "DeleteAll")
		var failed *DeleteAllError
		require.False(t, errors.As(err, &failed))
	}
	var missing smithy.InvalidParamsError
	_, err := c.DeleteAll(t.Context(), nil)
	require.ErrorAs(t, err, &missing)
	_, err = c.DeleteAll(t.Context(), &DeleteAllInput{Bucket: "b"}, func(o *Options) { o.Endpoint = "?" })
	require.ErrorContains(t, err, "Endpoint")
	require.Zero(t, s.attempts())
	// Versions where there are none.
	_, err = c.DeleteAll(t.Context(), &DeleteAllInput{Bucket: "b", Versions: true}, func(o *Options) { o.Profile = KakaoCloud() })
	require.ErrorIs(t, err, ErrUnsupported)
	require.Zero(t, s.attempts())
}
