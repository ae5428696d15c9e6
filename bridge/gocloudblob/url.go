package gocloudblob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"gocloud.dev/blob"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
)

// Scheme is the one of URLs like "s3+stowage://bucket".
const Scheme = "s3+stowage"

// URLOpener opens buckets by URLs, whose host is the bucket's name. Register it with a
// [blob.URLMux], such as blob.DefaultURLMux(), under [Scheme] or any other; the mux takes the
// parameter "prefix" for itself. Each bucket that is opened has a client of its own; use
// [OpenBucket] to share one. The zero value is ready for use. The parameters are:
//
//   - endpoint: the service's URL; Amazon S3 without. Requests are signed for it, so URLs
//     must come from where configuration comes from.
//   - region: the region to sign for.
//   - profile: what the server is: aws, nhncloud, kakaocloud, alluxio, cephrgw, minio or
//     generic.
//   - anonymous: true sends requests unsigned.
type URLOpener struct {
	// Options are those of the clients, unless a parameter says otherwise. Where they have
	// no Credentials these are looked for as [identity.NewDefaultChain] does: in the
	// environment, the shared files and so on.
	Options s3.Options
}

// OpenBucketURL implements [blob.BucketURLOpener]. It sends nothing.
func (o *URLOpener) OpenBucketURL(_ context.Context, u *url.URL) (*blob.Bucket, error) {
	options, err := o.options(u.Query())
	if err != nil {
		return nil, fmt.Errorf("gocloudblob: open %s: %w", u.Redacted(), err)
	}
	client, err := s3.New(options)
	if err != nil {
		return nil, fmt.Errorf("gocloudblob: open %s: %w", u.Redacted(), err)
	}
	return OpenBucket(client, u.Host)
}

func (o *URLOpener) options(parameters url.Values) (s3.Options, error) {
	options := o.Options
	anonymous := false
	for name, values := range parameters {
		var err error
		switch value := values[0]; name {
		case "endpoint":
			options.Endpoint = value
		case "region":
			options.Region = value
		case "profile":
			options.Profile, err = profileOf(value)
		case "anonymous":
			anonymous, err = strconv.ParseBool(value)
		default:
			err = errors.New("is unknown")
		}
		if err == nil && len(values) > 1 {
			err = errors.New("is there twice")
		}
		if err != nil {
			return options, fmt.Errorf("parameter %q: %w", name, err)
		}
	}
	switch {
	case anonymous:
		options.Credentials = nil
	case options.Credentials == nil:
		chain, err := identity.NewDefaultChain(identity.DefaultChainOptions{})
		if err != nil {
			return options, err
		}
		options.Credentials = chain
	}
	return options, nil
}

var profiles = map[string]func() s3.Profile{
	"aws": s3.AWS, "nhncloud": s3.NHNCloud, "kakaocloud": s3.KakaoCloud, "alluxio": s3.Alluxio,
	"cephrgw": s3.CephRGW, "minio": s3.MinIO, "generic": s3.Generic,
}

func profileOf(name string) (s3.Profile, error) {
	profile, ok := profiles[strings.ToLower(name)]
	if !ok {
		return s3.Profile{}, fmt.Errorf("there is no %q; there are aws, nhncloud, kakaocloud, alluxio, cephrgw, minio and generic", name)
	}
	return profile(), nil
}

var _ blob.BucketURLOpener = (*URLOpener)(nil)
