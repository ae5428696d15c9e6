package s3

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// inCharacters cuts a document as a server does that states its length in characters.
func inCharacters(doc string) string { return doc[:len(utf16.Encode([]rune(doc)))] }

func TestCompleted(t *testing.T) {
	for name, whole := range map[string]string{
		"nothing":            "",
		"ASCII":              "<R><Key>a</Key></R>",
		"one byte":           "<R><Key>ü</Key></R>",
		"in the name":        "<Result><Key>üüü</Key></Result>",
		"between two":        "<Result><Key>üüüüü</Key><Id>1</Id><A><B>1</B></A></Result>",
		"two tags":           "<Result><A><Key>" + strings.Repeat("ü", 14) + "</Key></A></Result>",
		"three bytes":        "<InitiateMultipartUploadResult><Key>사진</Key></InitiateMultipartUploadResult>",
		"a surrogate pair":   "<InitiateMultipartUploadResult><Key>😀</Key></InitiateMultipartUploadResult>",
		"a tag with no text": "<Result><Key>üü</Key><Delimiter/></Result>",
		"a prefix":           `<s:Result xmlns:s="x"><Key>üüü</Key></s:Result>`,
	} {
		require.Equal(t, whole, string(completed([]byte(inCharacters(whole)))), name)
	}
	for name, cut := range map[string]string{
		"text may be missing":      inCharacters("<R><Key>üüüüüüüüüüü</Key><Id>12345678</Id></R>"),
		"elements may be missing":  inCharacters("<R><Key>" + strings.Repeat("ü", 30) + "</Key><Id>1</Id><Id>2</Id></R>"),
		"more is missing":          "<Result><Key>ü</Key></Resu",
		"less is missing":          "<Result><Key>üü</Key></Result",
		"another tag":              "<Result><Key>üüüüüü</Key></Other",
		"within a start tag":       "<Result><Key>üüüüüü</Key><Oth",
		"within a character":       "<Result><Key>üüüüü\xc3",
		"not well formed":          "<Result><Key>ü</Wrong></Resul",
		"no XML":                   "ü",
		"JSON":                     `{"a":"ü"`,
		"a reference that is open": "<R>üüüüüü&am",
	} {
		require.Equal(t, cut, string(completed([]byte(cut))), name)
	}
}

func FuzzCompleted(f *testing.F) {
	f.Add("<R><Key>ü사😀</Key></R>")
	f.Add("<R><A>ü</A><B/></R")
	f.Fuzz(func(t *testing.T, doc string) {
		got := string(completed([]byte(doc)))
		if got != doc { // what was filled in makes the length right
			require.Equal(t, doc, inCharacters(got))
		}
	})
}

// An upload of a key beyond ASCII begins though the answer's last tag is cut off; elsewhere such
// an answer stays an error.
func TestAnswerInCharacters(t *testing.T) {
	const whole = "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>사진</Key><UploadId>u-1</UploadId></InitiateMultipartUploadResult>"
	in := &CreateMultipartUploadInput{Bucket: "bucket", Key: "사진"}
	out, err := alluxio(t, always(200, inCharacters(whole))).CreateMultipartUpload(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "u-1", out.UploadId)
	_, err = newClient(t, always(200, inCharacters(whole))).CreateMultipartUpload(t.Context(), in)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A listing that is cut off is asked for once more with encoded keys.
func TestListingInCharacters(t *testing.T) {
	plain := inCharacters("<ListBucketResult><Contents><Key>" + strings.Repeat("사진", 20) + "</Key></Contents><Contents><Key>b</Key></Contents></ListBucketResult>")
	const encoded = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>" +
		"<NextMarker>a+b</NextMarker><NextContinuationToken>t</NextContinuationToken><Contents><Key>a%2Bb</Key></Contents></ListBucketResult>"
	const last = "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%EC%82%AC%EC%A7%84</Key></Contents></ListBucketResult>"
	for name, list := range map[string]func(*Client) iter.Seq2[string, error]{
		"ListObjectsV2": func(c *Client) iter.Seq2[string, error] {
			return firstKeys(c.ListObjectsV2Pages(t.Context(), &ListObjectsV2Input{Bucket: "bucket"}), func(out *ListObjectsV2Output) []Object { return out.Contents })
		},
		"ListObjects": func(c *Client) iter.Seq2[string, error] {
			return firstKeys(c.ListObjectsPages(t.Context(), &ListObjectsInput{Bucket: "bucket"}), func(out *ListObjectsOutput) []Object { return out.Contents })
		},
	} {
		s := script(says(200, plain), says(200, encoded), says(200, last))
		var got []string
		for key, err := range list(alluxio(t, s)) {
			require.NoError(t, err, name)
			got = append(got, key)
		}
		require.Equal(t, []string{"a+b", "사진"}, got, name)
		var asked []string
		for _, r := range s.reqs {
			asked = append(asked, r.URL.Query().Get("encoding-type"))
		}
		require.Equal(t, []string{"", "url", "url"}, asked, name)

		for _, c := range []struct {
			name string
			s    *stub
			sent int
			with func(*Options)
		}{
			{"cut off again", script(says(200, plain), says(200, plain)), 2, func(*Options) {}},
			{"another server", script(says(200, plain)), 1, func(o *Options) { o.Profile.LengthInCharacters = false }},
			{"the connection broke", &stub{reply: func(int, *http.Request) (*http.Response, error) {
				return nil, io.ErrUnexpectedEOF
			}}, 1, func(o *Options) { o.MaxAttempts = 1 }},
		} {
			for _, err := range list(newClient(t, c.s, func(o *Options) { o.Profile = Alluxio() }, c.with)) {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, c.name)
			}
			require.Len(t, c.s.reqs, c.sent, c.name)
		}
	}
}

// firstKeys yields the first key of each page.
func firstKeys[Out any](pages iter.Seq2[*Out, error], contents func(*Out) []Object) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page, err := range pages {
			key := ""
			switch {
			case err != nil:
			case len(contents(page)) == 0:
				err = errors.New("an empty page")
			default:
				key = contents(page)[0].Key
			}
			if !yield(key, err) {
				return
			}
		}
	}
}
