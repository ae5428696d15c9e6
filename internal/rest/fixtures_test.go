package rest

import (
	"io"
	"net/http"
	"time"
)

// The types here are shaped like the API's own, with one of each form.

type storageClass string

type kitchenInput struct {
	Bucket        string            `label:"Bucket"`
	Key           string            `label:"Key"`
	VersionId     string            `url:"versionId,omitempty"`
	Prefix        string            `url:"prefix"`
	PartNumber    int32             `url:"partNumber,omitempty"`
	Marker        *string           `url:"marker"`
	Limit         *int32            `url:"limit"`
	FetchOwner    bool              `url:"fetch-owner"`
	Expires       time.Time         `url:"response-expires" timestamp:"http-date"`
	Since         time.Time         `url:"since"`
	Class         storageClass      `url:"class"`
	Fields        []string          `url:"field"`
	Joined        []string          `url:"joined,comma"`
	Delimited     []string          `url:"delimited" del:"|"`
	ACL           storageClass      `header:"x-amz-acl"`
	ContentType   string            `header:"content-type"`
	Size          int64             `header:"x-amz-size"`
	Days          *int32            `header:"x-amz-days"`
	Governance    bool              `header:"x-amz-bypass"`
	Key256        string            `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	IfModified    time.Time         `header:"If-Modified-Since"`
	RetainUntil   time.Time         `header:"x-amz-retain" timestamp:"date-time"`
	Stamp         *time.Time        `header:"x-amz-stamp" timestamp:"epoch"`
	Attributes    []storageClass    `header:"x-amz-attributes"`
	Metadata      map[string]string `headers:"x-amz-meta-"`
	Body          io.Reader         `payload:"body"`
	notTravelling int
}

type kitchenOutput struct {
	Body          io.ReadCloser     `payload:"body"`
	ACL           storageClass      `header:"x-amz-acl"`
	ContentLength int64             `header:"Content-Length"`
	Length        *int64            `header:"x-amz-length"`
	Parts         int32             `header:"x-amz-parts"`
	Deleted       bool              `header:"x-amz-delete-marker"`
	Modified      time.Time         `header:"Last-Modified"`
	Expires       *time.Time        `header:"Expires"`
	Attributes    []storageClass    `header:"x-amz-attributes"`
	Metadata      map[string]string `headers:"x-amz-meta-"`
	internal      int
}

func kitchenOp() *Operation[kitchenInput, kitchenOutput] {
	return &Operation[kitchenInput, kitchenOutput]{Name: "Cook", Method: http.MethodPut, URI: "/{Bucket}/{Key+}"}
}

type empty struct{}

type keyInput struct {
	Bucket string `label:"Bucket"`
	Key    string `label:"Key"`
}

type bucketInput struct {
	Bucket string `label:"Bucket"`
}

type identifier struct {
	Key          string    `xml:"Key" required:"true"`
	VersionId    string    `xml:"VersionId"`
	Size         *int64    `xml:"Size"`
	LastModified time.Time `xml:"LastModifiedTime" timestamp:"http-date"`
}

type deletion struct {
	Objects []identifier `xml:"Object" required:"true"`
	Quiet   bool         `xml:"Quiet"`
}

type deleteInput struct {
	Bucket string    `label:"Bucket"`
	Delete *deletion `payload:"xml" xml:"Delete" required:"true"`
	MFA    string    `header:"x-amz-mfa"`
}

type deleteOutput struct {
	Charged string `header:"x-amz-request-charged"`
	Deleted []struct {
		Key    string `xml:"Key"`
		Marker bool   `xml:"DeleteMarker"`
	} `xml:"Deleted"`
	Errors []struct {
		Key  string `xml:"Key"`
		Code string `xml:"Code"`
	} `xml:"Error"`
}

func deleteOp() *Operation[deleteInput, deleteOutput] {
	return &Operation[deleteInput, deleteOutput]{Name: "DeleteObjects", Method: http.MethodPost, URI: "/{Bucket}?delete", ChecksumRequired: true}
}

type copyResult struct {
	ETag         string    `xml:"ETag"`
	LastModified time.Time `xml:"LastModified"`
}

type copyOutput struct {
	Result    *copyResult `payload:"xml"`
	VersionId string      `header:"x-amz-version-id"`
}

type owner struct {
	ID          string `xml:"ID"`
	DisplayName string `xml:"DisplayName"`
}

type object struct {
	Key          string       `xml:"Key" encoding:"url"`
	Size         int64        `xml:"Size"`
	LastModified time.Time    `xml:"LastModified"`
	Class        storageClass `xml:"StorageClass"`
	Owner        *owner       `xml:"Owner"`
	Algorithms   []string     `xml:"ChecksumAlgorithm"`
}

type commonPrefix struct {
	Prefix string `xml:"Prefix" encoding:"url"`
}

type listing struct {
	Name           string         `xml:"Name"`
	Prefix         *string        `xml:"Prefix" encoding:"url"`
	EncodingType   string         `xml:"EncodingType"`
	MaxKeys        int32          `xml:"MaxKeys"`
	IsTruncated    *bool          `xml:"IsTruncated"`
	Contents       []object       `xml:"Contents"`
	CommonPrefixes []commonPrefix `xml:"CommonPrefixes"`
	Names          []string       `xml:"Names>Member" encoding:"url"`
	First          object         `xml:"First"`
	Last           *object        `xml:"Last"`
	Charged        string         `header:"x-amz-request-charged"`
}

type grantee struct {
	Type string `xml:"xsi:type,attr" required:"true"`
	ID   string `xml:"ID"`
}

type grant struct {
	Grantee    *grantee `xml:"Grantee" namespace:"xsi http://www.w3.org/2001/XMLSchema-instance"`
	Permission string   `xml:"Permission"`
}

type accessPolicy struct {
	Owner  owner   `xml:"Owner"`
	Grants []grant `xml:"AccessControlList>Grant"`
}

type location struct {
	Constraint string `xml:",chardata"`
}

// ring contains itself, in each way it can.
type ring struct {
	Name string `xml:"Name"`
	Next *ring  `xml:"Next"`
	More []ring `xml:"More>Ring"`
}

func ptr[T any](v T) *T { return &v }
