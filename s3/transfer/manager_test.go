package transfer

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func TestNewManagerRefuses(t *testing.T) {
	for _, client := range []Client{nil, (*s3.Client)(nil)} {
		_, err := NewManager(client)
		require.EqualError(t, err, "client: is nil")
		var option *OptionError
		require.ErrorAs(t, err, &option)
		require.Equal(t, "client", option.Field)
	}
	for _, c := range []struct {
		set  func(*Options)
		text string
	}{
		{func(o *Options) { o.PartSize = -1 }, "PartSize: is negative"},
		{func(o *Options) { o.Integrity = -1 }, "Integrity: -1 is none"},
		{func(o *Options) { o.Integrity = IntegrityTransport + 1 }, "Integrity: 5 is none"},
	} {
		_, err := NewManager(newFake(s3.AWS()), c.set)
		var option *OptionError
		require.ErrorAs(t, err, &option)
		require.EqualError(t, err, c.text)

		f := newFake(s3.AWS())
		_, err = newManager(t, f).Upload(t.Context(), input(nil), c.set)
		require.ErrorAs(t, requireUploadError(t, err), &option)
		require.EqualError(t, option, c.text)
		require.Empty(t, f.ops)
	}
}

func TestNilInput(t *testing.T) {
	f := newFake(s3.AWS())
	_, err := newManager(t, f).Upload(t.Context(), nil)
	require.EqualError(t, requireUploadError(t, err).Err, "input: is nil")
	require.Empty(t, f.ops)
}

// The client's own checks are before anything is sent.
func TestMissingMembers(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), &s3.PutObjectInput{Body: bytes.NewReader(pattern(2 * partSize))})
	require.ErrorContains(t, err, "Bucket")
	require.Empty(t, s.exchanges)
}

func TestPartSizeOutsideTheLimits(t *testing.T) {
	for _, c := range []struct {
		size  int64
		limit string
		text  string
	}{
		{5<<20 - 1, "MinPartSize", "5242879 is outside the limit MinPartSize, 5242880"},
		{5<<30 + 1, "MaxPartSize", "5368709121 is outside the limit MaxPartSize, 5368709120"},
	} {
		f := newFake(s3.AWS())
		f.resolved.Profile = s3.AWS()
		_, err := newManager(t, f, func(o *Options) { o.PartSize = c.size }).Upload(t.Context(), input(nil))
		var size *SizeError
		require.ErrorAs(t, requireUploadError(t, err), &size)
		require.Equal(t, c.limit, size.Limit)
		require.EqualError(t, size, c.text)
		require.Empty(t, f.ops)
	}
}

func TestDefaults(t *testing.T) {
	require.EqualValues(t, 16<<20, DefaultPartSize)
	require.EqualValues(t, 4, DefaultConcurrency)
	require.EqualValues(t, 64<<20, DefaultMemoryBudget)
	require.Equal(t, 30*time.Second, DefaultAbortTimeout)

	for _, c := range []struct {
		size  int64
		parts int
	}{{DefaultPartSize, 0}, {DefaultPartSize + 1, 2}} {
		f := newFake(s3.AWS())
		f.resolved.Profile = s3.AWS()
		up, err := NewManager(f)
		require.NoError(t, err)
		out, err := up.Upload(t.Context(), input(bytes.NewReader(make([]byte, c.size))))
		require.NoError(t, err)
		require.Equal(t, c.parts, out.Parts)
	}
}

// Options of a call are for that call, and win over the uploader's.
func TestOptionsOfACall(t *testing.T) {
	f := newFake(s3.AWS())
	up := newManager(t, f, func(o *Options) { o.Integrity = IntegrityMD5 })
	out, err := up.Upload(t.Context(), input(nil), func(o *Options) {
		require.Equal(t, IntegrityMD5, o.Integrity)
		o.Integrity = IntegrityTransport
	})
	require.NoError(t, err)
	require.Equal(t, IntegrityTransport, out.Integrity)
	out, err = up.Upload(t.Context(), input(nil))
	require.NoError(t, err)
	require.Equal(t, IntegrityMD5, out.Integrity)
}

// ClientOptions go to every request, and count when the integrity is chosen.
func TestClientOptions(t *testing.T) {
	f := newFake(s3.AWS())
	out, err := newManager(t, f, func(o *Options) {
		o.ClientOptions = []func(*s3.Options){func(o *s3.Options) {
			o.Profile, o.Region = small(s3.CephRGW()), "elsewhere"
		}}
	}).Upload(t.Context(), input(plainReader(pattern(2*partSize))))
	require.NoError(t, err)
	require.Equal(t, IntegritySignedPayload, out.Integrity)
	require.Len(t, f.options, 5)
	for i, o := range f.options {
		require.Equal(t, "elsewhere", o.Region)
		want := s3.SignPayloadAuto
		if f.ops[i] == "UploadPart" {
			want = s3.SignPayloadAlways
		}
		require.Equal(t, want, o.SignPayload, f.ops[i])
	}
}

// A bucket whose owner is expected, on a server that would not look: refused by the
// client before anything is sent.
func TestExpectedBucketOwner(t *testing.T) {
	s := startServer(t, small(s3.CephRGW()), true)
	in := input(bytes.NewReader(pattern(2 * partSize)))
	in.ExpectedBucketOwner = "123456789012"
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
	require.ErrorIs(t, err, s3.ErrUnsupported)
	require.Empty(t, s.exchanges)
}

// A customer key goes with every request that touches the data, completed, in parts and whole.
func TestCustomerKey(t *testing.T) {
	const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	for _, size := range []int{3 * partSize, 10} {
		s := startServer(t, small(s3.AWS()), true)
		in := input(bytes.NewReader(pattern(size)))
		in.SSECustomerKey = key
		_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
		require.NoError(t, err)
		require.NotEmpty(t, s.exchanges)
		for _, e := range s.exchanges {
			require.Equal(t, key, e.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key"), e.Op)
			require.Equal(t, "AES256", e.Header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm"), e.Op)
			require.Equal(t, "KYvwGXoFFJ42a2u2GDWhwQ==", e.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5"), e.Op)
		}
	}
	// Nothing is sent over http.
	s := startServer(t, small(s3.AWS()), false)
	in := input(bytes.NewReader(pattern(3 * partSize)))
	in.SSECustomerKey = key
	_, err := newManager(t, s.newClient(t)).Upload(t.Context(), in)
	require.ErrorContains(t, err, "SSECustomerKey would go in the clear over http")
	require.Empty(t, s.exchanges)
}
