// Package stswire compares the identity package's STS client with the AWS SDK's, on the
// wire: the same members out, the same fields in.
package stswire

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/sigv4"
)

// recorder keeps the forms that it gets and gives every operation its answer.
type recorder struct {
	answer string

	mu    sync.Mutex
	forms []url.Values
	paths []string
}

func (s *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms = append(s.forms, form)
	s.paths = append(s.paths, r.Method+" "+r.RequestURI+" "+r.Header.Get("Content-Type"))
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, s.answer)
}

// fill sets every member of a struct to a value of its own, made of its name, so that two
// structs with the same members get the same values.
func fill(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path)
	case reflect.String:
		v.SetString(text(path))
	case reflect.Int32:
		v.SetInt(int64(900 + len(path)))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), fmt.Sprint(path, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "ResultMetadata" {
				fill(v.Field(i), path+f.Name)
			}
		}
	default:
		panic("can't fill " + v.Type().String())
	}
}

// text is a good value for the member of that name, with all that has to be escaped
// wherever a member takes it.
func text(member string) string {
	switch {
	case member == "RoleSessionName":
		return "a_b+c=d,e.f@g-h"
	case member == "Policy":
		return `{"Version": "2012-10-17", "Statement": [{"Sid": "a + b & c=d%20é~*'()!"}]}`
	case member == "TokenCode":
		return "123456"
	case strings.HasSuffix(member, "Arn"):
		return "arn:aws:iam::123456789012:x/" + member
	}
	return member + " +&=%2B/é~*'()!\n" + member
}

func credentialsXML(id string) string {
	return "<Credentials><AccessKeyId>AK" + id + "</AccessKeyId><SecretAccessKey>s+/=" + id + "</SecretAccessKey>" +
		"<SessionToken>t+/=" + id + "</SessionToken><Expiration>2099-12-31T23:59:58.123456789Z</Expiration></Credentials>"
}

func answerXML(action, result string) string {
	return `<` + action + `Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><` + action + `Result>` + result + `</` + action + `Result>` +
		`<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></` + action + `Response>`
}

const (
	sizes  = "<SessionTokenSize>17</SessionTokenSize><SessionTokenUtilization>18</SessionTokenUtilization>"
	assume = "<AssumedRoleUser><Arn>arn:user</Arn><AssumedRoleId>id:name</AssumedRoleId></AssumedRoleUser>" +
		"<PackedPolicySize>6</PackedPolicySize><SourceIdentity>a &amp; b</SourceIdentity>" + sizes
)

// operation is one operation of both clients.
type operation struct {
	name   string
	answer string
	ours   func(context.Context, *identity.STS) (any, error)
	theirs func(context.Context, *sts.Client) (any, error)
}

func operationOf[In, Out, TheirIn, TheirOut any](name, result string,
	ours func(*identity.STS, context.Context, *In) (*Out, error),
	theirs func(*sts.Client, context.Context, *TheirIn, ...func(*sts.Options)) (*TheirOut, error),
) operation {
	return operation{
		name: name, answer: answerXML(name, result),
		ours: func(ctx context.Context, c *identity.STS) (any, error) {
			in := new(In)
			fill(reflect.ValueOf(in).Elem(), "")
			return ours(c, ctx, in)
		},
		theirs: func(ctx context.Context, c *sts.Client) (any, error) {
			in := new(TheirIn)
			fill(reflect.ValueOf(in).Elem(), "")
			return theirs(c, ctx, in)
		},
	}
}

var operations = []operation{
	operationOf("AssumeRoleWithWebIdentity",
		"<SubjectFromWebIdentityToken>subject</SubjectFromWebIdentityToken><Audience>audience</Audience><Provider>provider</Provider>"+assume+credentialsXML("1"),
		(*identity.STS).AssumeRoleWithWebIdentity, (*sts.Client).AssumeRoleWithWebIdentity),
	operationOf("AssumeRole", assume+credentialsXML("2"), (*identity.STS).AssumeRole, (*sts.Client).AssumeRole),
	operationOf("GetSessionToken", sizes+credentialsXML("3"), (*identity.STS).GetSessionToken, (*sts.Client).GetSessionToken),
	operationOf("GetCallerIdentity", "<Arn>arn:user</Arn><UserId>user</UserId><Account>123456789012</Account>",
		(*identity.STS).GetCallerIdentity, (*sts.Client).GetCallerIdentity),
}

func clients(t *testing.T, endpoint string) (*identity.STS, *sts.Client) {
	ours, err := identity.NewSTS(identity.STSOptions{Endpoint: endpoint, Credentials: sigv4.Static("AKIDEXAMPLE", "secret", "")})
	require.NoError(t, err)
	theirs := sts.New(sts.Options{
		BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	})
	return ours, theirs
}

// With every member filled, both send the same form, and read the same answer alike.
func TestSameWire(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			server := &recorder{answer: op.answer}
			at := httptest.NewServer(server)
			defer at.Close()
			ours, theirs := clients(t, at.URL)
			got, err := op.ours(t.Context(), ours)
			require.NoError(t, err)
			want, err := op.theirs(t.Context(), theirs)
			require.NoError(t, err)
			require.Len(t, server.forms, 2)
			require.Equal(t, server.forms[1], server.forms[0])
			require.Equal(t, server.paths[1], server.paths[0])
			require.Equal(t, plain(reflect.ValueOf(want)), plain(reflect.ValueOf(got)))
			t.Logf("%d members, %d fields", len(server.forms[0]), reflect.TypeOf(got).Elem().NumField())
		})
	}
}

// Both read the same code and message out of an error.
func TestSameErrors(t *testing.T) {
	for name, body := range map[string]string{
		"wrapped": `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>` +
			`<Message>a &lt; b</Message></Error><RequestId>id</RequestId></ErrorResponse>`,
		"without a namespace": `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`,
	} {
		t.Run(name, func(t *testing.T) {
			at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, body)
			}))
			defer at.Close()
			ours, theirs := clients(t, at.URL)
			for _, op := range operations {
				_, got := op.ours(t.Context(), ours)
				_, want := op.theirs(t.Context(), theirs)
				type apiError interface {
					ErrorCode() string
					ErrorMessage() string
				}
				var a, b apiError
				require.ErrorAs(t, got, &a)
				require.ErrorAs(t, want, &b)
				require.Equal(t, b.ErrorCode(), a.ErrorCode())
				require.Equal(t, b.ErrorMessage(), a.ErrorMessage())
			}
		})
	}
}

// plain is an output as names and values, its credentials in one form.
func plain(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case sigv4.Credentials:
		return map[string]any{"AccessKeyId": x.AccessKeyID, "SecretAccessKey": x.SecretAccessKey, "SessionToken": x.SessionToken, "Expiration": x.Expires}
	case types.Credentials:
		return map[string]any{"AccessKeyId": *x.AccessKeyId, "SecretAccessKey": *x.SecretAccessKey, "SessionToken": *x.SessionToken, "Expiration": *x.Expiration}
	case time.Time:
		return x
	}
	switch v.Kind() {
	case reflect.Pointer:
		return plain(v.Elem())
	case reflect.Struct:
		fields := make(map[string]any)
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "ResultMetadata" {
				fields[f.Name] = plain(v.Field(i))
			}
		}
		return fields
	}
	return v.Interface()
}
