package swifttest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/scripted"
	"github.com/stowage-go/stowage/swift"
)

// MaxBody is the most that one request may bring, in bytes. All of it is kept in memory.
const MaxBody = 1 << 30

// DefaultTokenLifetime is how long a token holds.
const DefaultTokenLifetime = 24 * time.Hour

// Options configure a [Server]. The zero value of each field is its documented default.
type Options struct {
	// User is "account:user", as TempAuth has it: the account is AUTH_account. To Keystone the
	// user's name is what is behind the colon, and the account before it is the name and the id
	// of the project, both in the domain Default. Default: test:tester.
	User string
	// Key is the user's key, which is its password. Default: one that is made up.
	Key swift.Secret
	// TokenLifetime is how long a token holds. Default: [DefaultTokenLifetime].
	TokenLifetime time.Duration
	// Containers that are there from the beginning.
	Containers []string
	// Policies are the names of the storage policies, the default first. Default: Policy-0.
	Policies []string
	// Limits are those that Info tells, and that requests are held to.
	Limits Limits
	// TLS serves https, with a certificate that [Server.Client] trusts.
	TLS bool
	// Clock tells the time: of objects, and for the end of objects, tokens and signatures.
	// Default: [time.Now].
	Clock func() time.Time
}

// TB is what the server wants of a test; *[testing.T] and *[testing.B] have it.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Server is a Swift server in memory. It is safe for concurrent use.
type Server struct {
	// URL is where it listens, such as http://127.0.0.1:40321.
	URL string

	options  Options
	account  string // AUTH_test
	project  string // test
	user     string // tester
	listener *scripted.Listener
	script   scripted.Script[Request]
	number   atomic.Int64 // of requests, for their ids

	mu         sync.Mutex
	created    time.Time
	metadata   http.Header // of the account
	containers map[string]*container
	tokens     map[string]token
}

// Start starts a server. [Server.Close] must be called. It fails when Options make no sense.
func Start(fns ...func(*Options)) (*Server, error) {
	var o Options
	for _, fn := range fns {
		fn(&o)
	}
	if o.User == "" {
		o.User = "test:tester"
	}
	if o.Key == "" {
		o.Key = swift.Secret(rand.Text())
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = DefaultTokenLifetime
	}
	if len(o.Policies) == 0 {
		o.Policies = []string{"Policy-0"}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Limits.resolve()
	project, user, _ := strings.Cut(o.User, ":")
	if project == "" || user == "" || strings.ContainsAny(project, "/?#") {
		return nil, errors.New("swifttest: Options.User is not account:user")
	}
	s := &Server{
		options: o, account: "AUTH_" + project, project: project, user: user,
		created: o.Clock(), metadata: http.Header{}, containers: map[string]*container{}, tokens: map[string]token{},
	}
	for _, name := range o.Containers {
		if name == "" || strings.Contains(name, "/") || len(name) > o.Limits.MaxContainerNameLength {
			return nil, fmt.Errorf("swifttest: %q is no container's name", name)
		}
		s.containers[name] = s.newContainer()
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
	s.script.Watch(t, "swifttest", s.Close)
	return s
}

// Close ends the server and all its connections.
func (s *Server) Close() { s.listener.Close() }

// StorageURL is the URL of the account.
func (s *Server) StorageURL() string { return s.URL + "/v1/" + s.account }

// Options are those of [swift.New] for this server: tokens, and the profile of OpenStack. Retries
// follow each other at once. The tokens come without a login: use [Server.TempAuth] for that.
func (s *Server) Options() swift.Options {
	return swift.Options{
		Auth: &session{server: s}, Profile: swift.OpenStack(), BaseDelay: 1, MaxDelay: 1, HTTPClient: s.listener.Client(),
	}
}

// Client is a client of this server.
func (s *Server) Client(fns ...func(*swift.Options)) *swift.Client {
	c, err := swift.New(s.Options(), fns...)
	if err != nil {
		panic("swifttest: " + err.Error()) // only fns can have made it so
	}
	return c
}

// HTTPClient trusts the server's certificate. It is for TempURLs and forms.
func (s *Server) HTTPClient() *http.Client { return s.listener.Client() }

// Request is a request that the server got.
type Request struct {
	// Operation is package swift's name of it, or identity's; empty for what is neither.
	Operation string
	// Container and Object, where there are any.
	Container, Object string
	// Header as it was sent, less tokens and keys.
	Header http.Header
	// Size of the body in bytes.
	Size int64
	// StatusCode is the answer's; 0 where the connection was broken instead.
	StatusCode int
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
	q := &request{Request: r, server: s, now: s.options.Clock(), length: r.ContentLength}
	q.parse()
	id := fmt.Sprintf("tx%021x-%010x", s.number.Add(1), q.now.Unix())
	w.Header().Set("Date", q.now.UTC().Format(http.TimeFormat)) // by which clients set theirs
	w.Header().Set("X-Trans-Id", id)
	w.Header().Set("X-Openstack-Request-Id", id)
	s.script.Serve(w, r, q)
}

// secretHeaders are not kept.
var secretHeaders = []string{"X-Auth-Token", "X-Storage-Token", "X-Auth-Key", "X-Storage-Pass", "X-Subject-Token"}

func (s *Server) defaultPolicy() string { return s.options.Policies[0] }

func (s *Server) hasPolicy(name string) bool { return slices.Contains(s.options.Policies, name) }
