package transfer

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/stowage-go/stowage/s3"
)

// carry adds to the copy what CopyObject leaves behind and the options ask for.
func (c *copying) carry(ctx context.Context) error {
	if err := c.describable(); err != nil {
		return err
	}
	if c.options.CopyStorageClass && c.in.StorageClass == "" {
		c.in.StorageClass = c.head.StorageClass // none is told of STANDARD
	}
	if !c.options.CopyACL {
		return nil
	}
	acl, err := c.from.GetObjectAcl(ctx, &s3.GetObjectAclInput{
		Bucket: c.bucket, Key: c.key, VersionId: c.version, RequestPayer: c.in.RequestPayer, ExpectedBucketOwner: c.in.ExpectedSourceBucketOwner,
	}, c.fromOptions...)
	if err != nil {
		return fmt.Errorf("read the source's ACL: %w", err)
	}
	private := true
	for _, g := range acl.Grants {
		private = private && g.Grantee.ID == acl.Owner.ID && g.Grantee.URI == "" && g.Permission == s3.PermissionFullControl
	}
	if private {
		return nil
	}
	if c.lacks("PutObjectAcl") {
		return &OptionError{Field: "CopyACL", Reason: "is set, and the source has grants, which " + c.client.Profile.Name + " does not keep"}
	}
	for _, g := range acl.Grants {
		c.grant(g)
	}
	return nil
}

// describable: the destination's server keeps what describes the source.
func (c *copying) describable() error {
	h := c.head
	described := len(h.Metadata) > 0 || h.CacheControl != "" || h.ContentDisposition != "" || h.ContentEncoding != "" || h.ContentLanguage != ""
	if !described || c.in.MetadataDirective == s3.MetadataDirectiveReplace || !c.client.Profile.ContentTypeOnly || c.client.AllowUnsupported {
		return nil
	}
	return &OptionError{Field: "MetadataDirective", Reason: "is not REPLACE, but " + c.client.Profile.Name + " keeps none of the source's metadata"}
}

// lacks: the destination's server has no such operation.
func (c *copying) lacks(operation string) bool {
	return c.client.Profile.Support(operation) == s3.Unsupported && !c.client.AllowUnsupported
}

// grant adds a grant of an ACL to the members that a new object takes them by.
func (c *copying) grant(g s3.Grant) {
	member, ok := map[s3.Permission]*string{
		s3.PermissionFullControl: &c.in.GrantFullControl, s3.PermissionRead: &c.in.GrantRead,
		s3.PermissionReadAcp: &c.in.GrantReadACP, s3.PermissionWriteAcp: &c.in.GrantWriteACP,
	}[g.Permission]
	if !ok {
		return // WRITE means nothing of an object
	}
	who := `id="` + g.Grantee.ID + `"`
	switch {
	case g.Grantee.URI != "":
		who = `uri="` + g.Grantee.URI + `"`
	case g.Grantee.ID == "" && g.Grantee.EmailAddress != "":
		who = `emailAddress="` + g.Grantee.EmailAddress + `"`
	}
	if *member != "" {
		who = *member + ", " + who
	}
	*member = who
}

// putInput is the input of an upload that makes the same object as CopyObject would.
func (c *copying) putInput(ctx context.Context) (*s3.PutObjectInput, error) {
	if c.in.AnnotationDirective == s3.AnnotationDirectiveCopy {
		return nil, &OptionError{Field: "AnnotationDirective", Reason: "is COPY, but only CopyObject copies annotations"}
	}
	put := new(s3.PutObjectInput)
	copyFields(put, &c.in)
	if head := c.head; c.in.MetadataDirective != s3.MetadataDirectiveReplace {
		if head.MissingMeta > 0 {
			return nil, &OptionError{Field: "MetadataDirective", Reason: fmt.Sprintf("is not REPLACE, but %d of the source's metadata can't be told in headers", head.MissingMeta)}
		}
		put.CacheControl, put.ContentDisposition, put.ContentEncoding = head.CacheControl, head.ContentDisposition, head.ContentEncoding
		put.ContentLanguage, put.ContentType, put.Expires, put.Metadata = head.ContentLanguage, head.ContentType, head.Expires, head.Metadata
	}
	if c.in.TaggingDirective != s3.TaggingDirectiveReplace {
		var err error
		if put.Tagging, err = c.tags(ctx); err != nil {
			return nil, err
		}
	}
	return put, nil
}

// tags are those of the source, in query form.
func (c *copying) tags(ctx context.Context) (string, error) {
	if c.fromProfile.Support("GetObjectTagging") == s3.Unsupported && c.head.TagCount == 0 {
		return "", nil
	}
	version, _ := c.pin()
	out, err := c.from.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{
		Bucket: c.bucket, Key: c.key, VersionId: version, RequestPayer: c.in.RequestPayer, ExpectedBucketOwner: c.in.ExpectedSourceBucketOwner,
	}, c.fromOptions...)
	switch {
	case errors.Is(err, s3.ErrNotImplemented), errors.Is(err, s3.Code("NoSuchTagSet")):
		return "", nil // then there are none
	case err != nil:
		return "", fmt.Errorf("read the source's tags, unless TaggingDirective is REPLACE: %w", err)
	case len(out.TagSet) == 0:
		return "", nil
	case c.lacks("PutObjectTagging"):
		return "", &OptionError{Field: "TaggingDirective", Reason: "is not REPLACE, but " + c.client.Profile.Name + " does not keep the source's tags"}
	}
	values := make(url.Values, len(out.TagSet))
	for _, tag := range out.TagSet {
		values.Set(tag.Key, tag.Value)
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20"), nil
}
