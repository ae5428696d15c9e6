package s3

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Metadata travels in ASCII, and comes back as it was.
func TestMetadataBeyondASCII(t *testing.T) {
	metadata := map[string]string{
		"plain": "a=b;c", "umlaut": "grün", "script": strings.Repeat("日本語 ", 40) + "end", "emoji": "😀", "empty": "", "looks": "50% =? odd", "tab": "a\tb",
	}
	s := &stub{}
	kept := http.Header{}
	s.reply = func(_ int, r *http.Request) (*http.Response, error) {
		resp := answer(r, 200, "x")
		if r.Method == http.MethodPut {
			kept = r.Header.Clone()
		}
		for name, v := range kept {
			if strings.HasPrefix(name, "X-Amz-Meta-") {
				resp.Header[name] = v
			}
		}
		return resp, nil
	}
	c := newClient(t, s)
	in := &PutObjectInput{Bucket: "bucket", Key: "key", Metadata: metadata}
	_, err := c.PutObject(t.Context(), in)
	require.NoError(t, err)
	for name, v := range kept {
		for _, r := range v[0] {
			require.Less(t, r, rune(0x80), name)
		}
		require.NotContains(t, v[0], "\n")
	}
	require.Equal(t, "a=b;c", kept.Get("X-Amz-Meta-Plain"))
	require.Equal(t, "=?UTF-8?b?Z3LDvG4=?=", kept.Get("X-Amz-Meta-Umlaut"))
	require.Equal(t, "grün", in.Metadata["umlaut"], "the caller's input was changed")
	head, err := c.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.Equal(t, metadata, head.Metadata)
	get, err := c.GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "key"})
	require.NoError(t, err)
	require.NoError(t, get.Body.Close())
	require.Equal(t, metadata, get.Metadata)

	p, err := c.Presign(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "=?UTF-8?b?8J+YgA==?=", p.Header.Get("X-Amz-Meta-Emoji"))
	post, err := c.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: "key", Metadata: metadata}, time.Minute)
	require.NoError(t, err)
	require.Contains(t, post.Fields, PostField{"x-amz-meta-emoji", "😀"}, "forms are UTF-8")
}

// What other clients and servers write is read as far as it can be.
func TestMetadataOfOthers(t *testing.T) {
	for sent, want := range map[string]string{
		"grün":                                 "grün",
		"=?utf-8?q?gr=C3=BCn_x?=":              "grün x",
		"=?UTF-8?B?Z3LDvG4=?=":                 "grün",
		"=?iso-8859-1?Q?gr=FCn?=":              "grün",
		"=?koi8-r?Q?=C1?=":                     "=?koi8-r?Q?=C1?=",
		"=?UTF-8?B?Z3L?= =?UTF-8?X?a?=":        "=?UTF-8?B?Z3L?= =?UTF-8?X?a?=",
		"a =? b":                               "a =? b",
		"=?UTF-8?B?Z3LD?= =?UTF-8?B?vG4=?= ok": "grün ok",
	} {
		head, err := newClient(t, always(200, "", "X-Amz-Meta-A", sent)).HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key"})
		require.NoError(t, err)
		require.Equal(t, want, head.Metadata["a"], sent)
	}
}

func TestMetadataThatIsRefused(t *testing.T) {
	for _, profile := range allProfiles {
		p := profile()
		s := always(200, "")
		c := newClient(t, s, func(o *Options) { o.Profile, o.AllowUnsupported = p, true })
		put := func(m map[string]string) error {
			_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", Metadata: m})
			_, err2 := c.CreateMultipartUpload(t.Context(), &CreateMultipartUploadInput{Bucket: "bucket", Key: "key", Metadata: m})
			require.Equal(t, err == nil, err2 == nil)
			return err
		}
		require.ErrorContains(t, put(map[string]string{"b": "ok", "a": "gr\xfcn"}), `s3: Metadata["a"]: is not UTF-8`)
		if p.MaxMetadata > 0 {
			many := map[string]string{}
			for n := 0; n < p.MaxMetadata; n += 128 {
				many[fmt.Sprintf("k%02d", n/128)[1:]] = strings.Repeat("x", 126)
			}
			require.NoError(t, put(many), p.Name)
			many["k"] = ""
			require.ErrorContains(t, put(many), "s3: Metadata: MetadataTooLarge: has ", p.Name)
		}
		if n := p.MaxMetadataValue; n > 0 {
			require.NoError(t, put(map[string]string{"a": strings.Repeat("x", n)}))
			require.ErrorContains(t, put(map[string]string{"b": "", "a": strings.Repeat("x", n+1)}), `Metadata["a"]: MetadataTooLarge: has `)
			require.ErrorContains(t, put(map[string]string{"a": strings.Repeat("é", n/2)}), "as it travels", "it grows on the way")
		}
	}
}

// What is no member's header has no part in it.
func TestMetadataErrorsNameTheValue(t *testing.T) {
	c := newClient(t, always(200, ""), func(o *Options) { o.Profile = NHNCloud() })
	_, err := c.PutObject(t.Context(), &PutObjectInput{
		Bucket: "bucket", Key: "key", CacheControl: strings.Repeat("x", 300), Metadata: map[string]string{"a": "fine", "b": strings.Repeat("x", 300)},
	})
	require.ErrorContains(t, err, `s3: Metadata["b"]: MetadataTooLarge: has 300 bytes as it travels, more than the 256 of NHN Cloud`)
	require.ErrorIs(t, err, Code("MetadataTooLarge"))
}

// Ceph RGW stores a '+' for each blank that url.Values.Encode wrote as one.
func TestTaggingBlanks(t *testing.T) {
	sent := ""
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		sent = r.Header.Get("X-Amz-Tagging")
		return answer(r, 200, "<CopyObjectResult/>"), nil
	}}
	c := newClient(t, s)
	const encoded, want = "a=1+%2B+2&b+c=%20", "a=1%20%2B%202&b%20c=%20"
	in := &PutObjectInput{Bucket: "bucket", Key: "key", Tagging: encoded}
	_, err := c.PutObject(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, want, sent)
	require.Equal(t, encoded, in.Tagging, "the caller's input was changed")
	_, err = c.CopyObject(t.Context(), &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/other", Tagging: encoded, TaggingDirective: TaggingDirectiveReplace})
	require.NoError(t, err)
	require.Equal(t, want, sent)
	p, err := c.Presign(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.Equal(t, want, p.Header.Get("X-Amz-Tagging"))
}
