package s3

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// form is what a server reads of a multipart/form-data request.
type form struct {
	fields map[string]string
	name   string // of the file
	file   []byte
}

func readForm(r *received) (form, error) {
	f := form{fields: map[string]string{}}
	r.Body = io.NopCloser(bytes.NewReader(r.raw))
	mr, err := r.MultipartReader()
	if err != nil {
		return f, err
	}
	for {
		part, err := mr.NextPart()
		if err == io.EOF {
			return f, errors.New("no file")
		}
		if err != nil {
			return f, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return f, err
		}
		if part.FormName() == "file" {
			f.name, f.file = part.FileName(), content
			return f, nil // what follows is ignored
		}
		f.fields[part.FormName()] = string(content)
	}
}

// verify checks a form as a server does ("Browser-Based Uploads Using POST"), sharing no
// code with the package: the signature of the policy, its end, every condition on the
// expanded fields, and that no field is without one.
func (f form) verify(secret, bucket string, now time.Time) error {
	raw, err := base64.StdEncoding.DecodeString(f.fields["policy"])
	if err != nil {
		return err
	}
	part := strings.Split(f.fields["x-amz-credential"], "/")
	if len(part) != 5 {
		return fmt.Errorf("credential %q", f.fields["x-amz-credential"])
	}
	key := []byte("AWS4" + secret)
	for _, p := range part[1:] {
		key = hmacOf(key, p)
	}
	if got := fmt.Sprintf("%x", hmacOf(key, f.fields["policy"])); got != f.fields["x-amz-signature"] {
		return errors.New("SignatureDoesNotMatch")
	}
	var policy struct {
		Expiration time.Time `json:"expiration"`
		Conditions []any     `json:"conditions"`
	}
	if err := json.Unmarshal(raw, &policy); err != nil {
		return err
	}
	if !now.Before(policy.Expiration) {
		return errors.New("AccessDenied: expired")
	}
	values := map[string]string{"bucket": bucket}
	for name, v := range f.fields {
		values[strings.ToLower(name)] = strings.ReplaceAll(v, "${filename}", f.name)
	}
	covered := map[string]bool{"policy": true, "x-amz-signature": true}
	for _, c := range policy.Conditions {
		switch c := c.(type) {
		case map[string]any:
			for name, want := range c {
				covered[strings.ToLower(name)] = true
				if have, ok := values[strings.ToLower(name)]; !ok || have != want {
					return fmt.Errorf("AccessDenied: %s is %q, not %q", name, have, want)
				}
			}
		case []any:
			if c[0] == "content-length-range" {
				if n := float64(len(f.file)); n < c[1].(float64) || n > c[2].(float64) {
					return fmt.Errorf("EntityTooLargeOrSmall: %v", n)
				}
				continue
			}
			name := strings.ToLower(strings.TrimPrefix(c[1].(string), "$"))
			covered[name] = true
			if !strings.HasPrefix(values[name], c[2].(string)) {
				return fmt.Errorf("AccessDenied: %s is %q, not %v...", name, values[name], c[2])
			}
		}
	}
	for name := range values {
		if !covered[name] {
			return fmt.Errorf("AccessDenied: extra input field %s", name)
		}
	}
	return nil
}

