package s3wire

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// directoryBucket compares an operation on a directory bucket. The AWS SDK has its name in
// the host whatever it is told, and opens a session first for most operations: with the
// same CreateSession as ours.
func directoryBucket(t *testing.T, l *ledger, m *model, name string) {
	t.Helper()
	const bucket, create = "bucket-1--usw2-az1--x-s3", "CreateSession"
	ours := ourClient(t, "https", func(o *s3.Options) { o.Addressing = s3.AddressingVirtualHost })
	theirs := theirClient("https", func(o *awss3.Options) { o.DisableS3ExpressSessionAuth = aws.Bool(false) })
	f := &filling{model: m, secure: true}
	in := f.fill(m.Operations[name].Input, ours.input(t, name))
	if _, ok := in["Bucket"]; !ok {
		return
	}
	in["Bucket"] = bucket
	theirs.session = (&answer{model: m}).write(create, m.Operations[create], object{"Credentials": object{
		"AccessKeyId": "AKIDSESSION", "SecretAccessKey": "secret", "SessionToken": "token", "Expiration": time.Now().Add(time.Hour),
	}})
	_, err := ours.call(t, name, in)
	require.NoError(t, err)
	got := ours.take(t)
	_, err = theirs.call(t, name, in)
	require.NoError(t, err)
	if len(theirs.sent) == 2 {
		opened := object{"Bucket": bucket}
		_, err = ours.call(t, create, opened)
		require.NoError(t, err)
		l.at(t, f, place{create, "https", opened}).requests(ours.take(t), theirs.sent[0])
		theirs.sent = theirs.sent[1:]
	}
	l.at(t, f, place{name, "https", in}).requests(got, theirs.take(t))
}
