// Package swifttest is an OpenStack Swift server in memory, for the tests of programs that use package
// swift.
//
//	func TestBackup(t *testing.T) {
//		server := swifttest.NewServer(t, func(o *swifttest.Options) { o.Containers = []string{"backup"} })
//		err := backup(t.Context(), server.Client())
//		...
//		object, ok := server.Object("backup", "2026/01.tar")
//	}
//
// It speaks HTTP on the loopback interface, so that what is tested is what runs: the client, its
// retries, the wire. It verifies what OpenStack Swift verifies: tokens, the signatures of TempURLs
// and forms, ETags of bodies and of segments, names, metadata, limits, quotas, conditions. A request
// that Swift would refuse is refused, with the same status and the same text; what is not written
// in its documents is as Swift 2.30 does it.
//
// # What it knows
//
// HeadAccount, UpdateAccount, ListContainers, DeleteAccount (refused with 403, as it is to all but
// resellers); CreateContainer, HeadContainer, UpdateContainer, DeleteContainer, ListObjects;
// CreateObject, GetObject, HeadObject, UpdateObject, DeleteObject, CopyObject, CopyObjectTo;
// CreateSLOManifest, GetSLOManifest, DeleteSLO; Dynamic Large Objects; BulkDelete; TempURLs,
// FormPost; Info. Containers that the public may read are served without a token, and pages of
// another origin by the container's rules of CORS (a browser's question is the operation Preflight). There is one
// account, and one user. What Swift has besides (versions, symlinks, archives that are unpacked,
// static web sites, container synchronisation, ACLs of an account, and of a container those that let
// in anybody but all readers: ".r:*", ".rlistings") is refused with status 501,
// and not listed by Info. An object that has ended is gone from listings at once.
//
// # Tokens
//
// [Server.Client] has its tokens from the server without a request. Programs that log in do so by
// TempAuth ([Server.TempAuth]) or, with package identity, by the password at a Keystone v3
// ([Server.IdentityURL]); operations TempAuth, IssueToken and RevokeToken. A token ends after
// [Options.TokenLifetime] by [Options.Clock], or at once: [Server.RevokeTokens].
//
// # Faults and expectations
//
// [Server.Inject] makes requests fail as networks and servers do: with a status, with a connection
// that breaks before the work or after it, with a body that ends early. [Server.Expect] says which
// operations must come, in order; [Server.Requests] tells what came.
//
// A fake of a consumer-side interface of one or two methods is lighter still, and right for tests
// that are not about storage; the package's examples show both.
package swifttest