// sendForm does what a browser does with a form.
func sendForm(t *testing.T, hc *http.Client, p *PresignedPost, name, content string, change ...func(map[string]string)) (int, string) {
	t.Helper()
	extra := map[string]string{}
	for _, fn := range change {
		fn(extra)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range p.Fields {
		value := f.Value
		if v, ok := extra[f.Name]; ok {
			value = v
			delete(extra, f.Name)
		}
		require.NoError(t, w.WriteField(f.Name, value))
	}
	for name, v := range extra {
		require.NoError(t, w.WriteField(name, v))
	}
	file, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = io.WriteString(file, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL, &b)
	require.NoError(t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := hc.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestPresignedPostsAreServed(t *testing.T) {
	s := record(t, true, func(w http.ResponseWriter, r *received) {
		f, err := readForm(r)
		if err == nil {
			err = f.verify(testSecret, "bucket", time.Now())
		}
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	set := func(name, value string) func(map[string]string) {
		return func(m map[string]string) { m[name] = value }
	}
	key := CustomerKey(base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")))
	for _, token := range []string{"", testToken} {
		c := s.client(t, func(o *Options) { o.Credentials = sigv4.Static(testKey, testSecret, token) })
		for _, tt := range []struct {
			name    string
			in      PresignPostInput
			good    []func(map[string]string)
			bad     []func(map[string]string)
			content string
		}{
			{name: "key", in: PresignPostInput{Key: "a b/ü+%\"<>&.txt"}, bad: []func(map[string]string){set("key", "other"), set("acl", "public-read"), set("x-amz-date", "20200101T000000Z")}},
			{
				name: "prefix", in: PresignPostInput{Key: "user/42/${filename}"},
				good: []func(map[string]string){set("key", "user/42/other")}, bad: []func(map[string]string){set("key", "user/4"), set("key", "${filename}")},
			},
			{name: "suffix", in: PresignPostInput{Key: "user/${filename}.jpg"}, bad: []func(map[string]string){set("key", "x/${filename}.jpg")}},
			{name: "any key", in: PresignPostInput{Key: "${filename}"}, good: []func(map[string]string){set("key", "any")}},
			{
				name: "everything", in: PresignPostInput{
					Key: "k", MinContentLength: 1, MaxContentLength: 100, SuccessActionStatus: 201, SuccessActionRedirect: "https://app.example/done?a=b&c",
					ContentType: "text/plain", CacheControl: "no-store", ContentDisposition: "attachment", ContentEncoding: "gzip", Expires: time.Unix(2e9, 0),
					ACL: ObjectCannedACLPublicRead, Metadata: map[string]string{"Color": "grün", "b": ""}, Tagging: []Tag{{Key: "a", Value: "1&2"}},
					StorageClass: StorageClassStandardIa, WebsiteRedirectLocation: "/other", ServerSideEncryption: ServerSideEncryptionAwsKms,
					SSEKMSKeyId: "id", SSEKMSEncryptionContext: "e30=", BucketKeyEnabled: new(bool),
					SSECustomerKey: key, ChecksumCRC32: "AAAAAA==",
				},
				bad: []func(map[string]string){
					set("Content-Type", "text/html"), set("acl", "private"), set("tagging", "<Tagging/>"), set("x-amz-meta-color", "red"),
					set("success_action_status", "200"), set("success_action_redirect", "https://evil.example/"), set("x-amz-checksum-crc32", "AAAAAQ=="),
				},
			},
			{
				name: "conditions", in: PresignPostInput{
					Key: "k", ContentType: "image/png", CacheControl: "no-store",
					Conditions: []sigv4.PostCondition{
						sigv4.PostStartsWith("content-type", "image/"), sigv4.PostEquals("cache-control", "no-store"),
						sigv4.PostEquals("x-amz-meta-a", "1"), sigv4.PostStartsWith("x-amz-meta-b", ""),
					},
				},
				good: []func(map[string]string){set("Content-Type", "image/jpeg"), set("x-amz-meta-b", "any")},
				bad:  []func(map[string]string){set("Content-Type", "text/html"), set("x-amz-meta-a", "2"), set("x-amz-meta-c", "")},
			},
			{name: "largest file", in: PresignPostInput{Key: "k", MaxContentLength: 7}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.in.Bucket = "bucket"
				p, err := c.PresignPost(t.Context(), &tt.in, time.Hour)
				require.NoError(t, err)
				require.Equal(t, s.URL+"/bucket", p.URL)
				seen := map[string]bool{}
				for _, f := range p.Fields {
					require.False(t, seen[strings.ToLower(f.Name)], f.Name)
					seen[strings.ToLower(f.Name)] = true
				}
				require.Equal(t, PostField{"key", tt.in.Key}, p.Fields[0])
				require.Equal(t, "x-amz-signature", p.Fields[len(p.Fields)-1].Name)
				require.Equal(t, token != "", seen["x-amz-security-token"])

				status, text := sendForm(t, s.Client(), p, "cat.jpg", "content")
				require.Equal(t, 204, status, text)
				for i, change := range tt.good {
					status, text = sendForm(t, s.Client(), p, "cat.jpg", "content", change)
					require.Equal(t, 204, status, "%d: %s", i, text)
				}
				for i, change := range tt.bad {
					status, text = sendForm(t, s.Client(), p, "cat.jpg", "content", change)
					require.Equal(t, 403, status, i)
					require.Contains(t, text, "AccessDenied", i)
				}
			})
		}
	}
	c := s.client(t)
	small, err := c.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "k", MinContentLength: 2, MaxContentLength: 3}, time.Hour)
	require.NoError(t, err)
	for n, want := range []int{403, 403, 204, 204, 403} {
		status, _ := sendForm(t, s.Client(), small, "f", strings.Repeat("x", n))
		require.Equal(t, want, status, n)
	}
	late := s.client(t, func(o *Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Minute) } })
	old, err := late.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "k"}, time.Second)
	require.NoError(t, err)
	status, text := sendForm(t, s.Client(), old, "f", "content")
	require.Equal(t, 403, status)
	require.Contains(t, text, "expired")
}

