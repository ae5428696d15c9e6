package s3

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// providerDifferences are the operations of which the profile says something else than
// the provider's document, and why.
var providerDifferences = map[string]map[string]string{
	"NHN Cloud": {
		"PutBucketAcl":        "ready-made ACLs and headers only, as its s3api is seen to do",
		"ListObjectsV2":       "its s3api has it",
		"GetObjectAcl":        "its s3api has it",
		"GetBucketVersioning": "its s3api has it",
		"PutBucketVersioning": "its s3api has it",
		"ListObjectVersions":  "its s3api has it",
	},
	"Alluxio": {
		"HeadBucket":           "release 2.9.4 has it",
		"ListMultipartUploads": "release 2.9.4 has it",
	},
}

// TestProviderSupport holds profiles against the providers' documents, whose tables are
// testdata/provider-support.json. What a document does not list is not supported.
func TestProviderSupport(t *testing.T) {
	doc, err := os.ReadFile("../testdata/provider-support.json")
	require.NoError(t, err)
	var documents map[string]map[string]string
	require.NoError(t, json.Unmarshal(doc, &documents))
	words := map[string]Support{"supported": Supported, "partial": PartiallySupported, "unsupported": Unsupported}
	ops := declared(t)

	for _, p := range []Profile{KakaoCloud(), NHNCloud(), Alluxio()} {
		listed := documents[p.Name]
		require.NotEmpty(t, listed, p.Name)
		for name, word := range listed {
			if _, ok := aliases[name]; !ok {
				require.Contains(t, ops, name)
			}
			if _, differs := providerDifferences[p.Name][name]; differs {
				continue
			}
			want, ok := words[word]
			require.True(t, ok, word)
			require.Equal(t, want, p.Support(name), "%s: %s", p.Name, name)
		}
		for name := range ops {
			_, known := listed[name]
			if _, differs := providerDifferences[p.Name][name]; !known && !differs {
				require.Equal(t, Unsupported, p.Support(name), "%s: %s", p.Name, name)
			}
		}
	}
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), Generic(), KakaoCloud(), NHNCloud(), Alluxio()} {
		for name := range p.Operations {
			if _, ok := aliases[name]; !ok {
				require.Contains(t, ops, name, p.Name)
			}
		}
	}
}

// TestOverlookedSubresources: what a server that ignores a subresource would take for
// another operation on the bucket or the object.
func TestOverlookedSubresources(t *testing.T) {
	for _, p := range []Profile{Generic(), CephRGW(), MinIO()} {
		for _, name := range []string{
			"DeleteBucketOwnershipControls", "DeleteBucketMetricsConfiguration", "DeleteBucketInventoryConfiguration",
			"DeleteBucketAnalyticsConfiguration", "DeleteBucketIntelligentTieringConfiguration",
			"DeleteBucketMetadataConfiguration", "DeleteBucketMetadataTableConfiguration",
			"PutObjectAnnotation", "DeleteObjectAnnotation", "RenameObject", "UpdateObjectEncryption",
			"UpdateBucketMetadataAnnotationTableConfiguration",
		} {
			require.Equal(t, Unsupported, p.Support(name), "%s: %s", p.Name, name)
		}
	}
	for _, p := range []Profile{Generic(), CephRGW()} {
		require.Equal(t, Unsupported, p.Support("DeleteBucketEncryption"), p.Name)
		require.Equal(t, Unsupported, p.Support("GetObjectAttributes"), p.Name)
	}
	for _, p := range []Profile{Generic(), MinIO()} {
		require.Equal(t, Unsupported, p.Support("DeletePublicAccessBlock"), p.Name)
	}
	for _, p := range []Profile{Generic(), NHNCloud()} {
		for _, name := range []string{
			"DeleteBucketLifecycle", "DeleteBucketReplication", "PutObjectRetention", "PutObjectLegalHold",
			"GetBucketLifecycleConfiguration", "GetObjectRetention", "GetObjectLegalHold",
		} {
			require.Equal(t, Unsupported, p.Support(name), "%s: %s", p.Name, name)
		}
	}
}
