package integration

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

const tablePath = "../../docs/s3-operations.md"

var update = flag.Bool("update", false, "write what TestOperations finds to "+tablePath+", and what TestBehavioursPage does to "+behavioursPath)

// profiles are what each server is used with.
var profiles = map[string]func() s3.Profile{
	"openstack": s3.NHNCloud,
	"ceph":      s3.CephRGW,
	"minio":     s3.MinIO,
	"versitygw": s3.Generic,
	"alluxio":   s3.Alluxio,
}

// own are the servers that their profile is of, and not of a provider that the server stands in
// for, or of none.
var own = []string{"ceph", "minio", "alluxio"}

func profileNames() map[string]string {
	names := make(map[string]string)
	for name, profile := range profiles {
		names[ServerTitles[name]] = profile().Name
	}
	return names
}

// The versions of the titles are those that the start scripts build; TestServerVersions asks the
// servers that come as packages.
func TestServerTitles(t *testing.T) {
	for name, version := range map[string]*regexp.Regexp{
		"minio":     regexp.MustCompile(`minio v0\.0\.0-(\d{4})(\d\d)(\d\d)`),
		"versitygw": regexp.MustCompile(`versitygw v([0-9.]+)`),
		"alluxio":   regexp.MustCompile(`VERSION=([0-9.]+)`),
	} {
		script, err := os.ReadFile("../../testdata/backends/" + name + "/up.sh")
		require.NoError(t, err)
		built := version.FindStringSubmatch(string(script))
		require.NotNil(t, built, name)
		require.True(t, strings.HasSuffix(ServerTitles[name], " "+strings.Join(built[1:], "-")), "%s is %q", name, built)
	}
	require.Len(t, columns(), len(Backends))
	require.NotContains(t, columns(), "")
}

// modelOperations are the names of all operations of the S3 API.
func modelOperations(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/s3-model.json")
	require.NoError(t, err)
	var model struct {
		Operations map[string]json.RawMessage `json:"operations"`
	}
	require.NoError(t, json.Unmarshal(text, &model))
	require.NotEmpty(t, model.Operations)
	return slices.Sorted(maps.Keys(model.Operations))
}

// The page that is checked in has every operation on every server, no cell blank, as it is written
// by a run, and says of the profiles what they are.
func TestOperationsPage(t *testing.T) {
	page, err := os.ReadFile(tablePath)
	require.NoError(t, err)
	table, err := ParseTable(string(page))
	require.NoError(t, err)
	operations := modelOperations(t)
	require.Len(t, operations, 112)
	require.Equal(t, operations, slices.Sorted(maps.Keys(table)))
	require.Empty(t, table.missing(operations))
	have := strings.Split(string(page), "\n")
	want := strings.Split(table.Markdown(profileNames()), "\n")
	for i := range min(len(have), len(want)) {
		require.Equal(t, want[i], have[i], "line %d; run TestOperations with -update", i+1)
	}
	require.Len(t, have, len(want))

	strictest := s3.Generic()
	for name, profile := range profiles {
		p := profile()
		for _, operation := range operations {
			o := table[operation][ServerTitles[name]]
			at := operation + " on " + name
			require.Equal(t, p.Support(operation) == s3.Unsupported, o.ByProfile, at)
			if slices.Contains(own, name) {
				require.Equal(t, o.Verdict != Works, o.ByProfile, "%s: the profile is not what the server does", at)
			}
			if strings.HasPrefix(o.Verdict, taken) {
				require.True(t, o.ByProfile, "%s: the profile lets a dangerous operation through", at)
				if operation == "ListObjectVersions" {
					continue // versitygw, which has the strictest profile, knows it, and a listing harms nothing
				}
				require.Equal(t, s3.Unsupported, strictest.Support(operation), "%s: so does the strictest profile", at)
			}
		}
	}
}

func TestParseTable(t *testing.T) {
	all := func(o Outcome) map[string]Outcome {
		m := make(map[string]Outcome)
		for _, title := range columns() {
			m[title] = o
		}
		return m
	}
	want := Table{
		"GetObject":           all(Outcome{Verdict: Works}),
		"GetBucketCors":       all(Outcome{Verdict: Works, Remark: "tells: nothing"}),
		"PutBucketCors":       all(Outcome{Verdict: refused + "501 NotImplemented", Remark: "so"}),
		"PutBucketLogging":    all(Outcome{Verdict: NoEffect, ByProfile: true}),
		"DeleteBucketMetrics": all(Outcome{Verdict: taken + "DeleteBucket", ByProfile: true}),
		"PutBucketTagging":    all(Outcome{Verdict: Works, ByProfile: true, Remark: "since"}),
	}
	page := want.Markdown(profileNames())
	got, err := ParseTable(page)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Contains(t, page, "| PutBucketTagging | refused by our profile (server: works, with a remark) |")

	delete(want["GetObject"], ServerTitles["minio"])
	got, err = ParseTable(want.Markdown(profileNames()))
	require.NoError(t, err)
	require.Equal(t, []string{"GetObject, " + ServerTitles["minio"]}, got.missing([]string{"GetObject", "GetBucketCors"}))

	for name, page := range map[string]string{
		"no table":            "# text\n",
		"no outcome":          "| operation | a |\n|---|---|\n| GetObject | perhaps |\n",
		"too few cells":       "| operation | a | b |\n|---|---|---|\n| GetObject | works |\n",
		"no end of a cell":    "| operation | a |\n|---|---|\n| GetObject | " + byProfile + "works |\n",
		"remark on a refusal": "| operation | a |\n|---|---|\n| GetObject | refused: 501 NotImplemented, with a remark |\n",
		"remark on nothing":   "| operation | a |\n|---|---|\n| GetObject | works |\n\n### b\n\n- GetObject: so\n",
	} {
		_, err := ParseTable(page)
		require.Error(t, err, name)
	}
}
