package swift

const gib = 1 << 30

// kakaoMultipart are the operations that only KakaoCloud has on its Swift endpoint. Other
// servers take them for something else: Ceph RGW reads POST ?uploads as a change of
// metadata.
var kakaoMultipart = []string{
	"CreateMultipartUpload", "UploadPart", "ListParts", "ListMultipartUploads",
	"AbortMultipartUpload", "CompleteMultipartUpload", "GetObjectTempURL",
}

func support(s Support, lists ...[]string) map[string]Support {
	m := map[string]Support{}
	for _, names := range lists {
		for _, n := range names {
			m[n] = s
		}
	}
	return m
}

// partly marks operations that work within limits.
func partly(m map[string]Support, names ...string) map[string]Support {
	for _, n := range names {
		m[n] = PartiallySupported
	}
	return m
}

// cephOverlooked is what Ceph RGW 16.2.15 was seen to take no notice of.
func cephOverlooked() map[string][]string {
	container := []string{"X-Versions-Enabled", "X-History-Location", "X-Container-Sync-To", "X-Container-Sync-Key"}
	return map[string][]string{
		"CreateContainer": container,
		"UpdateContainer": container,
		"ListContainers":  {"delimiter"},
		"ListObjects":     {"reverse", "versions"},
		"CreateObject":    {"If-None-Match", "X-Symlink-Target", "X-Detect-Content-Type"},
		"GetObject":       {"version-id", "symlink"},
		"HeadObject":      {"version-id", "symlink"},
		"CopyObject":      {"version-id", "symlink", "If-Match", "If-None-Match"},
		"CopyObjectTo":    {"version-id", "symlink", "If-Match", "If-None-Match"},
		"DeleteObject":    {"version-id"},
	}
}

// OpenStack is OpenStack Swift, 2.2 and later, as its defaults have it (Object Storage
// API v1 reference; seen on Swift 2.30.1). NHN Cloud's Swift endpoint is one.
func OpenStack() Profile {
	return Profile{
		Name: "OpenStack", ETagMD5: true, MinContainerName: 1, MaxContainerName: 256, MaxObjectName: 1024,
		MaxObjectSize: 5*gib + 2, MaxSegments: 1000, SegmentETags: true, NestedManifests: true, SegmentRanges: true,
		TempURLDigests:    []Digest{DigestSHA256, DigestSHA512, DigestSHA1},
		TempURLExtensions: true,
		MaxBulkDeletes:    10000,
		Operations:        support(Unsupported, kakaoMultipart),
	}
}

// CephRGW is the Swift API of Ceph's RADOS Gateway (Ceph documentation, "Ceph Object
// Gateway Swift API"; seen on 16.2.15).
func CephRGW() Profile {
	return Profile{
		Name: "Ceph RGW", ETagMD5: true, MinContainerName: 1, MaxContainerName: 255, MaxObjectName: 1024,
		MaxObjectSize: 5 * gib, MaxSegments: 1000, PrefixAfterLimit: true,
		TempURLDigests:        []Digest{DigestSHA1},
		MaxBulkDeletes:        1024,
		FormPostEscapedPath:   true,
		MaxFormFiles:          1,
		ExtractNeedsContainer: true,
		// multipart-manifest=get is answered with nothing.
		Operations: partly(support(Unsupported, kakaoMultipart, []string{"GetSLOManifest"}), "FormPost", "ExtractArchive"),
		Overlooked: cephOverlooked(),
	}
}

// KakaoCloud is KakaoCloud Object Storage, a Ceph RGW (KakaoCloud, Object Storage, "Swift
// API").
func KakaoCloud() Profile {
	return Profile{
		Name: "KakaoCloud", ContentType: "application/json", ETagMD5: true,
		MinContainerName: 4, MaxContainerName: 63, MaxObjectName: 396,
		MaxObjectSize: 5 * gib, MaxSegments: 1000, PrefixAfterLimit: true,
		TempURLDigests:        []Digest{DigestSHA1},
		FormPostEscapedPath:   true,
		MaxFormFiles:          1,
		ExtractNeedsContainer: true,
		Operations: partly(support(Unsupported, []string{
			"DeleteAccount", "BulkDelete", "ExtractArchive", "GetSLOManifest", "CopyObjectTo",
		}), "FormPost"),
		Overlooked: cephOverlooked(), // it is one, and its document names none of them
	}
}

// Generic is the strictest choice everywhere, for a server that nobody has looked at.
func Generic() Profile {
	return Profile{
		Name: "Generic", ETagMD5: true, MinContainerName: 1, MaxContainerName: 255, MaxObjectName: 1024,
		MaxObjectSize: 5 * gib, MaxSegments: 1000, PrefixAfterLimit: true,
		TempURLDigests:        []Digest{DigestSHA1},
		MaxBulkDeletes:        1000,
		MaxFormFiles:          1,
		ExtractNeedsContainer: true,
		Operations:            partly(support(Unsupported, kakaoMultipart), "FormPost", "ExtractArchive"),
	}
}
