package interop

import "github.com/stowage-go/stowage/internal/integration"

const pagePath = "../../../docs/interop.md"

// backends are the servers with S3's API that are asked. Alluxio keeps nothing beside the bytes.
var backends = []string{"minio", "ceph", "versitygw", "openstack"}

// peers are the S3 clients.
var peers = []string{"aws-sdk-go-v2", "minio-go", "boto3", "AWS CLI"}

// Rows of the tables of objects, in order.
const (
	rowPut            = "one request"
	rowEmpty          = "empty object"
	rowHeaders        = "content headers"
	rowMetadata       = "metadata"
	rowMetadataBeyond = "metadata beyond ASCII"
	rowTags           = "tags"
	rowParts          = "in parts, from a file"
	rowStream         = "in parts, from a stream"
	rowCopy           = "copy"
	rowCopyParts      = "copy in parts"
	rowSLO            = "static large object"
	rowDLO            = "dynamic large object"
	rowCRC64          = "CRC-64/NVME"
	rowCRC64Parts     = "CRC-64/NVME, in parts"
	rowCRC32C         = "CRC32C"
	rowSHA256         = "SHA-256"
	rowListing        = "listing in pages"
	rowDelimiter      = "listing by delimiter"
)

// keys are the names that clients, proxies and servers are known to spoil. None is above another,
// which servers that keep files could not have.
var keys = []struct{ name, key string }{
	{"key: spaces", "a b  c"},
	{"key: + and %", "a+b%20c%zz"},
	{"key: Unicode", "ü/日本/😀"},
	{"key: decomposed", "e\u0301"},
	{"key: URL syntax", "q?x=1&y=2#z;w"},
	{"key: reserved characters", "!*'()@$,=:[]~"},
	{"key: XML syntax", `<a href="b">&amp;'<`},
	{"key: a line feed", "a\nb"},
	{"key: //", "x//y"},
	{"key: a leading slash", "/lead"},
	{"key: ../ inside", "d/../up"},
	{"key: ..", ".."},
	{"key: 900 bytes", "long/" + long(895)},
}

// long is n bytes in segments of 100, which file systems can have.
func long(n int) string {
	b := make([]byte, n)
	for i := range b {
		if b[i] = 'k'; i%100 == 99 && i < n-1 {
			b[i] = '/'
		}
	}
	return string(b)
}

func objectRows() []string {
	return withKeys(
		rowPut, rowEmpty, rowHeaders, rowMetadata, rowMetadataBeyond, rowTags, rowParts, rowStream, rowCopy, rowCopyParts,
		rowCRC64, rowCRC64Parts, rowCRC32C, rowSHA256)
}

func swiftRows() []string {
	return withKeys(rowPut, rowEmpty, rowHeaders, rowMetadata, rowMetadataBeyond, rowSLO, rowDLO, rowCopy)
}

func withKeys(rows ...string) []string {
	for _, k := range keys {
		rows = append(rows, k.name)
	}
	return append(rows, rowListing, rowDelimiter)
}

// reads and writes are the two columns of a client: it reads what ours wrote, and ours reads what
// it wrote.
func reads(client string) string  { return client + " reads" }
func writes(client string) string { return client + " writes" }

func objectColumns(clients []string) []string {
	var columns []string
	for _, c := range clients {
		columns = append(columns, reads(c), writes(c))
	}
	return columns
}

// title is the table of a server's S3 API.
func title(backend string) string { return "S3: " + integration.ServerTitles[backend] }

// swiftBackends are the servers with Swift's API, and swiftPeers its clients.
var (
	swiftBackends = []string{"openstack", "ceph"}
	swiftPeers    = []string{"gophercloud", "ncw/swift"}
)

func swiftTitle(backend string) string { return "Swift: " + integration.ServerTitles[backend] }

// Links and forms, and who uses them.
const (
	linksTitle = "S3: links and forms"
	tempTitle  = "Swift: links and forms"

	rowLinkGet     = "presigned GET, curl"
	rowLinkHead    = "presigned HEAD, curl"
	rowLinkPut     = "presigned PUT with headers, curl"
	rowLinkParts   = "presigned UploadPart and CompleteMultipartUpload, curl"
	rowLinkDelete  = "presigned DELETE, curl"
	rowForm        = "POST form, curl"
	rowFormName    = "POST form with ${filename}, curl"
	rowBrowserForm = "POST form, Chromium"
	rowBrowserName = "POST form with ${filename}, Chromium"
	rowBrowserPut  = "presigned PUT from a page's script, Chromium"

	rowTempPut         = "TempURL PUT, curl"
	rowTempGet         = "TempURL GET, curl"
	rowTempHead        = "TempURL HEAD, curl"
	rowTempPrefix      = "TempURL of a prefix, curl"
	rowTempDelete      = "TempURL DELETE, curl"
	rowFormPost        = "FormPost, curl"
	rowBrowserFormPost = "FormPost, Chromium"
	rowBrowserTempPut  = "TempURL PUT from a page's script, Chromium"
)

func serverTitles(names []string) []string {
	var titles []string
	for _, name := range names {
		titles = append(titles, integration.ServerTitles[name])
	}
	return titles
}

// tables are all tables of the page.
func tables() []Table {
	var all []Table
	for _, name := range backends {
		all = append(all, Table{Title: title(name), Rows: objectRows(), Columns: objectColumns(peers)})
	}
	for _, name := range swiftBackends {
		all = append(all, Table{Title: swiftTitle(name), Rows: swiftRows(), Columns: objectColumns(swiftPeers)})
	}
	return append(all,
		Table{Title: linksTitle, Columns: serverTitles(backends), Rows: []string{
			rowLinkGet, rowLinkHead, rowLinkPut, rowLinkParts, rowLinkDelete, rowForm, rowFormName, rowBrowserForm, rowBrowserName, rowBrowserPut,
		}},
		Table{Title: tempTitle, Columns: serverTitles(swiftBackends), Rows: []string{
			rowTempPut, rowTempGet, rowTempHead, rowTempPrefix, rowTempDelete, rowFormPost, rowBrowserFormPost, rowBrowserTempPut,
		}})
}
