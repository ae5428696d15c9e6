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
	size  int64    // 0: that of the command line
	file  bool     // of a file without content, of that size
}

func w(s string) []string { return strings.Fields(s) }

const (
	upHTTP  = "raw raw/copy raw/tuned awsmgr awsmgr/wr awstm awstm/wr minio minio/trailers minio/nosha gophercloud gophercloud/noetag swift"
	upHTTPS = "raw raw/tuned raw/crc awsmgr awsmgr/wr awstm awstm/wr minio minio/trailers gophercloud swift"
)

var cases = []caseT{
	{name: "up-file-http-c4", sink: "http", args: w("-scenario up-file -conc 4"), peers: w(upHTTP)},
	{name: "up-file-http-c16", sink: "http", args: w("-scenario up-file -conc 16"), peers: w("raw awsmgr awstm minio gophercloud")},
	{name: "up-file-https-c4", sink: "https", args: w("-scenario up-file -conc 4"), peers: w(upHTTPS)},
	{name: "up-file-https-c16", sink: "https", args: w("-scenario up-file -conc 16"), peers: w("raw awsmgr awsmgr/wr awstm minio minio/trailers")},
	{name: "up-reader-http-c4", sink: "http", args: w("-scenario up-reader -conc 4"), peers: w("raw awsmgr awstm minio minio/par")},
	{name: "up-reader-https-c4", sink: "https", args: w("-scenario up-reader -conc 4"), peers: w("raw awsmgr awsmgr/wr awstm awstm/wr minio minio/par gophercloud")},
	{name: "down-file-http-c4", sink: "http", args: w("-scenario down-file -conc 4"), peers: w("raw raw/tuned awsmgr awstm minio minio/par gophercloud swift")},
	{name: "down-file-https-c4", sink: "https", args: w("-scenario down-file -conc 4"), peers: w("raw raw/tuned awsmgr awstm minio minio/par gophercloud swift")},
	{name: "put-small-http-c16", sink: "http", args: w("-scenario put-small -conc 16"), peers: w("raw awsmgr awsmgr/wr minio gophercloud swift")},
	{name: "put-small-https-c16", sink: "https", args: w("-scenario put-small -conc 16"), peers: w("raw awsmgr minio")},
	{name: "list-200k-http", sink: "http", args: w("-scenario list"), peers: w("raw awsmgr minio gophercloud swift")},
	{name: "presign-100k", sink: "http", args: w("-scenario presign -n 100000"), peers: w("raw awsmgr minio gophercloud swift")},
	{name: "up-file-sim-https-c16 (20 ms, 40 MB/s per conn)", sink: "sim", args: w("-scenario up-file -conc 16"), peers: w("raw awsmgr awsmgr/wr awstm minio minio/trailers gophercloud")},
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
