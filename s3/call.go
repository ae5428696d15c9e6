package s3

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// call is one invocation under way. It is the pipeline's Handler: how an attempt is
// signed, what an answer means, and where a redirect leads.
type call struct {
	settings *settings
	info     rest.Info
	request  *rest.Request
	payload  payload
	region   string
	used     sigv4.Credentials // by the last attempt
	renewed  bool
}

// do sends the call through the pipeline: validate, payload, address, attempts.
func (k *call) do(ctx context.Context) (*transport.Response, error) {
	if err := k.validate(); err != nil {
		return nil, err
	}
	encodeMetadataHeaders(k.request.Header)
	encodeTaggingHeader(k.request.Header)
	if err := k.preparePayload(); err != nil {
		return nil, err
	}
	o := &k.settings.options
	r := transport.Request{
		Service:   service,
		Operation: k.info.Name,
		Method:    k.request.Method,
		URL:       k.url(),
		Server:    k.settings.endpoint.host,
		Header:    k.request.Header,
		Body:      k.payload.body,
		Stream:    k.info.StreamOutput,
		Expect:    k.expectContinue(),
		Sensitive: k.request.Sensitive,
		RetryCode: k.retryCode(),
	}
	k.region = o.Region
	k.recallRegion(&r.URL)
	r.Header["User-Agent"] = k.settings.userAgent
	// net/http would otherwise ask for gzip on a client of the caller's, and unpack
	// the object behind the back of lengths and checksums.
	r.Header["Accept-Encoding"] = identity
	return k.settings.pipeline.Do(ctx, &r, k)
}

var identity = []string{"identity"}

func (k *call) url() url.URL {
	ep := &k.settings.endpoint
	u := url.URL{Scheme: ep.scheme, Host: ep.host, Path: k.request.Path, RawPath: k.request.RawPath, RawQuery: k.request.RawQuery}
	switch {
	case k.request.HostValue != "":
		u.Host = k.request.HostValue + "." + ep.host
	case k.request.HostPrefix != "":
		u.Host = ep.withPrefix(k.request.HostPrefix)
	}
	return u
}

// signer signs for the service that the request goes to.
func (k *call) signer() *sigv4.Signer {
	if k.request.HostPrefix != "" {
		return k.settings.lambda
	}
	return k.settings.signer
}

func (k *call) expectContinue() bool {
	b, from := k.payload.body, k.settings.options.Expect100Continue
	switch {
	case b == nil || b.Len() == 0 || from < 0:
		return false
	case from == 0:
		return !b.Rewindable()
	}
	return b.Len() >= from
}

// Authorize signs one attempt.
func (k *call) Authorize(ctx context.Context, a *transport.Attempt) error {
	var creds sigv4.Credentials
	if p := k.settings.options.Credentials; p != nil {
		var err error
		if creds, err = p.Retrieve(ctx); err != nil {
			return err
		}
	}
	k.used = creds
	var seed sigv4.Signature
	if creds.HasKeys() {
		var err error
		seed, err = k.signer().SignHTTP(a.Request, sigv4.Params{
			Credentials: creds, Region: k.region, Time: a.Time,
			PayloadHash: k.payload.hash, SignHeaders: k.settings.options.SignHeaders,
		})
		if err != nil {
			return err
		}
	} else {
		k.payload.anonymous(a.Request.Header)
	}
	if a.Body == nil {
		return nil
	}
	k.payload.wrap(a, seed)
	if limit := k.settings.options.LimitBody; limit != nil && k.info.StreamInput {
		a.Body = limit(ctx, a.Body)
	}
	return nil
}

// Describe tells a span what the call is about.
func (k *call) Describe(set func(key string, value any)) {
	set("rpc.system.name", "aws-api")
	set("cloud.region", k.region)
	bucket, key := k.object()
	if bucket == "" {
		return
	}
	set("aws.s3.bucket", bucket)
	if key != "" && k.settings.options.TraceObjectNames {
		set("aws.s3.key", key)
	}
	query, _ := url.ParseQuery(k.request.RawQuery) // it is this client's own
	if n, err := strconv.Atoi(query.Get("partNumber")); err == nil {
		set("aws.s3.part_number", n)
	}
}

// Inspect finds the error in an answer. Success with an error inside is one: S3 says
// 200 before it knows how a copy or a Complete will end. So is a checksum that is not the
// one that was sent.
func (k *call) Inspect(r *transport.Response) error {
	if k.settings.options.Profile.LengthInCharacters {
		r.Document = completed(r.Document)
	}
	switch root := rest.RootElement(r.Document); {
	case r.StatusCode >= 300:
	case root == errorRoot, root == wrappedRoot:
	case strings.EqualFold(root, "html"):
		return apierr.Failed(r.Response, errWebPage)
	default:
		if !k.info.StreamInput {
			return nil
		}
		if err := k.payload.confirm(k.request.Header, r.Header); err != nil {
			return apierr.Failed(r.Response, err)
		}
		return nil
	}
	e := parseError(r)
	e.Bucket, e.Key = k.object()
	return apierr.Failed(r.Response, e)
}

