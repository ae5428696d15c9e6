package s3

// Owner is the account that a bucket or an object belongs to.
type Owner struct {
	// DisplayName is the account's name. Amazon S3 no longer answers it; other
	// servers do.
	DisplayName string `xml:"DisplayName"`
	// ID is the account's id (on Amazon S3 the canonical user id).
	ID string `xml:"ID"`
}

// Tag is a name and a value on a bucket or an object. A name that stands twice, or that
// or whose value is too long, is refused before anything is sent.
type Tag struct {
	// Key is the tag's name, up to 128 characters.
	Key string `xml:"Key" required:"true"`
	// Value is the tag's value, up to 256 characters; it may be empty.
	Value string `xml:"Value" required:"true" always:"true"`
}

// AccessControlPolicy is a whole ACL: the owner and the grants.
type AccessControlPolicy struct {
	// Grants are the permissions and who gets them, at most 100.
	Grants []Grant `xml:"AccessControlList>Grant"`
	// Owner is the owner, who can't be changed by it.
	Owner Owner `xml:"Owner"`
}

// Grant gives one grantee one permission.
type Grant struct {
	// Grantee is who gets the permission.
	Grantee Grantee `xml:"Grantee" namespace:"xsi http://www.w3.org/2001/XMLSchema-instance"`
	// Permission is what it allows.
	Permission Permission `xml:"Permission"`
}

// Grantee is an account or a group.
type Grantee struct {
	// Type says which of the other members identifies the grantee.
	Type Type `xml:"xsi:type,attr" required:"true"`
	// DisplayName is the account's name. Amazon S3 no longer answers it.
	DisplayName string `xml:"DisplayName"`
	// EmailAddress identifies an AmazonCustomerByEmail.
	EmailAddress string `xml:"EmailAddress"`
	// ID is the account's id and identifies a CanonicalUser.
	ID string `xml:"ID"`
	// URI identifies a Group, for example
	// http://acs.amazonaws.com/groups/global/AllUsers for everyone.
	URI string `xml:"URI"`
}
