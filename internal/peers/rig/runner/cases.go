package main

import (
	"os"
	"regexp"
	"strings"
)

type caseT struct {
	name  string
	sink  string // http https sim
	args  []string
	peers []string // binary[/variant]
}

func w(s string) []string { return strings.Fields(s) }

const (
	upHTTP  = "raw raw/copy raw/tuned awsmgr awsmgr/wr awstm awstm/wr minio minio/trailers minio/nosha gophercloud gophercloud/noetag swift"
	upHTTPS = "raw raw/tuned raw/crc awsmgr awsmgr/wr awstm awstm/wr minio minio/trailers gophercloud swift"
)

var cases = []caseT{
	{"up-file-http-c4", "http", w("-scenario up-file -conc 4"), w(upHTTP)},
	{"up-file-http-c16", "http", w("-scenario up-file -conc 16"), w("raw awsmgr awstm minio gophercloud")},
	{"up-file-https-c4", "https", w("-scenario up-file -conc 4"), w(upHTTPS)},
	{"up-file-https-c16", "https", w("-scenario up-file -conc 16"), w("raw awsmgr awsmgr/wr awstm minio minio/trailers")},
	{"up-reader-http-c4", "http", w("-scenario up-reader -conc 4"), w("raw awsmgr awstm minio minio/par")},
	{"up-reader-https-c4", "https", w("-scenario up-reader -conc 4"), w("raw awsmgr awsmgr/wr awstm awstm/wr minio minio/par gophercloud")},
	{"down-file-http-c4", "http", w("-scenario down-file -conc 4"), w("raw raw/tuned awsmgr awstm minio minio/par gophercloud swift")},
	{"down-file-https-c4", "https", w("-scenario down-file -conc 4"), w("raw raw/tuned awsmgr awstm minio minio/par gophercloud swift")},
	{"put-small-http-c16", "http", w("-scenario put-small -conc 16"), w("raw awsmgr awsmgr/wr minio gophercloud swift")},
	{"put-small-https-c16", "https", w("-scenario put-small -conc 16"), w("raw awsmgr minio")},
	{"list-200k-http", "http", w("-scenario list"), w("raw awsmgr minio gophercloud swift")},
	{"presign-100k", "http", w("-scenario presign -n 100000"), w("raw awsmgr minio gophercloud swift")},
	{"up-file-sim-https-c16 (20 ms, 40 MB/s per conn)", "sim", w("-scenario up-file -conc 16"), w("raw awsmgr awsmgr/wr awstm minio minio/trailers gophercloud")},
}

// rivals are who the best peer is chosen from: the S3 clients with their
// defaults. A flavour with its integrity switched off is no yardstick.
var rivals = []string{"awsmgr", "awstm", "minio"}

// discover adds the clients and flavours that cases does not name.
func discover() {
	ds, _ := os.ReadDir("client")
	named := map[string]bool{"raw": true, "awsmgr": true, "awstm": true, "minio": true, "gophercloud": true, "swift": true}
	for _, d := range ds {
		n := d.Name()
		if _, err := os.Stat("bin/" + n); err != nil || !d.IsDir() {
			continue
		}
		for i := range cases {
			if !named[n] {
				cases[i].peers = append(cases[i].peers, n)
			}
			b, _ := os.ReadFile("client/" + n + "/variants")
			for _, l := range strings.Split(string(b), "\n") {
				if f := strings.Fields(l); len(f) == 2 && regexp.MustCompile(f[1]).MatchString(cases[i].name) {
					cases[i].peers = append(cases[i].peers, n+"/"+f[0])
				}
			}
		}
	}
}
