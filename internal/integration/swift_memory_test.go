//go:build integration

package integration

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// memoryLacks are what swifttest refuses where OpenStack Swift does not, as its documentation says; "" is
// for rows of another account, of which it has none.
var memoryLacks = map[string]string{
	"UpdateAccount, QuotaBytes by an administrator": "", "ReadACL, another account": "", "WriteACL, another account": "",
	"another account's container, without an ACL (403)": "", "CopyObject, CopyFromAccount": "",

	"UpdateAccount, AccessControl": notThere, "SyncTo and SyncKey": notThere, "SyncTo, a host that is not allowed (400)": notThere,
	"static web, index": notThere, "static web, error page": notThere, "static web, listings": notThere,
	"VersionsLocation": notThere, "HistoryLocation": notThere, "VersionsEnabled": notThere, "ListObjects, Versions": notThere, "HeadObject, VersionID": notThere,
	"CopyObject, VersionID": notThere, "DeleteObject, a marker and a version": notThere, "VersionsEnabled, off again": notThere,
	"SymlinkTarget": notThere, "GetObject, HeadObject, Symlink get": notThere, "SymlinkTargetETag that fails (409)": notThere,
	"SymlinkTargetAccount": notThere, "ListObjects, SymlinkPath": notThere, "CopyObject, Symlink get": notThere,
}

const notThere = "refused with 501"

// TestSwiftInMemory runs every row against package swifttest, which needs no backend: what OpenStack
// does by docs/swift-operations.md, it does too.
func TestSwiftInMemory(t *testing.T) {
	table := readSwiftTable(t)
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := swiftInMemory(t, scheme)
			for _, g := range swiftGroups {
				for _, row := range g.rows {
					t.Run(row.name, func(t *testing.T) {
						want, ok := memoryLacks[row.name]
						if !ok {
							want = table[row.name]["openstack"]
						}
						if want == "" {
							return
						}
						err := row.run(t.Context(), s)
						require.Equal(t, want, swiftOutcome(err), "in full: %v", err)
					})
				}
			}
		})
	}
}

func swiftInMemory(t *testing.T, scheme string) *swiftServer {
	t.Helper()
	server := swifttest.NewServer(t, func(o *swifttest.Options) { o.TLS, o.Policies = scheme == "https", []string{"gold", "silver"} })
	auth, err := swift.NewTempAuth(server.TempAuth())
	require.NoError(t, err)
	s := &swiftServer{name: "openstack", scheme: scheme, t: t, once: map[string]*swiftMade{}, url: server.StorageURL(), account: "AUTH_test", grant: "test:*"}
	s.otherAccount, s.otherGrant = s.account, s.grant
	s.client = server.Client(func(o *swift.Options) { o.Auth, o.StorageURL = auth, server.StorageURL() })
	s.other = s.client
	s.revoke = func(context.Context) error { server.RevokeTokens(); return nil }
	s.shared, err = s.container(t.Context(), nil)
	require.NoError(t, err)
	return s
}