// TestPresignedPostOracle compares forms with those that the AWS SDK for Python makes of
// the same input at the same time.
func TestPresignedPostOracle(t *testing.T) {
	raw, err := os.ReadFile("../testdata/post-forms.json")
	require.NoError(t, err)
	type document struct {
		Expiration time.Time `json:"expiration"`
		Conditions []any     `json:"conditions"`
	}
	var forms []struct {
		Name   string            `json:"name"`
		URL    string            `json:"url"`
		Fields map[string]string `json:"fields"`
		Policy document          `json:"policy"`
	}
	require.NoError(t, json.Unmarshal(raw, &forms))
	inputs := map[string]struct {
		in       PresignPostInput
		expires  time.Duration
		endpoint string
		token    string
	}{
		"plain": {in: PresignPostInput{Key: "dir/key.txt"}, expires: time.Hour, endpoint: "http://store.example"},
		"prefix and range": {in: PresignPostInput{
			Key: "user/42/${filename}", MinContentLength: 1, MaxContentLength: 1 << 20, ACL: ObjectCannedACLPublicRead,
			ContentType: "image/png", Conditions: []sigv4.PostCondition{sigv4.PostStartsWith("Content-Type", "image/")},
			SuccessActionStatus: 201, Metadata: map[string]string{"a": "1"}, StorageClass: StorageClassStandardIa,
		}, expires: time.Minute, endpoint: "http://store.example"},
		"virtual host and token": {
			in: PresignPostInput{Key: "key", SuccessActionRedirect: "https://app.example/done?x=1&y=2"}, expires: 7 * 24 * time.Hour,
			endpoint: "https://store.example", token: testToken,
		},
	}
	require.Len(t, forms, len(inputs))
	for _, want := range forms {
		t.Run(want.Name, func(t *testing.T) {
			our := inputs[want.Name]
			c := newClient(t, always(200, ""), func(o *Options) {
				o.Endpoint, o.Credentials = our.endpoint, sigv4.Static(testKey, testSecret, our.token)
				o.Clock = func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }
				if our.token != "" {
					o.Addressing = AddressingVirtualHost
				}
			})
			our.in.Bucket = "bucket"
			p, err := c.PresignPost(t.Context(), &our.in, our.expires)
			require.NoError(t, err)
			require.Equal(t, want.URL, p.URL)
			fields := map[string]string{}
			for _, f := range p.Fields {
				fields[f.Name] = f.Value
			}
			raw, err := base64.StdEncoding.DecodeString(fields["policy"])
			require.NoError(t, err)
			var policy document
			require.NoError(t, json.Unmarshal(raw, &policy))
			require.True(t, want.Policy.Expiration.Equal(policy.Expiration))
			require.ElementsMatch(t, want.Policy.Conditions, policy.Conditions)
			delete(fields, "policy")
			delete(fields, "x-amz-signature")
			require.Equal(t, want.Fields, fields)
		})
	}
}

