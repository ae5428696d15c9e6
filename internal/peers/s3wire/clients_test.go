package s3wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// tap stands in for the network: it keeps the requests as they would go out and answers
// each with the same bytes.
type tap struct {
	answer []byte
	// session answers CreateSession, where a client calls it by itself.
	session []byte
	sent    []*sent
}

// sent is a request as a server would read it.
type sent struct {
	*http.Request
	body []byte
	// framed: the body came in aws-chunked framing; here it is without, and its
	// trailers are among the headers.
	framed bool
}

const noAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, err
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return nil, err
	}
	s := &sent{Request: got}
	if s.body, err = io.ReadAll(got.Body); err != nil {
		return nil, err
	}
	if err := s.unframe(); err != nil {
		return nil, fmt.Errorf("aws-chunked: %w", err)
	}
	p.sent = append(p.sent, s)
	answer := p.answer
	switch {
	case p.session != nil && r.URL.Query().Has("session"):
		answer = p.session
	case answer == nil:
		answer = []byte(noAnswer)
	}
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), r)
}

// take is the only request since the last one.
func (p *tap) take(t *testing.T) *sent {
	t.Helper()
	require.Len(t, p.sent, 1, "requests")
	s := p.sent[0]
	p.sent = nil
	return s
}

// client is a client of either SDK, its operations methods to be called by name.
type client struct {
	*tap
	methods reflect.Value
}

const (
	region    = "eu-west-1"
	accessKey = "AKIDEXAMPLE"
	secretKey = "secret"
	// host is the endpoint's.
	host = "example.com"
)

func ourClient(t *testing.T, scheme string, fns ...func(*s3.Options)) client {
	t.Helper()
	p := new(tap)
	c, err := s3.New(s3.Options{
		Endpoint: scheme + "://" + host, Region: region, Profile: s3.AWS(), Addressing: s3.AddressingPath, AllowUnsupported: true,
		Credentials: sigv4.Static(accessKey, secretKey, ""), HTTPClient: &http.Client{Transport: p}, MaxAttempts: -1,
	}, fns...)
	require.NoError(t, err)
	return client{p, reflect.ValueOf(c)}
}

func theirClient(scheme string, fns ...func(*awss3.Options)) client {
	p := new(tap)
	c := awss3.New(awss3.Options{
		BaseEndpoint: aws.String(scheme + "://" + host), Region: region, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		HTTPClient:  &http.Client{Transport: p}, Retryer: aws.NopRetryer{},
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		// Sessions are compared by themselves, and ListDirectoryBuckets fails with them
		// and an endpoint: "bucket name is missing".
		DisableS3ExpressSessionAuth: aws.Bool(true),
	}, fns...)
	return client{p, reflect.ValueOf(c)}
}

// input is the type of an operation's input.
func (c client) input(t *testing.T, name string) reflect.Type {
	t.Helper()
	return c.method(t, name).Type().In(1).Elem()
}

// output is the type of an operation's output.
func (c client) output(t *testing.T, name string) reflect.Type {
	t.Helper()
	return c.method(t, name).Type().Out(0).Elem()
}

func (c client) method(t *testing.T, name string) reflect.Value {
	t.Helper()
	m := c.methods.MethodByName(name)
	require.True(t, m.IsValid(), "%s has no method %s", c.methods.Type(), name)
	return m
}

// call calls the operation of that name with the members of an object.
func (c client) call(t *testing.T, name string, members object) (reflect.Value, error) {
	t.Helper()
	in := reflect.New(c.input(t, name))
	require.NoError(t, set(in.Elem(), members, name+"Input"))
	results := c.method(t, name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
	err, _ := results[1].Interface().(error)
	return results[0], err
}
