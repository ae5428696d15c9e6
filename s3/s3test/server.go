package s3test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/scripted"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// DefaultMinPartSize is the least size of a part but the last, in bytes: Amazon's 5 MiB.
const DefaultMinPartSize = 5 << 20

// MaxBody is the most that one request may bring, in bytes. All of it is kept in memory.
const MaxBody = 1 << 30

// Options configure a [Server]. The zero value of each field is its documented default.
type Options struct {
	// Region that requests must be signed for. Default: us-east-1.
	Region string
	// Credentials that requests must be signed with. Default: keys that are made up.
	Credentials sigv4.Credentials
	// Buckets that are there from the beginning.
	Buckets []string
	// TLS serves https, with a certificate that [Server.Client] trusts.
	TLS bool
	// MinPartSize is the least size of a part but the last, in bytes. Default:
	// [DefaultMinPartSize]; tests of many small parts set it lower.
	MinPartSize int64
	// Clock tells the time: of objects, and for the end of signatures. Default: [time.Now].
	Clock func() time.Time
}

// TB is what the server wants of a test; *[testing.T] and *[testing.B] have it.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Server is an S3 server in memory. It is safe for concurrent use.
type Server struct {
	// URL is where it listens, such as http://127.0.0.1:40321.
	URL string

	options  Options
	listener *scripted.Listener
	script   scripted.Script[Request]
	number   atomic.Int64 // of requests, for their ids
	mu       sync.Mutex
	buckets  map[string]*bucket
	uploads  int // ever made, for their ids
}

// Start starts a server. [Server.Close] must be called. It fails when Options make no sense.
func Start(fns ...func(*Options)) (*Server, error) {
	var o Options
	for _, fn := range fns {
		fn(&o)
	}
	if o.Region == "" {
		o.Region = s3.DefaultRegion
	}
	if o.Credentials == (sigv4.Credentials{}) {
		o.Credentials = sigv4.Credentials{AccessKeyID: "S3TEST" + rand.Text()[:14], SecretAccessKey: rand.Text()}
	}
	if !o.Credentials.HasKeys() {
		return nil, errors.New("s3test: Options.Credentials lack the access key id or the secret")
	}
	if o.MinPartSize == 0 {
		o.MinPartSize = DefaultMinPartSize
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Server{options: o, buckets: map[string]*bucket{}}
	for _, name := range o.Buckets {
		if !validBucket(name) {
			return nil, fmt.Errorf("s3test: %q is no bucket's name", name)
		}
		s.buckets[name] = newBucket(o.Clock())
	}
	s.listener = scripted.Listen(s.serve, o.TLS)
	s.URL = s.listener.URL()
	return s, nil
}

// NewServer starts a server for a test, and closes it at the test's end. What breaks an
// expectation fails the test.
func NewServer(t TB, fns ...func(*Options)) *Server {
	t.Helper()
	s, err := Start(fns...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	s.script.Watch(t, "s3test", s.Close)
	return s
}

// Close ends the server and all its connections.
func (s *Server) Close() { s.listener.Close() }

// Options are those of [s3.New] for this server: endpoint, region, keys, addressing and the
// profile of Amazon S3. Retries follow each other at once.
func (s *Server) Options() s3.Options {
	c := s.options.Credentials
	o := s3.Options{
		Endpoint: s.URL, Region: s.options.Region, Profile: s3.AWS(), Addressing: s3.AddressingPath,
		Credentials: sigv4.Static(c.AccessKeyID, c.SecretAccessKey, c.SessionToken),
		BaseDelay:   1, MaxDelay: 1,
		HTTPClient: s.listener.Client(),
	}
	o.Profile.MinPartSize = s.options.MinPartSize
	return o
}

// Client is a client of this server.
func (s *Server) Client(fns ...func(*s3.Options)) *s3.Client {
	c, err := s3.New(s.Options(), fns...)
	if err != nil {
		panic("s3test: " + err.Error()) // only fns can have made it so
	}
	return c
}

// HTTPClient trusts the server's certificate. It is for requests that are presigned.
func (s *Server) HTTPClient() *http.Client { return s.listener.Client() }

// Request is a request that the server got.
type Request struct {
	// Operation is the API's name of it; empty for what is none of S3.
	Operation string
	// Bucket and Key, where there are any.
	Bucket, Key string
	// PartNumber of UploadPart and UploadPartCopy.
	PartNumber int
	// Header as it was sent, less Authorization, X-Amz-Security-Token and the keys of customers,
	// and with the headers that a presigned URL has in its query.
	Header http.Header
	// Size of the body in bytes, without its frames.
	Size int64
	// StatusCode is the answer's; 0 where the connection was broken instead.
	StatusCode int
	// Code is that of the error, if it was one.
	Code string
}

// Requests are those that came, in the order in which they were answered.
func (s *Server) Requests() []Request { return s.script.Requests() }

// Operations are the names of [Server.Requests].
func (s *Server) Operations() []string {
	var names []string
	for _, r := range s.Requests() {
		names = append(names, r.Operation)
	}
	return names
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	q := &request{Request: r, server: s, now: s.options.Clock()}
	q.parse()
	w.Header().Set("Date", q.now.UTC().Format(http.TimeFormat)) // by which clients set theirs
	w.Header().Set("X-Amz-Request-Id", fmt.Sprintf("S3TEST%010d", s.number.Add(1)))
	s.script.Serve(w, r, q)
}