func TestPresignPostIsRefused(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s)
	good := func() *PresignPostInput { return &PresignPostInput{Bucket: "bucket", Key: "key"} }
	_, err := c.PresignPost(t.Context(), good(), time.Second)
	require.NoError(t, err)
	for _, expires := range []time.Duration{0, -time.Hour, time.Millisecond, 7*24*time.Hour + time.Second} {
		_, err := c.PresignPost(t.Context(), good(), expires)
		require.ErrorContains(t, err, "presign PostObject")
		require.ErrorContains(t, err, "want 1s to 168h0m0s")
	}
	for name, change := range map[string]func(*PresignPostInput){
		"missing required member Bucket":                     func(in *PresignPostInput) { in.Bucket = "" },
		"missing required member Key":                        func(in *PresignPostInput) { in.Key = "" },
		`".." is none`:                                       func(in *PresignPostInput) { in.Bucket = ".." },
		"MinContentLength -1 is negative":                    func(in *PresignPostInput) { in.MinContentLength = -1 },
		"MaxContentLength -1 is negative":                    func(in *PresignPostInput) { in.MaxContentLength = -1 },
		"MinContentLength 2 is more than MaxContentLength 1": func(in *PresignPostInput) { in.MinContentLength, in.MaxContentLength = 2, 1 },
		"MinContentLength 5368709121 is more than the 5368709120 that the server takes": func(in *PresignPostInput) { in.MinContentLength = 5<<30 + 1 },
		"Key has ${filename} twice":                func(in *PresignPostInput) { in.Key = "${filename}/${filename}" },
		"SuccessActionStatus 302 is none of":       func(in *PresignPostInput) { in.SuccessActionStatus = 302 },
		"SuccessActionRedirect is no absolute URL": func(in *PresignPostInput) { in.SuccessActionRedirect = "done.html" },
		"Tagging has 11 tags":                      func(in *PresignPostInput) { in.Tagging = manyTags(11) },
		"TagSet[0].Value":                          func(in *PresignPostInput) { in.Tagging = []Tag{{Key: "a", Value: "\x01"}} },
		`Metadata["a"]`:                            func(in *PresignPostInput) { in.Metadata = map[string]string{"a": "\r\n"} },
		"Conditions[0] does not allow the value that a member gives to the field acl": func(in *PresignPostInput) {
			in.ACL, in.Conditions = ObjectCannedACLPublicRead, []sigv4.PostCondition{sigv4.PostEquals("acl", "private")}
		},
		"condition 0: was not made by one of the functions": func(in *PresignPostInput) { in.Conditions = make([]sigv4.PostCondition, 1) },
		"field x-amz-date is not free":                      func(in *PresignPostInput) { in.Conditions = []sigv4.PostCondition{sigv4.PostEquals("x-amz-date", "")} },
	} {
		in := good()
		change(in)
		_, err := c.PresignPost(t.Context(), in, time.Hour)
		require.ErrorContains(t, err, name)
		require.NotContains(t, err.Error(), "\n")
	}
	_, err = c.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "k", SuccessActionRedirect: "https://x y/"}, time.Hour)
	require.Error(t, err)
	_, err = c.PresignPost(t.Context(), nil, time.Hour)
	require.ErrorContains(t, err, "Bucket, Key")
	for _, p := range []sigv4.Provider{nil, sigv4.Static("", "", "")} {
		_, err := c.PresignPost(t.Context(), good(), time.Minute, func(o *Options) { o.Credentials = p })
		require.ErrorIs(t, err, sigv4.ErrNoCredentials)
	}
	_, err = c.PresignPost(t.Context(), good(), time.Minute, func(o *Options) {
		o.Credentials = sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) { return sigv4.Credentials{}, context.DeadlineExceeded })
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	for _, p := range []Profile{NHNCloud(), KakaoCloud(), Alluxio()} {
		_, err := c.PresignPost(t.Context(), good(), time.Minute, func(o *Options) { o.Profile = p })
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorContains(t, err, "PostObject")
	}
	bound := good()
	bound.ChecksumSHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	_, err = c.PresignPost(t.Context(), bound, time.Minute, func(o *Options) { o.Profile = CephRGW() })
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "Ceph RGW does not verify SHA256")
	_, err = c.PresignPost(t.Context(), good(), time.Minute, func(o *Options) { o.Endpoint = "\x00" })
	require.ErrorContains(t, err, "Endpoint")
	require.Zero(t, s.attempts(), "presigning sends nothing")
}

