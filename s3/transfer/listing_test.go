package transfer

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// pageSize of the test server's listings.
const pageSize = 3

// listParts answers with s.mu held. Profiles that don't trust ETags list none, as Alluxio does.
func (s *server) listParts(e *exchange, id string, up *pending) *reply {
	after, _ := strconv.Atoi(e.Query["part-number-marker"])
	answer := "<ListPartsResult><UploadId>" + id + "</UploadId>"
	listed, last := 0, 0
	for _, number := range slices.Sorted(maps.Keys(up.parts)) {
		if number <= after {
			continue
		}
		if listed++; listed > pageSize {
			answer += "<IsTruncated>true</IsTruncated><NextPartNumberMarker>" + strconv.Itoa(last) + "</NextPartNumberMarker>"
			break
		}
		last = number
		p := up.parts[number]
		answer += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><Size>%d</Size>", number, len(p.data))
		if s.profile.ETagMD5 {
			answer += "<ETag>" + html.EscapeString(p.etag) + "</ETag>"
		}
		for _, a := range []checksum.Algorithm{checksum.CRC32, checksum.CRC32C, checksum.CRC64NVME, checksum.SHA1, checksum.SHA256} {
			if v := p.checksum[a]; v != "" {
				answer += fmt.Sprintf("<Checksum%s>%s</Checksum%s>", a, v, a)
			}
		}
		answer += "</Part>"
	}
	return &reply{status: 200, body: answer + "</ListPartsResult>"}
}

// listUploads answers with s.mu held.
func (s *server) listUploads(e *exchange) *reply {
	type entry struct {
		key, id string
		*pending
	}
	var all []entry
	for id, up := range s.uploads {
		key := strings.TrimPrefix(up.path, e.Path+"/")
		if strings.HasPrefix(key, e.Query["prefix"]) && key+"\x00"+id > e.Query["key-marker"]+"\x00"+e.Query["upload-id-marker"] {
			all = append(all, entry{key, id, up})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.id, b.id)) })
	answer := "<ListMultipartUploadsResult>"
	if len(all) > pageSize {
		all = all[:pageSize]
		last := all[pageSize-1]
		answer += "<IsTruncated>true</IsTruncated><NextKeyMarker>" + last.key + "</NextKeyMarker><NextUploadIdMarker>" + last.id + "</NextUploadIdMarker>"
	}
	for _, u := range all {
		answer += fmt.Sprintf("<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>",
			u.key, u.id, u.initiated.UTC().Format(time.RFC3339Nano))
	}
	return &reply{status: 200, body: answer + "</ListMultipartUploadsResult>"}
}

// one is a page, or a failure.
func one[T any](out *T, err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(out, err) }
}

func (f *fake) ListPartsPages(ctx context.Context, in *s3.ListPartsInput, fns ...func(*s3.Options)) iter.Seq2[*s3.ListPartsOutput, error] {
	return one(f.ListParts(ctx, in, fns...))
}
