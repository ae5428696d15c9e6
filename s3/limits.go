package s3

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// Limits of the API (API reference of the operations; Amazon S3 User Guide, "Object
// tagging" and "Cost allocation tags") that hold with every provider.
const (
	maxPartNumber    = 10000
	maxDeleteObjects = 1000
	maxObjectTags    = 10
	maxBucketTags    = 50
	maxTagKey        = 128 // characters
	maxTagValue      = 256
)

// checkLimits refuses what no server takes, before it costs a request or a body.
func (s *settings) checkLimits(in any) error {
	switch in := in.(type) {
	case *GetObjectInput:
		return checkOptionalPart(in.PartNumber)
	case *HeadObjectInput:
		return checkOptionalPart(in.PartNumber)
	case *UploadPartInput:
		return checkPartNumber(in.PartNumber)
	case *UploadPartCopyInput:
		if err := s.checkPartSource(in.CopySource); err != nil {
			return err
		}
		return checkPartNumber(in.PartNumber)
	case *RenameObjectInput:
		return s.checkSource("RenameSource", in.RenameSource)
	case *CompleteMultipartUploadInput:
		if in.MultipartUpload != nil {
			return checkParts(in.MultipartUpload.Parts)
		}
	case *DeleteObjectsInput:
		if n := len(in.Delete.Objects); n > maxDeleteObjects {
			return fmt.Errorf("s3: Delete.Objects has %d keys, more than the %d of one request: use DeleteAll", n, maxDeleteObjects)
		}
		for i := range in.Delete.Objects {
			o := &in.Delete.Objects[i]
			if err := s.checkKey(o.Key); err != nil {
				return memberError("Delete.Objects["+strconv.Itoa(i)+"].Key", err)
			}
			if o.ETag != "" || o.Size != nil || !o.LastModifiedTime.IsZero() {
				if err := s.checkCondition("DeleteObjects"); err != nil {
					return memberError("Delete.Objects["+strconv.Itoa(i)+"]", err)
				}
			}
		}
	case *PutObjectTaggingInput:
		return checkTags("Tagging.TagSet", in.Tagging.TagSet, maxObjectTags)
	case *PutBucketTaggingInput:
		return checkTags("Tagging.TagSet", in.Tagging.TagSet, maxBucketTags)
	case *CreateBucketInput:
		if err := s.checkNewBucket(in.Bucket); err != nil {
			return err
		}
		if c := in.CreateBucketConfiguration; c != nil {
			return checkTags("CreateBucketConfiguration.Tags", c.Tags, maxBucketTags)
		}
	case *PutObjectInput:
		return checkTagging(in.Tagging)
	case *CopyObjectInput:
		if err := s.checkSource("CopySource", in.CopySource); err != nil {
			return err
		}
		return checkTagging(in.Tagging)
	case *CreateMultipartUploadInput:
		return checkTagging(in.Tagging)
	}
	return nil
}

// checkOptionalPart: 0 is no part.
func checkOptionalPart(n int32) error {
	if n == 0 {
		return nil
	}
	return checkPartNumber(n)
}

func checkPartNumber(n int32) error {
	if n < 1 || n > maxPartNumber {
		return fmt.Errorf("s3: PartNumber %d is not in 1 to %d", n, maxPartNumber)
	}
	return nil
}

// checkParts: servers want the parts in order, and some that don't say so join them in the
// order of the list.
func checkParts(parts []CompletedPart) error {
	last := int32(0)
	for i := range parts {
		n := parts[i].PartNumber
		if n < 1 || n > maxPartNumber {
			return fmt.Errorf("s3: MultipartUpload.Parts[%d]: PartNumber %d is not in 1 to %d", i, n, maxPartNumber)
		}
		if n <= last {
			return fmt.Errorf("s3: MultipartUpload.Parts[%d]: PartNumber %d comes after %d", i, n, last)
		}
		last = n
	}
	return nil
}

func checkTags(member string, tags []Tag, most int) error {
	if len(tags) > most {
		return fmt.Errorf("s3: %s has %d tags, more than %d", member, len(tags), most)
	}
	for i := range tags {
		if err := checkTag(tags[i].Key, tags[i].Value); err != nil {
			return fmt.Errorf("s3: %s[%d]: %w", member, i, err)
		}
		for j := range i {
			if tags[j].Key == tags[i].Key {
				return fmt.Errorf("s3: %s[%d]: Key is the same as that of [%d]", member, i, j)
			}
		}
	}
	return nil
}

// checkTagging checks tags in query form. What is no query is left to the server.
func checkTagging(query string) error {
	if query == "" {
		return nil
	}
	tags, err := url.ParseQuery(query)
	if err != nil {
		return nil //nolint:nilerr // the server may know better
	}
	if len(tags) > maxObjectTags {
		return fmt.Errorf("s3: Tagging has %d tags, more than %d", len(tags), maxObjectTags)
	}
	for key, values := range tags {
		switch err := checkTag(key, values[0]); {
		case err != nil:
			return fmt.Errorf("s3: Tagging: %w", err)
		case key == "":
			return errors.New("s3: Tagging has a tag without Key")
		case len(values) > 1:
			return fmt.Errorf("s3: Tagging has the Key %q twice", key)
		}
	}
	return nil
}

func checkTag(key, value string) error {
	if n := utf8.RuneCountInString(key); n > maxTagKey {
		return fmt.Errorf("Key has %d characters, more than %d", n, maxTagKey) //nolint:staticcheck // the member's name
	}
	if n := utf8.RuneCountInString(value); n > maxTagValue {
		return fmt.Errorf("Value has %d characters, more than %d", n, maxTagValue) //nolint:staticcheck // the member's name
	}
	return nil
}