func TestPresignPostFollowsTheServer(t *testing.T) {
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		if signedRegion(r) != "eu-west-1" {
			return answer(r, 301, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}
		return answer(r, 200, ""), nil
	}}
	c := newClient(t, s, func(o *Options) { o.Endpoint, o.Profile = "", AWS() })
	in := &PresignPostInput{Bucket: "bucket", Key: "key"}
	p, err := c.PresignPost(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "https://bucket.s3.us-east-1.amazonaws.com/", p.URL)
	_, err = c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	p, err = c.PresignPost(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "https://bucket.s3.eu-west-1.amazonaws.com/", p.URL)
	require.Contains(t, fmt.Sprint(p.Fields[2]), "x-amz-algorithm")
}

// What was presigned is printed without what opens it.
func TestPrintingPresigned(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	c := newClient(t, always(200, ""), func(o *Options) {
		o.Endpoint, o.Credentials = "https://store.example", sigv4.Static(testKey, testSecret, testToken)
	})
	post, err := c.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "a/${filename}", SSECustomerKey: CustomerKey(key)}, time.Hour)
	require.NoError(t, err)
	get, err := c.Presign(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: CustomerKey(key)}, time.Hour)
	require.NoError(t, err)
	_, signature, _ := strings.Cut(get.URL, "X-Amz-Signature=")
	hidden := []string{key, signature[:64], testToken, "FwoGZXIvYXdzEXAMPLETOKEN"}
	for _, f := range post.Fields {
		if f.Name == "policy" || f.Name == "x-amz-signature" || f.Name == "x-amz-credential" {
			hidden = append(hidden, f.Value)
		}
	}
	type holder struct {
		Post PresignedPost
		Get  PresignedRequest
	}
	for _, v := range []any{post, *post, post.Fields, post.Fields[0], get, *get, holder{*post, *get}, []PresignedRequest{*get}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range hidden {
				require.NotContains(t, text, secret)
				require.NotContains(t, text, fmt.Sprintf("%x", secret))
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "post", post, "get", *get, "field", post.Fields[len(post.Fields)-1])
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "post", *post, "get", get)
	for _, secret := range hidden {
		require.NotContains(t, log.String(), secret)
	}
	require.Contains(t, fmt.Sprint(post), `s3.PresignedPost(https://store.example/bucket, [key="a/${filename}"`)
	require.Contains(t, fmt.Sprint(*get), "s3.PresignedRequest(GET https://store.example/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=[redacted]")
	// Whoever encodes it for a browser gets all of it.
	doc, err := json.Marshal(post)
	require.NoError(t, err)
	var back PresignedPost
	require.NoError(t, json.Unmarshal(doc, &back))
	require.Equal(t, *post, back)
}
