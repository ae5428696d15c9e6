package sigv4

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSignPost(t *testing.T) {
	policy := PostPolicy{
		Expiration: published.Time.Add(time.Hour + 5*time.Millisecond),
		Bucket:     "b",
		Key:        `quote " back \ é <tag>`,
		Conditions: []PostCondition{PostLengthRange(1, 10<<20), PostEquals("x-amz-meta-a", "")},
	}
	p := published
	p.Credentials.SessionToken = "token"
	fields, err := NewSigner(Options{}).SignPost(policy, p)
	require.NoError(t, err)
	require.Equal(t, policy.Key, fields["key"])
	require.Equal(t, "token", fields["x-amz-security-token"])
	require.Contains(t, fields, "x-amz-meta-a")
	document, err := base64.StdEncoding.DecodeString(fields["policy"])
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(document, &got))
	require.Equal(t, map[string]any{
		"expiration": "2013-05-24T01:00:00.005Z",
		"conditions": []any{
			map[string]any{"bucket": "b"},
			map[string]any{"key": policy.Key},
			[]any{"content-length-range", 1.0, float64(10 << 20)},
			map[string]any{"x-amz-meta-a": ""},
			map[string]any{"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"},
			map[string]any{"x-amz-algorithm": "AWS4-HMAC-SHA256"},
			map[string]any{"x-amz-date": "20130524T000000Z"},
			map[string]any{"x-amz-security-token": "token"},
		},
	}, got)
	require.Equal(t, slowPolicySignature(fields["policy"], p, "20130524", "s3"), fields["x-amz-signature"])
}

func TestSignPostMistakes(t *testing.T) {
	fine := PostPolicy{Expiration: published.Time.Add(time.Hour), Bucket: "b"}
	tests := []struct {
		name   string
		change func(*PostPolicy)
		want   string
	}{
		{"no bucket", func(p *PostPolicy) { p.Bucket = "" }, "bucket is empty"},
		{"no expiration", func(p *PostPolicy) { p.Expiration = time.Time{} }, "expiration is not after"},
		{"expired", func(p *PostPolicy) { p.Expiration = published.Time }, "expiration is not after"},
		{"far away", func(p *PostPolicy) { p.Expiration = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "out of range"},
		{"key and prefix", func(p *PostPolicy) { p.Key, p.KeyPrefix = "a", "b" }, "both"},
		{"key with a variable", func(p *PostPolicy) { p.Key = "a/${filename}" }, "give what comes before it as the key prefix"},
		{"key not utf-8", func(p *PostPolicy) { p.Key = "\xff" }, "not UTF-8"},
		{"prefix not utf-8", func(p *PostPolicy) { p.KeyPrefix = "\xff" }, "not UTF-8"},
		{"zero condition", func(p *PostPolicy) { p.Conditions = make([]PostCondition, 1) }, "condition 0: was not made"},
		{"own field", func(p *PostPolicy) {
			p.Conditions = []PostCondition{PostEquals("acl", "private"), PostEquals("X-Amz-Date", "x")}
		}, "condition 1: field x-amz-date is not free"},
		{"key as condition", func(p *PostPolicy) { p.Conditions = []PostCondition{PostStartsWith("key", "x")} }, "not free"},
		{"no field", func(p *PostPolicy) { p.Conditions = []PostCondition{PostEquals("", "x")} }, "no name"},
		{"value not utf-8", func(p *PostPolicy) { p.Conditions = []PostCondition{PostEquals("a", "\xff")} }, "not UTF-8"},
		{"empty range", func(p *PostPolicy) { p.Conditions = []PostCondition{PostLengthRange(2, 1)} }, "length range"},
		{"negative range", func(p *PostPolicy) { p.Conditions = []PostCondition{PostLengthRange(-1, 1)} }, "length range"},
	}
	signer := NewSigner(Options{})
	_, err := signer.SignPost(fine, published)
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := fine
			tt.change(&policy)
			fields, err := signer.SignPost(policy, published)
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, fields)
		})
	}
	p := published
	p.Time = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = signer.SignPost(fine, p)
	require.ErrorContains(t, err, "out of range")
}

func TestPostCondition(t *testing.T) {
	for _, tt := range []struct {
		condition PostCondition
		field     string
		yes, no   []string
	}{
		{PostEquals("acl", "private"), "acl", []string{"private"}, []string{"", "public-read"}},
		{PostStartsWith("Content-Type", "image/"), "Content-Type", []string{"image/", "image/png"}, []string{"", "imag", "text/plain"}},
		{PostStartsWith("a", ""), "a", []string{"", "b"}, nil},
		{PostLengthRange(1, 2), "", []string{"", "any"}, nil},
		{PostCondition{}, "", nil, []string{"", "a"}},
	} {
		require.Equal(t, tt.field, tt.condition.Field())
		for _, v := range tt.yes {
			require.True(t, tt.condition.Allows(v), "%v %q", tt.condition, v)
		}
		for _, v := range tt.no {
			require.False(t, tt.condition.Allows(v), "%v %q", tt.condition, v)
		}
	}
}
