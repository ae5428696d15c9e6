package transfer

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// wire sums up how a body travelled: its hash in the signature, and what proves it.
func (e *exchange) wire() string {
	var words []string
	switch h := e.Header.Get("X-Amz-Content-Sha256"); {
	case h == "UNSIGNED-PAYLOAD":
		words = append(words, "unsigned")
	case strings.HasPrefix(h, "STREAMING-"):
		words = append(words, strings.ToLower(h))
	case len(h) == 64:
		words = append(words, "signed")
	default:
		words = append(words, "anonymous")
	}
	if e.Header.Get("Content-Md5") != "" {
		words = append(words, "md5")
	}
	for _, from := range []struct {
		name string
		h    http.Header
	}{{"header", e.Header}, {"trailer", e.Trailer}} {
		for name := range from.h {
			if sum, ok := strings.CutPrefix(strings.ToLower(name), "x-amz-checksum-"); ok {
				words = append(words, sum+" "+from.name)
			}
		}
	}
	return strings.Join(words, ", ")
}

// bodies are the kinds of body, and whether their parts are held in memory.
var bodies = []struct {
	name     string
	buffered bool
	make     func(t *testing.T, in *s3.PutObjectInput, data []byte)
}{
	{"file", false, func(t *testing.T, in *s3.PutObjectInput, data []byte) { in.Body = fileOf(t, data) }},
	{"bytes.Reader", false, func(_ *testing.T, in *s3.PutObjectInput, data []byte) { in.Body = bytes.NewReader(data) }},
	{"reader of known length", true, func(_ *testing.T, in *s3.PutObjectInput, data []byte) {
		in.Body, in.ContentLength = plainReader(data), ptr(int64(len(data)))
	}},
	{"reader of unknown length", true, func(_ *testing.T, in *s3.PutObjectInput, data []byte) { in.Body = plainReader(data) }},
}

func fileOf(t *testing.T, data []byte) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	f, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// cell is what happens: the Integrity that is reported and the wire; no wire means that
// it is refused before anything is sent.
type cell struct {
	mode Integrity
	wire string
}

// row has a cell for files and the like and one for plain readers, over http and https.
type row struct{ http, httpBuffered, https, httpsBuffered cell }

func same(c cell) row { return row{c, c, c, c} }

const framed = "streaming-unsigned-payload-trailer, crc64nvme trailer"

// integrities is the table that the documentation of Integrity promises.
var integrities = []struct {
	asked    Integrity
	profiles []s3.Profile
	row      row
}{
	{IntegrityAuto, []s3.Profile{s3.AWS(), s3.MinIO()}, row{
		cell{IntegrityChecksum, "signed, crc64nvme header"},
		cell{IntegrityChecksum, "signed, crc64nvme header"},
		cell{IntegrityChecksum, framed},
		cell{IntegrityChecksum, "unsigned, crc64nvme header"},
	}},
	{IntegrityAuto, []s3.Profile{s3.CephRGW(), s3.NHNCloud()}, row{
		cell{IntegritySignedPayload, "signed"},
		cell{IntegritySignedPayload, "signed"},
		cell{IntegrityTransport, "unsigned"},
		cell{IntegritySignedPayload, "signed"},
	}},
	// Bodies over http are signed by the client's own default; nothing is known to
	// verify it.
	{IntegrityAuto, []s3.Profile{s3.Generic()}, row{
		cell{IntegrityTransport, "signed"},
		cell{IntegrityTransport, "signed"},
		cell{IntegrityTransport, "unsigned"},
		cell{IntegrityTransport, "unsigned"},
	}},
	{IntegrityAuto, []s3.Profile{s3.Alluxio()}, row{
		cell{IntegrityTransport, "signed"},
		cell{IntegrityMD5, "signed, md5"},
		cell{IntegrityTransport, "unsigned"},
		cell{IntegrityMD5, "unsigned, md5"},
	}},

	{IntegrityChecksum, []s3.Profile{s3.AWS(), s3.MinIO()}, row{
		cell{IntegrityChecksum, "signed, crc64nvme header"},
		cell{IntegrityChecksum, "signed, crc64nvme header"},
		cell{IntegrityChecksum, framed},
		cell{IntegrityChecksum, "unsigned, crc64nvme header"},
	}},
	{IntegrityChecksum, []s3.Profile{s3.CephRGW(), s3.NHNCloud(), s3.Generic(), s3.Alluxio()}, row{}},

	{IntegrityMD5, []s3.Profile{s3.AWS(), s3.MinIO(), s3.CephRGW(), s3.NHNCloud(), s3.Generic(), s3.Alluxio()}, row{
		cell{IntegrityMD5, "signed, md5"},
		cell{IntegrityMD5, "signed, md5"},
		cell{IntegrityMD5, "unsigned, md5"},
		cell{IntegrityMD5, "unsigned, md5"},
	}},
	{
		IntegritySignedPayload,
		[]s3.Profile{s3.AWS(), s3.MinIO(), s3.CephRGW(), s3.NHNCloud(), s3.Generic(), s3.Alluxio()},
		same(cell{IntegritySignedPayload, "signed"}),
	},
	{
		IntegrityTransport,
		[]s3.Profile{s3.AWS(), s3.MinIO(), s3.CephRGW(), s3.NHNCloud(), s3.Generic(), s3.Alluxio()},
		same(cell{IntegrityTransport, "unsigned"}),
	},
}

