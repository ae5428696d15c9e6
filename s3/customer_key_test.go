package s3

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
)

const (
	customerKey1    CustomerKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	customerKey1MD5             = "KYvwGXoFFJ42a2u2GDWhwQ=="
	customerKey2    CustomerKey = "ODk2NzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	customerKey2MD5             = "+GfkMT8q3VhIBd0qcnLbWQ=="
)

func secureEndpoint(o *Options) { o.Endpoint = "https://store.example" }

// Every operation that has a customer key sends it completed, and refuses it over http and
// when it is none. The wire names are the model's.
func TestCustomerKeysOfEveryOperation(t *testing.T) {
	found := 0
	for name, op := range declared(t) {
		in := reflect.New(op.Info().Input)
		readJSON(t, name+".input.json", in.Interface())
		for i := range in.Elem().NumField() {
			field := op.Info().Input.Field(i)
			if field.Type != reflect.TypeFor[CustomerKey]() {
				continue
			}
			found++
			t.Run(name+"/"+field.Name, func(t *testing.T) {
				header := field.Tag.Get("header")
				prefix := strings.TrimSuffix(header, "-key")
				member := strings.TrimSuffix(field.Name, "Key")
				call := func(t *testing.T, key CustomerKey, change func(reflect.Value), opts ...func(*Options)) (*stub, error) {
					t.Helper()
					readJSON(t, name+".input.json", in.Interface())
					if op.Info().StreamInput {
						streamOf(in.Elem()).Set(reflect.ValueOf(strings.NewReader("")))
					}
					for i := range in.Elem().NumField() {
						if f := op.Info().Input.Field(i).Name; strings.Contains(f, "SSECustomer") || strings.HasPrefix(f, "Checksum") || f == "ContentLength" {
							in.Elem().Field(i).SetZero()
						}
					}
					in.Elem().FieldByName(field.Name).SetString(string(key))
					if change != nil {
						change(in.Elem())
					}
					s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) { return goldenResponse(t, name, r), nil }}
					c := newClient(t, s, append([]func(*Options){secureEndpoint, func(o *Options) {
						o.Profile, o.Addressing, o.AllowUnsupported = AWS(), AddressingPath, true
					}}, opts...)...)
					results := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
					err, _ := results[1].Interface().(error)
					if err == nil && op.Info().StreamOutput {
						_ = streamOf(results[0].Elem()).Interface().(io.Closer).Close()
					}
					return s, err
				}
				set := func(suffix, value string) func(reflect.Value) {
					return func(v reflect.Value) { v.FieldByName(member + suffix).SetString(value) }
				}
				for _, change := range []func(reflect.Value){nil, set("Algorithm", "AES256"), set("KeyMD5", customerKey1MD5)} {
					s, err := call(t, customerKey1, change)
					require.NoError(t, err)
					h := s.last().Header
					require.Equal(t, "AES256", h.Get(prefix+"-algorithm"))
					require.Equal(t, string(customerKey1), h.Get(header))
					require.Equal(t, customerKey1MD5, h.Get(header+"-MD5"))
				}
				for want, try := range map[string]struct {
					key    CustomerKey
					change func(reflect.Value)
					opts   []func(*Options)
				}{
					"Key would go in the clear over http": {key: customerKey1, opts: []func(*Options){func(o *Options) { o.Endpoint = "http://store.example" }}},
					"Key is no base64 of 32 bytes":        {key: "01234567890123456789012345678901"},
					"KeyMD5 is not the MD5 of the key":    {key: customerKey1, change: set("KeyMD5", customerKey2MD5)},
					"Algorithm is not AES256":             {key: customerKey1, change: set("Algorithm", "aws:kms")},
					"Key is missing":                      {change: set("Algorithm", "AES256")},
					"Key is missing beside":               {change: set("KeyMD5", customerKey1MD5)},
				} {
					s, err := call(t, try.key, try.change, try.opts...)
					require.ErrorContains(t, err, "s3: "+member+want)
					require.Zero(t, s.attempts())
					if try.key != "" {
						require.NotContains(t, err.Error(), string(try.key))
					}
				}
			})
		}
	}
	require.Equal(t, 13, found)
}

func TestCustomerKeyForms(t *testing.T) {
	c := newClient(t, always(200, ""), secureEndpoint)
	for _, key := range []CustomerKey{
		"k", "====", CustomerKey(strings.Repeat("x", 32)), CustomerKey(base64.StdEncoding.EncodeToString(make([]byte, 31))),
		CustomerKey(base64.StdEncoding.EncodeToString(make([]byte, 33))), CustomerKey(base64.RawStdEncoding.EncodeToString(make([]byte, 32))),
		"0123456789012345678901234567890123456789\x00", " " + customerKey1,
	} {
		_, err := c.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: key})
		require.Error(t, err, "%q", string(key))
		require.Contains(t, err.Error(), "SSECustomerKey")
		require.NotContains(t, err.Error(), string(key)+"\"")
	}
	_, err := c.CopyObject(t.Context(), &CopyObjectInput{
		Bucket: "bucket", Key: "key", CopySource: "bucket/a", SSECustomerKey: customerKey1, CopySourceSSECustomerKey: "x",
	})
	require.ErrorContains(t, err, "CopySourceSSECustomerKey is no base64")
}

