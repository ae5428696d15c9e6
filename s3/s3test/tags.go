package s3test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type tag struct{ Key, Value string }

type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

// validTags holds tags against S3's limits: ten, of different keys.
func validTags(tags []tag) *answer {
	if len(tags) > 10 {
		return refuse(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Key == "" || len(t.Key) > 128*4 || len(t.Value) > 256*4 || seen[t.Key] {
			return refuse(http.StatusBadRequest, "InvalidTag", "The tag provided was not a valid tag.")
		}
		seen[t.Key] = true
	}
	return nil
}

// headerTags reads the tags of a header, which are a query.
func headerTags(header string) ([]tag, *answer) {
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
	}
	var tags []tag
	for key, all := range values {
		for _, v := range all {
			tags = append(tags, tag{key, v})
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
	return tags, validTags(tags)
}

func (q *request) putObjectTagging(b *bucket) *answer {
	o := b.objects[q.key]
	if o == nil {
		return noSuchKey()
	}
	var in tagging
	if xml.Unmarshal(q.body, &in) != nil {
		return malformed()
	}
	if bad := validTags(in.Tags); bad != nil {
		return bad
	}
	o.tags = in.Tags
	return empty(http.StatusOK)
}

func (q *request) getObjectTagging(b *bucket) *answer {
	o := b.objects[q.key]
	if o == nil {
		return noSuchKey()
	}
	return document(tagging{Tags: o.tags})
}

func (q *request) deleteObjectTagging(b *bucket) *answer {
	o := b.objects[q.key]
	if o == nil {
		return noSuchKey()
	}
	o.tags = nil
	return empty(http.StatusNoContent)
}
