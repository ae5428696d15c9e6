package s3test

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const owner = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

type ownerDocument struct{ ID string }

func (q *request) listBuckets(*bucket) *answer {
	most, bad := q.most("max-buckets")
	if bad != nil {
		return bad
	}
	after, bad := q.continued()
	if bad != nil {
		return bad
	}
	type entry struct{ Name, CreationDate string }
	out := struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Buckets []entry  `xml:"Buckets>Bucket"`
		Owner   ownerDocument
		Prefix  string `xml:",omitempty"`

		ContinuationToken string `xml:",omitempty"`
	}{Owner: ownerDocument{owner}, Prefix: q.query["prefix"]}
	for _, name := range slices.Sorted(maps.Keys(q.server.buckets)) {
		if region := q.query["bucket-region"]; region != "" && region != q.server.options.Region {
			break // all are in one
		}
		if name <= after || !strings.HasPrefix(name, out.Prefix) {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = token(after)
			break
		}
		out.Buckets = append(out.Buckets, entry{name, timestamp(q.server.buckets[name].created)})
		after = name
	}
	return document(out)
}

func (q *request) createBucket(b *bucket) *answer {
	if !validBucket(q.bucket) {
		return refuse(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
	}
	if len(q.body) > 0 {
		var in struct{ LocationConstraint string }
		if xml.Unmarshal(q.body, &in) != nil {
			return malformed()
		}
		if in.LocationConstraint != "" && in.LocationConstraint != q.server.options.Region {
			return refuse(http.StatusBadRequest, "IllegalLocationConstraintException", "The location constraint is incompatible for the region specific endpoint this request was sent to.")
		}
	}
	switch {
	case b == nil:
		q.server.buckets[q.bucket] = newBucket(q.now)
	case q.server.options.Region != "us-east-1": // where it is no failure, and changes nothing
		return refuse(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	return empty(http.StatusOK).Set("Location", "/"+q.bucket)
}

func (q *request) deleteBucket(b *bucket) *answer {
	if len(b.objects) > 0 {
		return refuse(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty")
	}
	delete(q.server.buckets, q.bucket)
	return empty(http.StatusNoContent)
}

func (q *request) getBucketLocation(*bucket) *answer {
	region := q.server.options.Region
	if region == "us-east-1" {
		region = "" // as Amazon has it
	}
	return document(struct {
		XMLName xml.Name `xml:"LocationConstraint"`
		Region  string   `xml:",chardata"`
	}{Region: region})
}

func (q *request) getBucketVersioning(*bucket) *answer {
	return document(struct {
		XMLName xml.Name `xml:"VersioningConfiguration"`
	}{})
}

func malformed() *answer {
	return refuse(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}
