package s3

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var allProfiles = []func() Profile{AWS, CephRGW, MinIO, KakaoCloud, NHNCloud, Alluxio, Generic}

func TestFormsOfKeys(t *testing.T) {
	for key, want := range map[string]KeyForms{
		"": 0, "a": 0, "a/b": 0, "a/": 0, "a.b/.c/..d/e..": 0, ".a": 0, "...": 0, "a/.../b": 0,
		"/": KeyLeadingSlash, "/a": KeyLeadingSlash, "//": KeyLeadingSlash, "//a": KeyLeadingSlash,
		"a//b": KeyDoubleSlash, "a//": KeyDoubleSlash, "/a//b": KeyLeadingSlash | KeyDoubleSlash,
		".": KeyDotSegment, "..": KeyDotSegment, "./a": KeyDotSegment, "../a": KeyDotSegment, "a/.": KeyDotSegment, "a/..": KeyDotSegment,
		`a\b`: KeyBackslash, `a/\`: KeyBackslash, "a?b": KeyQuestionMark, `a\?`: KeyBackslash | KeyQuestionMark,
		"a/./b": KeyDotSegment, "a/../b": KeyDotSegment, "/..": KeyLeadingSlash | KeyDotSegment,
	} {
		require.Equal(t, want, formsOf(key), "%q", key)
	}
}

// A key that a server would take for another one is not sent, wherever it stands.
func TestKeysThatWouldBeRewritten(t *testing.T) {
	for _, profile := range allProfiles {
		p := profile()
		for key, form := range map[string]KeyForms{"/lead": KeyLeadingSlash, "a//b": KeyDoubleSlash, "a/../b": KeyDotSegment, "..": KeyDotSegment, `a\b`: KeyBackslash, "a?b": KeyQuestionMark, "plain/key/": 0} {
			refused := p.RewrittenKeys&form != 0
			s := always(200, "<DeleteResult/>")
			c := newClient(t, s, func(o *Options) { o.Profile = p })
			source := "bucket/" + strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
			for member, call := range map[string]func(...func(*Options)) error{
				"Key": func(opts ...func(*Options)) error {
					_, err := c.DeleteObject(t.Context(), &DeleteObjectInput{Bucket: "bucket", Key: key}, opts...)
					return err
				},
				"Delete.Objects[1].Key": func(opts ...func(*Options)) error {
					_, err := c.DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "a"}, {Key: key}}}}, opts...)
					return err
				},
				"CopySource": func(opts ...func(*Options)) error {
					_, err := c.CopyObject(t.Context(), &CopyObjectInput{Bucket: "bucket", Key: "a", CopySource: source}, opts...)
					return err
				},
				"CopySource of a part": func(opts ...func(*Options)) error {
					_, err := c.UploadPartCopy(t.Context(), &UploadPartCopyInput{Bucket: "bucket", Key: "a", CopySource: source, UploadId: "u", PartNumber: 1}, opts...)
					return err
				},
				"Key, presigned": func(opts ...func(*Options)) error {
					_, err := c.Presign(t.Context(), &GetObjectInput{Bucket: "bucket", Key: key}, time.Minute, opts...)
					return err
				},
			} {
				if form == KeyQuestionMark && member == "CopySource of a part" && p.PartCopyDecodesTwice {
					continue // refused for another reason
				}
				err := call()
				require.Equal(t, refused, errors.Is(err, ErrUnsupported), "%s, %s, %q: %v", p.Name, member, key, err)
				if refused {
					member, _, _ = strings.Cut(member, ", ")
					member, _, _ = strings.Cut(member, " of")
					require.ErrorContains(t, err, "s3: "+member+": ")
					require.ErrorContains(t, err, p.Name+" may take a key with ")
					err = call(func(o *Options) { o.AllowUnsupported = true })
				}
				require.NoError(t, err)
			}
			if refused && p.Support(postObject) == Supported {
				_, err := c.PresignPost(t.Context(), &PresignPostInput{Bucket: "bucket", Key: key + "/${filename}"}, time.Minute)
				require.ErrorIs(t, err, ErrUnsupported)
			}
		}
	}
}

func TestKeysThatNoServerTakes(t *testing.T) {
	for _, profile := range allProfiles {
		p := profile()
		s := always(200, "<DeleteResult/>")
		c := newClient(t, s, func(o *Options) { o.Profile, o.AllowUnsupported = p, true })
		bad := map[string]string{"a\xff": "is not UTF-8", "a\x00b": "holds a NUL"}
		if p.MaxKeyLength > 0 {
			bad[strings.Repeat("é", 512)+"x"] = "KeyTooLongError: has 1025 bytes, more than the 1024 of " + p.Name
		}
		for key, want := range bad {
			_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: key})
			require.ErrorContains(t, err, "s3: Key: "+want)
			_, err = c.DeleteObjects(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: key}}}})
			require.ErrorContains(t, err, "Delete.Objects[0].Key: ")
		}
		require.Zero(t, s.attempts())
		for _, key := range []string{strings.Repeat("é", 512), "a\x01\x7f\n", "😀"} {
			_, err := c.PutObject(t.Context(), &PutObjectInput{Bucket: "bucket", Key: key})
			require.NoError(t, err, "%q", key)
		}
	}
}

func TestBucketNames(t *testing.T) {
	for _, profile := range allProfiles {
		p := profile()
		s := always(200, "")
		c := newClient(t, s, func(o *Options) { o.Profile, o.AllowUnsupported = p, true })
		use := func(name string) error {
			_, err := c.GetObject(t.Context(), &GetObjectInput{Bucket: name, Key: "k"})
			return err
		}
		create := func(name string) error {
			_, err := c.CreateBucket(t.Context(), &CreateBucketInput{Bucket: name})
			return err
		}
		for _, name := range []string{"bucket", "a.b-c", "123", strings.Repeat("b", 63), "a-s3alias", "b--usw2-az1--x-s3"} {
			require.NoError(t, use(name), "%s %q", p.Name, name)
			require.NoError(t, create(name), "%s %q", p.Name, name)
		}
		// Such names were once given, and can still be asked for.
		for _, name := range []string{"Old_Bucket", strings.Repeat("b", 255), "ab"} {
			require.NoError(t, use(name), "%s %q", p.Name, name)
			require.Equal(t, p.DNSBucketNames, create(name) != nil, "%s %q", p.Name, name)
		}
		for _, name := range []string{"a..b", ".ab", "ab.", "-ab", "ab-", "a.-b", "a-.b", "192.168.1.1"} {
			require.Equal(t, p.DNSBucketNames, create(name) != nil, "%s %q", p.Name, name)
		}
		tenant := strings.Contains(p.BucketNameChars, ":")
		require.Equal(t, tenant, use("tenant:bucket") == nil)
		require.Equal(t, tenant, create("tenant:bucket") == nil)
		if tenant {
			require.Equal(t, p.DNSBucketNames, create("tenant:Bucket") != nil)
		}

		before := s.attempts()
		for name, want := range map[string]string{
			".": "is none", "..": "is none", "a/b": `holds "/"`, "a b": `holds " "`, "bücket": `holds "ü"`, "a\n": `holds "\n"`, "a\xff": "is none",
			"a?b": `holds "?"`, "a%2fb": `holds "%"`, strings.Repeat("b", 256): "has 256 bytes, more than 255",
			"arn:aws:s3:us-east-1:111122223333:accesspoint/ap":                      "is an ARN",
			"arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1/accesspoint/a": "is an ARN",
		} {
			err := use(name)
			require.ErrorIs(t, err, ErrInvalidBucketName)
			require.ErrorContains(t, err, "s3: Bucket: InvalidBucketName: ", "%s %q", p.Name, name)
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "\n")
		}
		require.Equal(t, before, s.attempts())
	}
}

func TestCopySources(t *testing.T) {
	s := always(200, "<CopyObjectResult/>")
	c := newClient(t, s, func(o *Options) { o.Profile = AWS() })
	try := func(source string) error {
		_, err := c.CopyObject(t.Context(), &CopyObjectInput{Bucket: "bucket", Key: "k", CopySource: source})
		return err
	}
	for _, source := range []string{
		"bucket/key", "/bucket/key", "bucket/a%20b?versionId=v", "bucket//lead", "bucket/a/b",
		"arn:aws:s3:us-west-2:111122223333:accesspoint/ap/object/reports/january.pdf",
	} {
		require.NoError(t, try(source), source)
	}
	for source, want := range map[string]string{
		"bucket": "is not bucket/key", "bucket/": "is not bucket/key", "/": "is not bucket/key", "bucket/?versionId=v": "is not bucket/key",
		"bucket/a%zz": "is not percent-encoded", "bucket/é": "is not percent-encoded", "bucket/%ff": "is not UTF-8",
	} {
		require.ErrorContains(t, try(source), "s3: CopySource: "+want, source)
	}
	_, err := c.RenameObject(t.Context(), &RenameObjectInput{Bucket: "bucket", Key: "k", RenameSource: "key"})
	require.ErrorContains(t, err, "s3: RenameSource: is not bucket/key")
}

// TestMembersOfEveryOperation takes each member of each operation away, or spoils it: the
// error names the member, and nothing is sent.
func TestMembersOfEveryOperation(t *testing.T) {
	missing, broken, negative := 0, 0, 0
	for name, op := range declared(t) {
		t.Run(name, func(t *testing.T) {
			typ := op.Info().Input
			call := func(change func(reflect.Value)) (*stub, error) {
				in := reflect.New(typ)
				readJSON(t, name+".input.json", in.Interface())
				if op.Info().StreamInput {
					streamOf(in.Elem()).Set(reflect.ValueOf(strings.NewReader("")))
				}
				change(in.Elem())
				s := always(200, "")
				c := newClient(t, s, func(o *Options) {
					o.Endpoint, o.Profile, o.Addressing, o.AllowUnsupported = "https://s3.example.com", AWS(), AddressingPath, true
				})
				results := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
				err, _ := results[1].Interface().(error)
				return s, err
			}
			refused := func(field reflect.StructField, want string, change func(reflect.Value)) {
				t.Helper()
				s, err := call(func(in reflect.Value) { change(in.FieldByIndex(field.Index)) })
				require.Error(t, err, field.Name)
				require.Contains(t, err.Error(), field.Name)
				require.Contains(t, err.Error(), want)
				require.NotContains(t, err.Error(), "\n")
				require.Zero(t, s.attempts(), field.Name)
			}
			for i := range typ.NumField() {
				field := typ.Field(i)
				_, label := field.Tag.Lookup("label")
				header, inHeader := field.Tag.Lookup("header")
				_, inQuery := field.Tag.Lookup("url")
				if (field.Tag.Get("required") == "true" || label) && field.Type.Kind() != reflect.Bool {
					missing++
					refused(field, "missing required member", func(v reflect.Value) { v.SetZero() })
				}
				typ := field.Type
				if typ.Kind() == reflect.Pointer {
					typ = typ.Elem()
				}
				switch {
				case inHeader && typ.Kind() == reflect.String && header != "Content-Length":
					broken++
					for _, evil := range []string{"a\r\nX-Evil: 1", "a\nb", "a\x00"} {
						refused(field, "control character", func(v reflect.Value) { v.SetString(evil) })
					}
				case (inHeader || inQuery) && (typ.Kind() == reflect.Int32 || typ.Kind() == reflect.Int64):
					negative++
					refused(field, "is negative", func(v reflect.Value) {
						if v.Kind() == reflect.Pointer {
							v.Set(reflect.New(typ))
							v = v.Elem()
						}
						v.SetInt(-1)
					})
				}
			}
		})
	}
	m := readModel(t)
	required := 0
	for _, op := range m.Operations {
		required += len(m.Shapes[op.Input].Required)
	}
	require.Equal(t, required, missing)
	require.Positive(t, broken)
	require.Positive(t, negative)
	t.Logf("%d required members, %d headers, %d numbers", missing, broken, negative)
}
