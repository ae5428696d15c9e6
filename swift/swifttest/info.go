package swifttest

import (
	"cmp"
	"net/http"
)

// Limits are what a server allows. The zero value of each field is Swift's own default.
type Limits struct {
	// MaxFileSize bounds an object, in bytes. Default: 5 GiB and 2 bytes; no body may be larger
	// than [MaxBody] in any case.
	MaxFileSize int64
	// MaxMetaNameLength (128) and MaxMetaValueLength (256) bound a name and a value of metadata
	// in bytes, MaxMetaCount (90) their number, and MaxMetaOverallSize (4,096) all of them.
	MaxMetaNameLength, MaxMetaValueLength, MaxMetaCount, MaxMetaOverallSize int
	// MaxObjectNameLength (1,024) and MaxContainerNameLength (256) bound names, in bytes.
	MaxObjectNameLength, MaxContainerNameLength int
	// ContainerListingLimit and AccountListingLimit are the most entries of a listing, and what
	// it has when it asks for no number. Default: 10,000. Tests of pages set them lower.
	ContainerListingLimit, AccountListingLimit int
	// MaxManifestSegments is the most segments of a manifest. Default: 1,000.
	MaxManifestSegments int
	// MaxManifestSize bounds a manifest, in bytes. Default: 8 MiB.
	MaxManifestSize int64
	// MaxDeletesPerRequest (10,000) and MaxFailedDeletes (1,000) bound BulkDelete.
	MaxDeletesPerRequest, MaxFailedDeletes int
}

func (l *Limits) resolve() {
	l.MaxFileSize = cmp.Or(l.MaxFileSize, 5<<30+2)
	l.MaxMetaNameLength = cmp.Or(l.MaxMetaNameLength, 128)
	l.MaxMetaValueLength = cmp.Or(l.MaxMetaValueLength, 256)
	l.MaxMetaCount = cmp.Or(l.MaxMetaCount, 90)
	l.MaxMetaOverallSize = cmp.Or(l.MaxMetaOverallSize, 4096)
	l.MaxObjectNameLength = cmp.Or(l.MaxObjectNameLength, 1024)
	l.MaxContainerNameLength = cmp.Or(l.MaxContainerNameLength, 256)
	l.ContainerListingLimit = cmp.Or(l.ContainerListingLimit, 10_000)
	l.AccountListingLimit = cmp.Or(l.AccountListingLimit, 10_000)
	l.MaxManifestSegments = cmp.Or(l.MaxManifestSegments, 1000)
	l.MaxManifestSize = cmp.Or(l.MaxManifestSize, 8<<20)
	l.MaxDeletesPerRequest = cmp.Or(l.MaxDeletesPerRequest, 10_000)
	l.MaxFailedDeletes = cmp.Or(l.MaxFailedDeletes, 1000)
}

// section is a section of the answer of Info.
type section map[string]any

func (q *request) info() *answer {
	l := &q.server.options.Limits
	var policies []section
	for i, name := range q.server.options.Policies {
		p := section{"name": name, "aliases": name}
		if i == 0 {
			p["default"] = true
		}
		policies = append(policies, p)
	}
	digests := section{"allowed_digests": []string{"sha1", "sha256", "sha512"}, "deprecated_digests": []string{"sha1"}}
	return document(http.StatusOK, map[string]section{
		"swift": {
			"version": "2.30.1", "policies": policies, "max_file_size": l.MaxFileSize,
			"max_meta_name_length": l.MaxMetaNameLength, "max_meta_value_length": l.MaxMetaValueLength,
			"max_meta_count": l.MaxMetaCount, "max_meta_overall_size": l.MaxMetaOverallSize, "max_header_size": 8192,
			"max_object_name_length": l.MaxObjectNameLength, "max_container_name_length": l.MaxContainerNameLength,
			"max_account_name_length": 256, "container_listing_limit": l.ContainerListingLimit, "account_listing_limit": l.AccountListingLimit,
			"account_autocreate": true, "allow_account_management": true, "strict_cors_mode": true, "extra_header_count": 0,
		},
		"slo": {
			"max_manifest_segments": l.MaxManifestSegments, "max_manifest_size": l.MaxManifestSize, "min_segment_size": 1,
			"yield_frequency": 10, "allow_async_delete": false,
		},
		"dlo":         {"max_segments": l.ContainerListingLimit},
		"bulk_delete": {"max_deletes_per_request": l.MaxDeletesPerRequest, "max_failed_deletes": l.MaxFailedDeletes},
		"tempurl": {
			"methods": tempURLMethods, "allowed_digests": digests["allowed_digests"], "deprecated_digests": digests["deprecated_digests"],
			"incoming_remove_headers": []string{"x-timestamp"}, "incoming_allow_headers": []string{},
			"outgoing_remove_headers": []string{"x-object-meta-*"}, "outgoing_allow_headers": []string{"x-object-meta-public-*"},
		},
		"formpost":         digests,
		"container_quotas": {}, "account_quotas": {}, "tempauth": {"account_acls": false},
	})
}