func TestIntegrityOnTheWire(t *testing.T) {
	covered := 0
	for _, p := range []s3.Profile{s3.AWS(), s3.MinIO(), s3.CephRGW(), s3.NHNCloud(), s3.Generic(), s3.Alluxio()} {
		for _, secure := range []bool{false, true} {
			s := startServer(t, small(p), secure)
			client := s.newClient(t)
			for _, c := range integrities {
				if !slices.ContainsFunc(c.profiles, func(other s3.Profile) bool { return other.Name == p.Name }) {
					continue
				}
				for _, kind := range bodies {
					covered++
					want := map[[2]bool]cell{
						{false, false}: c.row.http, {false, true}: c.row.httpBuffered,
						{true, false}: c.row.https, {true, true}: c.row.httpsBuffered,
					}[[2]bool{secure, kind.buffered}]
					t.Run(fmt.Sprintf("%s/https=%t/%s/%s", p.Name, secure, c.asked, kind.name), func(t *testing.T) {
						s.exchanges = nil
						up := newManager(t, client, func(o *Options) { o.Integrity = c.asked })
						requireWire(t, s, up, kind.make, want)
					})
				}
			}
		}
	}
	require.Equal(t, 6*2*5*4, covered, "a combination is missing or there twice")
}

// requireWire uploads an object by one request and one in parts.
func requireWire(t *testing.T, s *server, up *Manager, fill func(*testing.T, *s3.PutObjectInput, []byte), want cell) {
	t.Helper()
	for op, data := range map[string][]byte{"PutObject": pattern(partSize - 1), "UploadPart": pattern(2*partSize + 77)} {
		in := input(nil)
		fill(t, in, data)
		out, err := up.Upload(t.Context(), in)
		if want.wire == "" {
			var option *OptionError
			require.ErrorAs(t, err, &option)
			require.Equal(t, "Integrity", option.Field)
			require.Empty(t, s.exchanges)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, data, s.object(s.profile.BasePath+objectPath))
		require.Equal(t, want.mode, out.Integrity)
		require.EqualValues(t, len(data), out.Size)
		if op == "UploadPart" {
			require.Equal(t, 3, out.Parts)
			require.True(t, out.SizeVerified)
		}
		sent := s.of(op)
		require.Len(t, sent, max(out.Parts, 1))
		for _, e := range sent {
			require.Equal(t, want.wire, e.wire())
		}
	}
	require.Zero(t, s.open())
}

// An empty object has nothing to prove but takes every mode.
func TestIntegrityOfNothing(t *testing.T) {
	for _, p := range []s3.Profile{s3.AWS(), s3.CephRGW(), s3.Generic()} {
		for _, asked := range []Integrity{IntegrityAuto, IntegrityMD5, IntegritySignedPayload, IntegrityTransport} {
			for _, body := range []io.Reader{nil, http.NoBody, strings.NewReader(""), bytes.NewReader(nil)} {
				s := startServer(t, p, true)
				out, err := newManager(t, s.newClient(t)).Upload(t.Context(), input(body), func(o *Options) { o.Integrity, o.PartSize = asked, 0 })
				require.NoError(t, err)
				require.Zero(t, out.Size)
				require.Equal(t, []string{"PutObject"}, s.ops())
				require.NotNil(t, s.object(objectPath))
				require.Empty(t, s.object(objectPath))
			}
		}
	}
}