// Objects that a server only seems to encrypt are not sent there.
func TestCustomerKeysThatAreIgnored(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), KakaoCloud(), NHNCloud(), Alluxio(), Generic()} {
		s := always(200, "")
		c := newClient(t, s, secureEndpoint, func(o *Options) { o.Profile = p })
		in := &PutObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: customerKey1}
		_, err := c.PutObject(t.Context(), in)
		if p.CustomerKeys {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorContains(t, err, p.Name+" ignores SSECustomerKey")
		require.Zero(t, s.attempts())
		_, err = c.PutObject(t.Context(), in, func(o *Options) { o.AllowUnsupported = true })
		require.NoError(t, err)
	}
}

func TestCustomerKeyPresigned(t *testing.T) {
	s := guarded(t, true)
	c := s.client(t)
	p, err := c.Presign(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: customerKey1}, time.Hour)
	require.NoError(t, err)
	require.Equal(t, http.Header{
		"X-Amz-Server-Side-Encryption-Customer-Algorithm": {"AES256"},
		"X-Amz-Server-Side-Encryption-Customer-Key":       {string(customerKey1)},
		"X-Amz-Server-Side-Encryption-Customer-Key-Md5":   {customerKey1MD5},
	}, p.Header)
	u, err := url.Parse(p.URL)
	require.NoError(t, err)
	require.NotContains(t, u.RawQuery, url.QueryEscape(string(customerKey1)))
	status, text := send(t, s.Client(), p, "")
	require.Equal(t, 200, status, text)
	_, err = newClient(t, always(200, "")).Presign(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: customerKey1}, time.Hour)
	require.ErrorContains(t, err, "over http")
	_, err = newClient(t, always(200, "")).PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "key", SSECustomerKey: customerKey1}, time.Hour)
	require.ErrorContains(t, err, "over http")
}

// A body that goes on over another connection takes its key along.
func TestCustomerKeyResumes(t *testing.T) {
	s := letters()
	s.breaks = []int{3, 4}
	keys := 0
	s.swap = func(_ int, r *http.Request, resp *http.Response) *http.Response {
		if r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key") == string(customerKey1) &&
			r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") == customerKey1MD5 {
			keys++
		}
		return resp
	}
	b, err := getAll(t.Context(), newClient(t, s, secureEndpoint), &GetObjectInput{Bucket: "bucket", Key: "key", SSECustomerKey: customerKey1})
	require.NoError(t, err)
	require.Equal(t, alphabet, string(b))
	require.Equal(t, 3, keys)
}

func TestCustomerKeyIsNotPrinted(t *testing.T) {
	var log bytes.Buffer
	options := &slog.HandlerOptions{Level: transport.LevelWire}
	c := newClient(t, always(200, "<CopyObjectResult/>"), secureEndpoint, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, options)) })
	in := CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/a", SSECustomerKey: customerKey1, CopySourceSSECustomerKey: customerKey2}
	_, err := c.CopyObject(t.Context(), &in)
	require.NoError(t, err)
	require.Contains(t, log.String(), "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key=[redacted]")
	require.Contains(t, log.String(), "X-Amz-Server-Side-Encryption-Customer-Key=[redacted]")
	slog.New(slog.NewJSONHandler(&log, options)).Info("x", "in", in, "key", in.SSECustomerKey)
	slog.New(slog.NewTextHandler(&log, options)).Info("x", "in", &in, "key", in.SSECustomerKey)
	doc, err := json.Marshal(in)
	require.NoError(t, err)
	texts := []string{log.String(), string(doc)}
	for _, v := range []any{in, &in, in.SSECustomerKey, []CopyObjectInput{in}, map[string]CustomerKey{"k": customerKey1}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts = append(texts, fmt.Sprintf(verb, v))
		}
	}
	for _, text := range texts {
		for _, key := range []CustomerKey{customerKey1, customerKey2} {
			require.NotContains(t, text, string(key))
			require.NotContains(t, text, fmt.Sprintf("%x", string(key)))
		}
		// Nor what the key can be found by.
		require.NotContains(t, log.String(), customerKey1MD5)
	}
	require.Equal(t, "REDACTED", customerKey1.String())
	require.Empty(t, CustomerKey("").String())
}