// regionOf finds the region that a refusal tells.
func regionOf(r *transport.Response, e *Error) string {
	switch {
	case r.StatusCode == http.StatusMovedPermanently, r.StatusCode == http.StatusTemporaryRedirect,
		e.Code == string(ErrAuthorizationHeaderMalformed),
		// HEAD answers have no code.
		r.StatusCode == http.StatusBadRequest && r.Header.Get("X-Amz-Bucket-Region") != "":
		return e.Region
	}
	return ""
}

// Amend follows the server to the bucket's region, and remembers it. It asks for other
// credentials, once, where those that were used are refused for being over.
func (k *call) Amend(req *transport.Request, r *transport.Response, err error) bool {
	e, ok := asError(err)
	if !ok {
		return false
	}
	if k.renew(e) {
		return true
	}
	if region := regionOf(r, e); region != "" && region != k.region && validRegion(strings.ToLower(region)) {
		if key, ok := k.regionKey(); ok {
			k.settings.regions.Store(key, region)
		}
		k.moveTo(&req.URL, region)
		return true
	}
	if r.StatusCode != http.StatusTemporaryRedirect {
		return false
	}
	to, perr := req.URL.Parse(r.Header.Get("Location"))
	if perr != nil || to.Host == "" || to.Host == req.URL.Host || !k.sameService(to) {
		return false
	}
	req.URL.Host = to.Host
	return true
}

// renew tells the provider of refused credentials about it, if it is one that can get
// others.
func (k *call) renew(e *Error) bool {
	switch Code(e.Code) {
	case ErrExpiredToken, ErrInvalidToken, ErrInvalidAccessKeyID:
	default:
		return false
	}
	p, ok := k.settings.options.Credentials.(sigv4.Invalidator)
	if !ok || k.renewed {
		return false
	}
	k.renewed = true
	p.Invalidate(k.used)
	return true
}

// sameService keeps a redirect from carrying signed requests elsewhere: to the same
// service under TLS no weaker than before.
func (k *call) sameService(to *url.URL) bool {
	ep := &k.settings.endpoint
	if to.Scheme != ep.scheme {
		return false
	}
	if ep.aws {
		return to.Port() == "" && isAWSHost(to.Host)
	}
	return to.Host == ep.host || strings.HasSuffix(to.Host, "."+ep.host)
}

// isAWSHost tells hosts of S3 at AWS from those that its customers have below the same name:
// [bucket.]s3[-suffix][.dualstack][.region].amazonaws.com[.cn].
func isAWSHost(host string) bool {
	host, ok := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !ok {
		return false
	}
	labels := strings.Split(host, ".")
	for i, label := range labels[max(0, len(labels)-3):] {
		last := max(0, len(labels)-3) + i
		if label != "s3" && !strings.HasPrefix(label, "s3-") && !strings.HasPrefix(label, "s3express-") {
			continue
		}
		rest := labels[last+1:]
		if len(rest) > 0 && rest[0] == "dualstack" {
			rest = rest[1:]
		}
		return len(rest) == 0 || len(rest) == 1 && strings.Count(rest[0], "-") >= 2
	}
	return false
}

// regionKey is what a region is remembered for: the same name may be another bucket on
// another server.
type regionKey struct{ host, bucket string }

func (k *call) regionKey() (regionKey, bool) {
	bucket, _ := k.object()
	key := regionKey{bucket: bucket}
	if !k.settings.endpoint.aws { // AWS has one name space behind all its hosts
		key.host = k.settings.endpoint.host
	}
	return key, bucket != ""
}

// recallRegion goes straight to where the bucket was found before.
func (k *call) recallRegion(u *url.URL) {
	key, ok := k.regionKey()
	if !ok {
		return
	}
	if region, ok := k.settings.regions.Load(key); ok {
		k.moveTo(u, region.(string))
	}
}

// moveTo signs for another region, on another host where hosts are regional.
func (k *call) moveTo(u *url.URL, region string) {
	k.region = region
	if !k.settings.endpoint.aws {
		return
	}
	u.Host = strings.TrimPrefix(awsEndpoint(region), "https://")
	if k.request.HostValue != "" {
		u.Host = k.request.HostValue + "." + u.Host
	}
}