func TestIntegrityDecision(t *testing.T) {
	noCRC := s3.AWS()
	noCRC.Checksums = []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmSha256}
	only32c := s3.AWS()
	only32c.Checksums = []s3.ChecksumAlgorithm{s3.ChecksumAlgorithmCrc32, s3.ChecksumAlgorithmCrc32c}
	keys := sigv4.Static("k", "s", "")
	for _, c := range []struct {
		name     string
		asked    Integrity
		in       s3.PutObjectInput
		o        s3.Options
		buffered bool
		want     protection
		field    string // of the OptionError
	}{
		{
			name: "best of what there is", o: s3.Options{Profile: only32c, Endpoint: "https://h"},
			want: protection{mode: IntegrityChecksum, algorithm: s3.ChecksumAlgorithmCrc32c},
		},
		{
			name: "no CRC at all", o: s3.Options{Profile: noCRC, Endpoint: "https://h", Credentials: keys},
			want: protection{mode: IntegrityTransport},
		},
		{name: "no CRC, checksum asked for", asked: IntegrityChecksum, o: s3.Options{Profile: noCRC}, field: "Integrity"},
		{
			name: "no CRC, SHA-256 asked for", in: s3.PutObjectInput{ChecksumAlgorithm: "SHA256"}, o: s3.Options{Profile: noCRC},
			want: protection{mode: IntegrityChecksum, algorithm: s3.ChecksumAlgorithmSha256},
		},
		{
			name: "the caller's value names the algorithm", in: s3.PutObjectInput{ChecksumSHA256: sumOf("SHA256", nil)}, o: s3.Options{Profile: s3.AWS()},
			want: protection{mode: IntegrityChecksum, algorithm: s3.ChecksumAlgorithmSha256},
		},
		{
			name: "an algorithm that the server ignores", in: s3.PutObjectInput{ChecksumAlgorithm: "CRC32"},
			o: s3.Options{Profile: s3.CephRGW()}, field: "ChecksumAlgorithm",
		},
		{
			name: "and all the same", in: s3.PutObjectInput{ChecksumAlgorithm: "CRC32"},
			o:    s3.Options{Profile: s3.CephRGW(), AllowUnsupported: true},
			want: protection{mode: IntegrityChecksum, algorithm: s3.ChecksumAlgorithmCrc32},
		},
		{name: "an algorithm that can't be computed", in: s3.PutObjectInput{ChecksumAlgorithm: "XXHASH64"}, o: s3.Options{Profile: s3.AWS()}, field: "ChecksumAlgorithm"},
		{name: "two algorithms", in: s3.PutObjectInput{ChecksumAlgorithm: "SHA256", ChecksumCRC32: sumOf("CRC32", nil)}, o: s3.Options{Profile: s3.AWS()}, field: "ChecksumCRC32"},
		{name: "two values", in: s3.PutObjectInput{ChecksumSHA1: sumOf("SHA1", nil), ChecksumCRC32: sumOf("CRC32", nil)}, o: s3.Options{Profile: s3.AWS()}, field: "ChecksumSHA1"},
		{name: "a value that is none", in: s3.PutObjectInput{ChecksumCRC32: "abc"}, o: s3.Options{Profile: s3.AWS()}, field: "ChecksumCRC32"},
		{name: "a value of another length", in: s3.PutObjectInput{ChecksumCRC32: sumOf("SHA1", nil)}, o: s3.Options{Profile: s3.AWS()}, field: "ChecksumCRC32"},
		{name: "an algorithm beside another mode", asked: IntegrityMD5, in: s3.PutObjectInput{ChecksumAlgorithm: "CRC32"}, o: s3.Options{Profile: s3.AWS()}, field: "Integrity"},
		{name: "a value beside another mode", asked: IntegrityTransport, in: s3.PutObjectInput{ChecksumCRC32: sumOf("CRC32", nil)}, o: s3.Options{Profile: s3.AWS()}, field: "Integrity"},
		{
			// A signature that isn't there proves nothing.
			name: "anonymous over http", o: s3.Options{Profile: s3.CephRGW(), Endpoint: "http://h"}, want: protection{mode: IntegrityTransport},
		},
		{
			name: "anonymous stream", o: s3.Options{Profile: s3.CephRGW(), Endpoint: "http://h"}, buffered: true,
			want: protection{mode: IntegrityMD5},
		},
		{name: "anonymous, signature asked for", asked: IntegritySignedPayload, o: s3.Options{Profile: s3.CephRGW()}, field: "Integrity"},
		{
			name: "the scheme in capitals", o: s3.Options{Profile: s3.CephRGW(), Endpoint: "HTTPS://h", Credentials: keys},
			want: protection{mode: IntegrityTransport},
		},
		{
			name: "a client that signs all", o: s3.Options{Profile: s3.CephRGW(), Endpoint: "https://h", Credentials: keys, SignPayload: s3.SignPayloadAlways},
			want: protection{mode: IntegritySignedPayload, sign: s3.SignPayloadAlways},
		},
		{
			name: "a client that signs nothing", o: s3.Options{Profile: s3.CephRGW(), Endpoint: "http://h", Credentials: keys, SignPayload: s3.SignPayloadNever}, buffered: true,
			want: protection{mode: IntegrityMD5, sign: s3.SignPayloadNever},
		},
		{
			name: "transport on a client that signs all", asked: IntegrityTransport,
			o:    s3.Options{Profile: s3.CephRGW(), Endpoint: "https://h", Credentials: keys, SignPayload: s3.SignPayloadAlways},
			want: protection{mode: IntegrityTransport, sign: s3.SignPayloadNever},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := protect(c.asked, &c.in, &c.o, c.buffered)
			if c.field != "" {
				var option *OptionError
				require.ErrorAs(t, err, &option)
				require.Equal(t, c.field, option.Field)
				require.NotContains(t, err.Error(), "\n")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestIntegrityNames(t *testing.T) {
	var names []string
	for i := range IntegrityTransport + 1 {
		names = append(names, i.String())
	}
	require.Equal(t, []string{"auto", "checksum", "md5", "signed payload", "transport"}, names)
}

func TestIntegrityAsText(t *testing.T) {
	for i := IntegrityAuto; i <= IntegrityTransport; i++ {
		text, err := i.MarshalText()
		require.NoError(t, err)
		var again Integrity
		require.NoError(t, again.UnmarshalText(text))
		require.Equal(t, i, again)
	}
	require.EqualError(t, new(Integrity).UnmarshalText([]byte("x\n")), `integrity "x\n" is none`)
}
