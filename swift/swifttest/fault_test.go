package swifttest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one, func(o *swifttest.Options) { o.TLS = true })
	c := s.Client()
	data := strings.Repeat("0123456789", 300)
	s.Inject(swifttest.Fault{StatusCode: 503, Times: 2}, swifttest.Fault{Drop: true})
	s.Expect("CreateObject", "CreateObject", "CreateObject", "CreateObject")
	_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader(data)})
	require.NoError(t, err)
	s.Expect("GetObject", "GetObject")
	s.Inject(swifttest.Fault{Operation: "GetObject", Container: "c", Object: "o", CutAfter: 1000})
	_, body := get(t, c, swift.GetObjectInput{Container: "c", Object: "o"})
	require.Equal(t, data, body)
	s.Expect("DeleteObject", "DeleteObject", "HeadObject", "HeadObject")
	s.Inject(swifttest.Fault{Operation: "DeleteObject", Drop: true, After: true}, swifttest.Fault{Operation: "HeadObject", StatusCode: 507, Times: -1, Skip: 1})
	_, err = c.DeleteObject(t.Context(), &swift.DeleteObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err, "its answer alone was lost")
	for _, want := range []error{swift.ErrNotFound, swift.ErrInsufficientStorage} {
		_, err = c.HeadObject(t.Context(), &swift.HeadObjectInput{Container: "c", Object: "o"})
		require.ErrorIs(t, err, want)
	}
	s.ClearFaults()
	require.Empty(t, s.Outstanding())
	var codes []int
	for _, r := range s.Requests() {
		codes = append(codes, r.StatusCode)
	}
	require.Equal(t, []int{503, 503, 0, 201, 200, 206, 0, 404, 404, 507}, codes)
	require.Equal(t, "GetObject", s.Operations()[5])
}

// failures is a test that notes what it is told.
type failures struct {
	all     []string
	cleanup []func()
}

func (*failures) Helper() {}

func (f *failures) Cleanup(end func()) { f.cleanup = append(f.cleanup, end) }

func (f *failures) Errorf(s string, a ...any) { f.all = append(f.all, fmt.Sprintf(s, a...)) }

func (f *failures) Fatalf(s string, a ...any) { f.Errorf(s, a...) }

func TestExpectationsFail(t *testing.T) {
	t.Parallel()
	var f failures
	s := swifttest.NewServer(&f, one)
	s.Expect("HeadObject", "GetObject")
	_, err := s.Client().HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	_, _ = s.Client().HeadObject(t.Context(), &swift.HeadObjectInput{Container: "c", Object: "o"})
	for _, end := range f.cleanup {
		end()
	}
	require.Equal(t, []string{"swifttest: HeadContainer came where HeadObject was expected", "swifttest: GetObject was expected, and did not come"}, f.all)
	for message, change := range map[string]func(*swifttest.Options){
		"container's name": func(o *swifttest.Options) { o.Containers = []string{"a/b"} },
		"Options.User":     func(o *swifttest.Options) { o.User = "alone" },
	} {
		f = failures{}
		require.Nil(t, swifttest.NewServer(&f, change))
		require.Len(t, f.all, 1)
		require.Contains(t, f.all[0], message)
	}
	s = swifttest.NewServer(t)
	require.Panics(t, func() { s.Client(func(o *swift.Options) { o.StorageURL = "%" }) })
}
