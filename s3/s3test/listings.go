package s3test

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type contents struct {
	Key, LastModified, ETag string
	Size                    int
	StorageClass            string
	Owner                   *ownerDocument `xml:",omitempty"`
}

type commonPrefix struct{ Prefix string }

// page is what a listing answers: keys after a place, up to a number of keys and prefixes together.
type page struct {
	contents []contents
	prefixes []commonPrefix
	next     string // where the next one begins; empty: there is none
}

func (q *request) page(b *bucket, after string, most int) (p page) {
	last := ""
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		if !strings.HasPrefix(key, q.query["prefix"]) || key <= after {
			continue
		}
		entry, rolled := q.roll(key)
		if rolled && (entry == last || entry <= after) { // all of its keys were told by it
			continue
		}
		if len(p.contents)+len(p.prefixes) == most {
			p.next = last
			return p
		}
		last = entry
		if rolled {
			p.prefixes = append(p.prefixes, commonPrefix{q.encode(entry)})
			continue
		}
		o := b.objects[key]
		c := contents{Key: q.encode(key), LastModified: timestamp(o.modified), ETag: o.etag, Size: len(o.body), StorageClass: o.header.Get("X-Amz-Storage-Class")}
		if c.StorageClass == "" {
			c.StorageClass = "STANDARD"
		}
		if q.query["list-type"] == "" || q.query["fetch-owner"] == "true" {
			c.Owner = &ownerDocument{owner}
		}
		p.contents = append(p.contents, c)
	}
	return p
}

// roll cuts a key after its first delimiter that follows the prefix, if there is one.
func (q *request) roll(key string) (entry string, rolled bool) {
	prefix, delimiter := q.query["prefix"], q.query["delimiter"]
	if i := strings.Index(key[len(prefix):], delimiter); delimiter != "" && i >= 0 {
		return key[:len(prefix)+i+len(delimiter)], true
	}
	return key, false
}

// token is where a listing goes on, and continued reads it.
func token(after string) string { return base64.URLEncoding.EncodeToString([]byte(after)) }

func (q *request) continued() (after string, bad *answer) {
	given, ok := q.query["continuation-token"]
	place, err := base64.URLEncoding.DecodeString(given)
	if ok && (err != nil || given == "") {
		return "", refuse(http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect")
	}
	return string(place), nil
}

// encode escapes a name if the request wants it so (encoding-type=url).
func (q *request) encode(s string) string {
	if q.query["encoding-type"] != "url" {
		return s
	}
	return escape(s, true)
}

// most reads the number of entries that an answer may have.
func (q *request) most(parameter string) (int, *answer) {
	text, ok := q.query[parameter]
	if !ok {
		return 1000, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, "InvalidArgument", "Provided "+parameter+" not an integer or within integer range")
	}
	return min(n, 1000), nil
}

func (q *request) listObjectsV2(b *bucket) *answer {
	most, bad := q.most("max-keys")
	if bad != nil {
		return bad
	}
	after, bad := q.continued()
	if bad != nil {
		return bad
	}
	after = cmp.Or(after, q.query["start-after"])
	out := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Name, Prefix          string
		StartAfter, Delimiter string `xml:",omitempty"`
		EncodingType          string `xml:",omitempty"`
		KeyCount, MaxKeys     int
		IsTruncated           bool
		ContinuationToken     string         `xml:",omitempty"`
		NextContinuationToken string         `xml:",omitempty"`
		Contents              []contents     `xml:"Contents"`
		CommonPrefixes        []commonPrefix `xml:"CommonPrefixes"`
	}{
		Name: q.bucket, Prefix: q.encode(q.query["prefix"]), StartAfter: q.encode(q.query["start-after"]), Delimiter: q.encode(q.query["delimiter"]),
		EncodingType: q.query["encoding-type"], MaxKeys: most, ContinuationToken: q.query["continuation-token"],
	}
	if most > 0 {
		p := q.page(b, after, most)
		out.Contents, out.CommonPrefixes, out.IsTruncated = p.contents, p.prefixes, p.next != ""
		if p.next != "" {
			out.NextContinuationToken = token(p.next)
		}
	}
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	return document(out)
}

func (q *request) listObjects(b *bucket) *answer {
	most, bad := q.most("max-keys")
	if bad != nil {
		return bad
	}
	out := struct {
		XMLName              xml.Name `xml:"ListBucketResult"`
		Name, Prefix, Marker string
		NextMarker           string `xml:",omitempty"`
		Delimiter            string `xml:",omitempty"`
		EncodingType         string `xml:",omitempty"`
		MaxKeys              int
		IsTruncated          bool
		Contents             []contents     `xml:"Contents"`
		CommonPrefixes       []commonPrefix `xml:"CommonPrefixes"`
	}{
		Name: q.bucket, Prefix: q.encode(q.query["prefix"]), Marker: q.encode(q.query["marker"]), Delimiter: q.encode(q.query["delimiter"]),
		EncodingType: q.query["encoding-type"], MaxKeys: most,
	}
	if most > 0 {
		p := q.page(b, q.query["marker"], most)
		out.Contents, out.CommonPrefixes, out.IsTruncated = p.contents, p.prefixes, p.next != ""
		if q.query["delimiter"] != "" { // only then does S3 tell it
			out.NextMarker = q.encode(p.next)
		}
	}
	return document(out)
}
