package s3

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateProviders = flag.Bool("update-providers", false, "write README.md's table of providers")

// The table of providers in README.md is what the profiles say.
func TestProvidersTable(t *testing.T) {
	t.Parallel()
	const path, head = "../README.md", "| provider |"
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(page), head)
	require.True(t, found)
	_, after, found := strings.Cut(rest, "\n\n")
	require.True(t, found)
	want := before + providersTable(t) + "\n" + after
	if *updateProviders {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page), "go test ./s3 -run TestProvidersTable -update-providers writes it")
}

func providersTable(t *testing.T) string {
	operations := readModel(t).Operations
	var b strings.Builder
	b.WriteString("| provider | profile | endpoint | operations | checksums | aws-chunked | conditional writes | SSE-C | parts | addressing |\n")
	b.WriteString("|---|---|---|--:|---|---|---|---|--:|---|\n")
	for _, row := range []struct {
		provider, function, endpoint string
		profile                      Profile
	}{
		{"Amazon S3", "AWS", "from the region", AWS()},
		{"NHN Cloud (OpenStack Swift s3api)", "NHNCloud", "your region's", NHNCloud()},
		{"KakaoCloud (Ceph RGW)", "KakaoCloud", "your region's", KakaoCloud()},
		{"Ceph RGW", "CephRGW", "yours", CephRGW()},
		{"MinIO", "MinIO", "yours", MinIO()},
		{"Alluxio", "Alluxio", "`http://host:39999`", Alluxio()},
		{"anything else", "Generic", "yours", Generic()},
	} {
		p := row.profile
		offered := 0
		for operation := range operations {
			if p.Support(operation) != Unsupported {
				offered++
			}
		}
		parts := fmt.Sprint(p.MaxParts)
		if p.MaxParts >= 10_000 {
			parts = parts[:len(parts)-3] + "," + parts[len(parts)-3:]
		}
		fmt.Fprintf(&b, "| %s | `s3.%s()` | %s | %d | %s | %s | %s | %s | %s | %s |\n", row.provider, row.function, row.endpoint,
			offered, checksumsCell(p.Checksums), yes(p.AWSChunked), yes(slices.Contains(p.ConditionalWrites, "PutObject")), yes(p.CustomerKeys),
			parts, addressingCell(p))
	}
	return b.String()
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func checksumsCell(algorithms []ChecksumAlgorithm) string {
	if len(algorithms) == 0 {
		return "no"
	}
	var names []string
	for _, a := range algorithms {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

func addressingCell(p Profile) string {
	cell := "path"
	if p.Addressing == AddressingVirtualHost {
		cell = "virtual host"
	}
	if p.BasePath != "" {
		cell += " below `" + p.BasePath + "`"
	}
	return cell
}
