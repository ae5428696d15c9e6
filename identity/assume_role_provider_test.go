package identity

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// codes is an MFA device: another code every time.
type codes struct {
	n   int
	err error
}

func (c *codes) next(context.Context) (Secret, error) {
	c.n++
	return Secret(fmt.Sprintf("%06d", c.n)), c.err
}

func TestAssumeRoleProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, device := &stsServer{life: time.Hour}, &codes{}
		tags := []Tag{{"Project", "x"}}
		p, err := NewAssumeRoleProvider(AssumeRoleProviderOptions{
			STS: server.client(t), DurationSeconds: 3600, ExternalId: "external", Policy: stsPolicy,
			PolicyArns: []PolicyDescriptorType{{"arn:one"}}, ProvidedContexts: []ProvidedContext{{"assertion", "arn:context"}},
			RoleArn: "arn:role", SerialNumber: "device", SourceIdentity: "alice", Tags: tags,
			TokenCode: device.next, TransitiveTagKeys: []string{"Project"},
		})
		require.NoError(t, err)
		require.Equal(t, "identity.AssumeRoleProvider", p.String())
		tags[0].Value = "changed"
		for range 2 {
			creds, err := p.Retrieve(t.Context())
			require.NoError(t, err)
			require.Equal(t, "KEY1", creds.AccessKeyID)
		}
		want := url.Values{
			"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "DurationSeconds": {"3600"}, "ExternalId": {"external"}, "Policy": {stsPolicy},
			"PolicyArns.member.1.arn": {"arn:one"}, "ProvidedContexts.member.1.ContextAssertion": {"assertion"},
			"ProvidedContexts.member.1.ProviderArn": {"arn:context"}, "RoleArn": {"arn:role"},
			"RoleSessionName": {fmt.Sprint("stowage-", time.Now().UnixNano())}, "SerialNumber": {"device"}, "SourceIdentity": {"alice"},
			"Tags.member.1.Key": {"Project"}, "Tags.member.1.Value": {"x"}, "TokenCode": {"000001"}, "TransitiveTagKeys.member.1": {"Project"},
		}
		require.Equal(t, []url.Values{want}, server.forms)

		time.Sleep(2 * time.Hour)
		creds, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, "KEY2", creds.AccessKeyID)
		require.Equal(t, "000002", server.forms[1].Get("TokenCode"))

		device.err = errors.New("no device at hand")
		p.Invalidate(creds)
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, device.err)
		require.Len(t, server.forms, 2)

		device.err, server.down = nil, true
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, Code("ServiceUnavailable"))
	})
}

func TestAssumeRoleProviderOptions(t *testing.T) {
	_, err := NewAssumeRoleProvider(AssumeRoleProviderOptions{RoleArn: "arn:role"})
	require.ErrorContains(t, err, "STS is missing")
	_, err = NewAssumeRoleProvider(AssumeRoleProviderOptions{STS: newTestSTS(t, nil), Tags: []Tag{{}}})
	require.ErrorContains(t, err, "Tags[0].Key is missing")
	_, err = NewAssumeRoleProvider(AssumeRoleProviderOptions{STS: newTestSTS(t, nil, func(o *STSOptions) { o.Credentials = nil })})
	require.ErrorIs(t, err, sigv4.ErrNoCredentials)
	_, err = NewAssumeRoleProvider(AssumeRoleProviderOptions{STS: newTestSTS(t, nil, func(o *STSOptions) { o.Dialect = STSJSON })})
	require.ErrorIs(t, err, ErrUnsupported)
}

func TestSessionTokenProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, device := &stsServer{life: time.Hour}, &codes{}
		p, err := NewSessionTokenProvider(SessionTokenProviderOptions{
			STS: server.client(t), DurationSeconds: 3600, SerialNumber: "device", TokenCode: device.next,
		})
		require.NoError(t, err)
		require.Equal(t, "identity.SessionTokenProvider", p.String())
		creds, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, "KEY1", creds.AccessKeyID)
		require.Equal(t, []url.Values{{
			"Action": {"GetSessionToken"}, "Version": {"2011-06-15"}, "DurationSeconds": {"3600"}, "SerialNumber": {"device"}, "TokenCode": {"000001"},
		}}, server.forms)

		p.Invalidate(creds)
		device.err = errors.New("no device at hand")
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, device.err)

		device.err, server.down = nil, true
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, Code("ServiceUnavailable"))
	})
	script := &stsScript{answers: []stsReply{{status: 200, body: stsCredentialsXML("GetSessionToken", 1, stsNow.Add(time.Hour))}}}
	p, err := NewSessionTokenProvider(SessionTokenProviderOptions{STS: newTestSTS(t, script)})
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"Action=GetSessionToken&Version=2011-06-15"}, script.bodies)

	_, err = NewSessionTokenProvider(SessionTokenProviderOptions{STS: newTestSTS(t, nil), DurationSeconds: -1})
	require.ErrorContains(t, err, "DurationSeconds is negative")
}
