//go:build integration

package integration

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// probes are the operations, by the group that is probed together; each has buckets of its own.
var probes = []struct {
	name  string
	probe func(context.Context, *probe)
}{
	{"buckets", probeBuckets},
	{"directory buckets", probeDirectoryBuckets},
	{"cors", probeCors},
	{"encryption", probeEncryption},
	{"lifecycle", probeLifecycle},
	{"tagging", probeTagging},
	{"versioning", probeVersioning},
	{"website", probeWebsite},
	{"accelerate", probeAccelerate},
	{"request payment", probeRequestPayment},
	{"acl", probeBucketAcl},
	{"ownership controls", probeOwnershipControls},
	{"policy", probePolicy},
	{"public access block", probePublicAccessBlock},
	{"abac", probeAbac},
	{"logging", probeLogging},
	{"notification", probeNotification},
	{"replication", probeReplication},
	{"analytics", probeAnalytics},
	{"intelligent tiering", probeIntelligentTiering},
	{"inventory", probeInventory},
	{"metrics", probeMetrics},
	{"metadata", probeMetadata},
	{"metadata table", probeMetadataTable},
	{"objects", probeObjects},
	{"listings", probeListings},
	{"versions", probeVersions},
	{"attributes", probeAttributes},
	{"rename", probeRename},
	{"restore", probeRestore},
	{"select", probeSelect},
	{"torrent", probeTorrent},
	{"object lambda", probeObjectLambda},
	{"object acl", probeObjectAcl},
	{"object tagging", probeObjectTagging},
	{"object encryption", probeObjectEncryption},
	{"annotations", probeAnnotations},
	{"object lock", probeObjectLock},
	{"multipart", probeMultipart},
}

// TestOperations sends every operation to every server, reads its effect back, and compares what
// comes of it with docs/s3-operations.md; with -update it writes that page instead, where servers
// that are not picked keep their columns. The scheme makes no difference here.
func TestOperations(t *testing.T) {
	operations := modelOperations(t)
	page, err := os.ReadFile(tablePath)
	if !*update {
		require.NoError(t, err)
	}
	table := make(Table)
	if err == nil {
		table, err = ParseTable(string(page))
		require.NoError(t, err)
	}
	var mu sync.Mutex
	if *update {
		t.Cleanup(func() { // when the servers' parallel tests have ended
			if !t.Failed() {
				require.NoError(t, os.WriteFile(tablePath, []byte(table.Markdown(profileNames())), 0o644))
			}
		})
	}
	for _, name := range Picked() {
		s := servers[slices.IndexFunc(servers, func(s *server) bool { return s.name == name })]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title := ServerTitles[name]
			found := make(map[string]bool)
			ran := 0
			record := func(operation string, o Outcome) {
				mu.Lock()
				defer mu.Unlock()
				found[operation] = true
				if *update {
					if table[operation] == nil {
						table[operation] = make(map[string]Outcome)
					}
					table[operation][title] = o
					return
				}
				want := table[operation][title]
				if want.Cell() != o.Cell() || want.Remark != o.Remark {
					t.Errorf("%s: %s has %q (%s), and now it is %q (%s)", operation, tablePath, want.Cell(), want.Remark, o.Cell(), o.Remark)
				}
			}
			t.Cleanup(func() {
				if ran == len(probes) && !t.Failed() {
					require.Equal(t, operations, slices.Sorted(maps.Keys(found)))
				}
			})
			for _, group := range probes {
				t.Run(group.name, func(t *testing.T) {
					mu.Lock()
					ran++
					mu.Unlock()
					t.Parallel()
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
					defer cancel()
					group.probe(ctx, s.probe(t, record))
				})
			}
		})
	}
}

// TestServerVersions: the servers that are Debian's packages are of the versions that the page says.
func TestServerVersions(t *testing.T) {
	for _, name := range Picked() {
		s := servers[slices.IndexFunc(servers, func(s *server) bool { return s.name == name })]
		var version string
		switch name {
		case "openstack":
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/info", nil)
			require.NoError(t, err)
			resp, err := wireTransport.RoundTrip(r) // unsigned: it is Swift's own
			require.NoError(t, err)
			defer resp.Body.Close()
			var info struct {
				Swift struct {
					Version string `json:"version"`
				} `json:"swift"`
			}
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&info))
			version = info.Swift.Version
		case "ceph":
			out, err := exec.CommandContext(t.Context(), "radosgw", "--version").Output() // "ceph version 16.2.15 (...)"
			require.NoError(t, err)
			fields := strings.Fields(string(out))
			require.Greater(t, len(fields), 2)
			version = fields[2]
		default:
			continue // TestServerTitles
		}
		require.True(t, strings.HasSuffix(ServerTitles[name], " "+version), "%s is %s", name, version)
	}
}
