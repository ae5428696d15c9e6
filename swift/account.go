package swift

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opHeadAccount = operation[HeadAccountInput, HeadAccountOutput]{
	Operation: rest.Operation[HeadAccountInput, HeadAccountOutput]{
		Name: "HeadAccount", Method: http.MethodHead, URI: "/",
	},
}

// HeadAccountInput is the request of [Client.HeadAccount].
type HeadAccountInput struct{}

// HeadAccountOutput is the answer of [Client.HeadAccount].
type HeadAccountOutput struct {
	// ContainerCount, ObjectCount and BytesUsed are of the whole account.
	ContainerCount int64 `header:"X-Account-Container-Count"`
	ObjectCount    int64 `header:"X-Account-Object-Count"`
	BytesUsed      int64 `header:"X-Account-Bytes-Used"`
	// BytesUsedActual is what the account takes on the disks (Ceph RGW, KakaoCloud).
	BytesUsedActual int64 `header:"X-Account-Bytes-Used-Actual"`
	// QuotaBytes is the most that the account may hold; nil: no limit.
	QuotaBytes *int64 `header:"X-Account-Meta-Quota-Bytes"`
	// TempURLKey and TempURLKey2 sign TempURLs and FormPosts. Only the account's owner
	// is told.
	TempURLKey  Secret `header:"X-Account-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2 Secret `header:"X-Account-Meta-Temp-Url-Key-2" sensitive:"true"`
	// AccessControl is the account's ACL, JSON (TempAuth).
	AccessControl string `header:"X-Account-Access-Control"`
	// Metadata of the account, names in lower case.
	Metadata map[string]string `headers:"X-Account-Meta-"`
	// StoragePolicy tells the numbers by policy, such as "gold-object-count".
	StoragePolicy map[string]string `headers:"X-Account-Storage-Policy-"`
	// Timestamp is when the account was made.
	Timestamp time.Time `header:"X-Timestamp" timestamp:"epoch"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// HeadAccount tells the account's numbers and metadata. in may be nil. (Object Storage API
// v1, "Show account metadata".)
func (c *Client) HeadAccount(ctx context.Context, in *HeadAccountInput, opts ...func(*Options)) (*HeadAccountOutput, error) {
	return invoke(ctx, c, &opHeadAccount, in, opts)
}

var opUpdateAccount = operation[UpdateAccountInput, UpdateAccountOutput]{
	Operation: rest.Operation[UpdateAccountInput, UpdateAccountOutput]{
		Name: "UpdateAccount", Method: http.MethodPost, URI: "/",
	},
	encode: func(in *UpdateAccountInput, r *rest.Request) error {
		if err := checkQuotas(in.QuotaBytes, nil); err != nil {
			return err
		}
		return removeMetadata("X-Remove-Account-Meta-", in.RemoveMetadata, r)
	},
}

// UpdateAccountInput is the request of [Client.UpdateAccount]. What it does not name stays.
type UpdateAccountInput struct {
	// QuotaBytes is the most that the account may hold; resellers may set it.
	QuotaBytes *int64 `header:"X-Account-Meta-Quota-Bytes"`
	// TempURLKey and TempURLKey2 sign TempURLs and FormPosts: two, so that one can be
	// replaced while URLs of the other are about.
	TempURLKey  Secret `header:"X-Account-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2 Secret `header:"X-Account-Meta-Temp-Url-Key-2" sensitive:"true"`
	// AccessControl is the account's ACL, JSON (TempAuth).
	AccessControl string `header:"X-Account-Access-Control"`
	// Metadata to set.
	Metadata map[string]string `headers:"X-Account-Meta-"`
	// RemoveMetadata names metadata to remove; "Temp-URL-Key" and "Quota-Bytes" too.
	RemoveMetadata []string `rest:"-"`
}

// UpdateAccountOutput is the answer of [Client.UpdateAccount].
type UpdateAccountOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// UpdateAccount sets and removes metadata of the account, its TempURL keys among them.
// (Object Storage API v1, "Create, update, or delete account metadata".)
func (c *Client) UpdateAccount(ctx context.Context, in *UpdateAccountInput, opts ...func(*Options)) (*UpdateAccountOutput, error) {
	return invoke(ctx, c, &opUpdateAccount, in, opts)
}

var opDeleteAccount = operation[DeleteAccountInput, DeleteAccountOutput]{
	Operation: rest.Operation[DeleteAccountInput, DeleteAccountOutput]{
		Name: "DeleteAccount", Method: http.MethodDelete, URI: "/",
	},
}

// DeleteAccountInput is the request of [Client.DeleteAccount].
type DeleteAccountInput struct{}

// DeleteAccountOutput is the answer of [Client.DeleteAccount].
type DeleteAccountOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// DeleteAccount deletes the account with everything in it. Only resellers may: anybody else
// is [ErrForbidden]. in may be nil. (Object Storage API v1, "Delete the specified account".)
func (c *Client) DeleteAccount(ctx context.Context, in *DeleteAccountInput, opts ...func(*Options)) (*DeleteAccountOutput, error) {
	return invoke(ctx, c, &opDeleteAccount, in, opts)
}
