package s3test

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
)

// MaxParts is the highest number of a part.
const MaxParts = 10_000

// upload is a multipart upload that is under way.
type upload struct {
	key       string
	initiated time.Time
	header    http.Header
	tags      []tag
	parts     map[int]*part

	customerKey string // the MD5 of the key that each part needs

	checksum     checksum.Algorithm
	checksumType checksum.Type
}

type part struct {
	body          []byte
	etag          string
	checksumValue string
	modified      time.Time
}

func (q *request) createMultipartUpload(b *bucket) *answer {
	tags, bad := headerTags(q.Header.Get("X-Amz-Tagging"))
	if bad != nil {
		return bad
	}
	u := &upload{
		key: q.key, initiated: q.now, header: kept(q.Header), tags: tags, parts: map[int]*part{},
		checksumType: checksum.Type(q.Header.Get("X-Amz-Checksum-Type")),
	}
	if u.checksum, bad = q.algorithm(); bad != nil {
		return bad
	}
	if u.customerKey, bad = q.customerKey(q.Header, customerPrefix); bad != nil {
		return bad
	}
	if u.checksum != "" && u.checksumType == "" {
		u.checksumType = checksum.Composite
		if u.checksum == checksum.CRC64NVME {
			u.checksumType = checksum.FullObject
		}
	}
	if u.checksum != "" {
		if _, err := checksum.NewCombiner(u.checksum, u.checksumType); err != nil {
			return refuse(http.StatusBadRequest, "InvalidRequest", "The "+string(u.checksumType)+" checksum type cannot be used with the "+string(u.checksum)+" checksum algorithm.")
		}
	}
	q.server.uploads++
	id := "s3test-upload-" + strconv.Itoa(q.server.uploads)
	b.uploads[id] = u
	return encrypted(document(struct {
		XMLName               xml.Name `xml:"InitiateMultipartUploadResult"`
		Bucket, Key, UploadId string
	}{Bucket: q.bucket, Key: q.key, UploadId: id}), u.header, u.customerKey).
		Set("X-Amz-Checksum-Algorithm", string(u.checksum)).Set("X-Amz-Checksum-Type", string(u.checksumType))
}

// upload is the one that the request is about.
func (q *request) upload(b *bucket) (*upload, *answer) {
	u := b.uploads[q.query["uploadId"]]
	if u == nil || u.key != q.key {
		return nil, refuse(http.StatusNotFound, "NoSuchUpload", "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	}
	return u, nil
}

// uploadOfPart is the upload that the request brings a part of.
func (q *request) uploadOfPart(b *bucket) (*upload, *answer) {
	u, bad := q.upload(b)
	if bad == nil && (q.part < 1 || q.part > MaxParts) {
		bad = refuse(http.StatusBadRequest, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	}
	if bad == nil {
		bad = q.unlockUpload(u, true)
	}
	return u, bad
}

func (q *request) uploadPart(b *bucket) *answer {
	u, bad := q.uploadOfPart(b)
	if bad != nil {
		return bad
	}
	if q.checksum != u.checksum && q.checksum+u.checksum != checksum.CRC64NVME && u.checksum != "" {
		return refuse(http.StatusBadRequest, "InvalidRequest", fmt.Sprintf("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", u.checksum, q.checksum))
	}
	p := &part{body: q.body, etag: etagOf(q.body, u.customerKey), checksumValue: q.checksumValue, modified: q.now}
	u.parts[q.part] = p
	a := encrypted(empty(http.StatusOK).Set("ETag", p.etag), u.header, u.customerKey)
	if q.checksum != "" {
		a.Set(checksum.Header(q.checksum), q.checksumValue)
	}
	return a
}

func (q *request) uploadPartCopy(b *bucket) *answer {
	u, bad := q.uploadOfPart(b)
	if bad != nil {
		return bad
	}
	from, bad := q.source()
	if bad != nil {
		return bad
	}
	body := from.body
	if spec := q.Header.Get("X-Amz-Copy-Source-Range"); spec != "" {
		first, last, ok, bad := byteRange(spec, int64(len(body)))
		if !ok || bad != nil {
			return refuse(http.StatusBadRequest, "InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
		}
		body = body[first : last+1]
	}
	p := &part{body: body, etag: etagOf(body, u.customerKey), modified: q.now}
	out := struct {
		XMLName            xml.Name `xml:"CopyPartResult"`
		ETag, LastModified string
		partChecksum
	}{ETag: p.etag, LastModified: timestamp(q.now)}
	if u.checksum != "" {
		p.checksumValue = sumOf(u.checksum, body)
		out.partChecksum = checksumOf(u.checksum, p.checksumValue)
	}
	u.parts[q.part] = p
	return encrypted(document(out), u.header, u.customerKey)
}

// partChecksum is a checksum as documents have it.
type partChecksum struct {
	ChecksumCRC32     string `xml:",omitempty"`
	ChecksumCRC32C    string `xml:",omitempty"`
	ChecksumCRC64NVME string `xml:",omitempty"`
	ChecksumSHA1      string `xml:",omitempty"`
	ChecksumSHA256    string `xml:",omitempty"`
}

func (p *partChecksum) of(a checksum.Algorithm) *string {
	switch a {
	case checksum.CRC32:
		return &p.ChecksumCRC32
	case checksum.CRC32C:
		return &p.ChecksumCRC32C
	case checksum.CRC64NVME:
		return &p.ChecksumCRC64NVME
	case checksum.SHA1:
		return &p.ChecksumSHA1
	}
	return &p.ChecksumSHA256
}

func checksumOf(a checksum.Algorithm, value string) (p partChecksum) {
	if a != "" {
		*p.of(a) = value
	}
	return p
}

func (q *request) completeMultipartUpload(b *bucket) *answer {
	u, bad := q.upload(b)
	if bad != nil {
		return bad
	}
	var in struct {
		Parts []struct {
			PartNumber int
			ETag       string
			partChecksum
		} `xml:"Part"`
	}
	if xml.Unmarshal(q.body, &in) != nil || len(in.Parts) == 0 {
		return malformed()
	}
	if bad := q.unlockUpload(u, false); bad != nil {
		return bad
	}
	if bad := q.mayWrite(b.objects[q.key]); bad != nil {
		return bad
	}
	o := &object{modified: q.now, header: u.header, tags: u.tags, customerKey: u.customerKey, checksum: u.checksum, checksumType: u.checksumType}
	if o.checksum == "" {
		o.checksum, o.checksumType = checksum.CRC64NVME, checksum.FullObject
	}
	if given := q.Header.Get("X-Amz-Checksum-Type"); given != "" && given != string(o.checksumType) {
		return refuse(http.StatusBadRequest, "InvalidRequest", "The upload was created with the "+string(o.checksumType)+" checksum type, and not with "+given+".")
	}
	combined, _ := checksum.NewCombiner(o.checksum, o.checksumType) // was tried when it began
	invalid := refuse(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
	sums := md5.New()
	for i, named := range in.Parts[1:] {
		if named.PartNumber <= in.Parts[i].PartNumber {
			return refuse(http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")
		}
	}
	for i, named := range in.Parts {
		p := u.parts[named.PartNumber]
		if p == nil || strings.Trim(named.ETag, `"`) != strings.Trim(p.etag, `"`) {
			return invalid
		}
		if given := *named.of(o.checksum); u.checksum != "" && p.checksumValue != "" && given != p.checksumValue && (given != "" || u.checksumType == checksum.Composite) {
			return invalid
		}
		if i < len(in.Parts)-1 && int64(len(p.body)) < q.server.options.MinPartSize {
			return refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
		}
		sum, _ := checksum.Decode(o.checksum, sumOf(o.checksum, p.body))
		_ = combined.Add(sum, int64(len(p.body)))
		md, _ := hex.DecodeString(strings.Trim(p.etag, `"`))
		sums.Write(md)
		o.body = append(o.body, p.body...)
		o.ends = append(o.ends, int64(len(o.body)))
	}
	if size := q.Header.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.Itoa(len(o.body)) {
		return refuse(http.StatusBadRequest, "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")
	}
	o.checksumValue = combined.String()
	sum, _, _ := strings.Cut(o.checksumValue, "-") // whoever names the count of parts may
	if given, _, _ := strings.Cut(q.checksumValue, "-"); q.checksum != "" && (q.checksum != o.checksum || given != sum) {
		return refuse(http.StatusBadRequest, "BadDigest", "The "+string(q.checksum)+" you specified did not match the calculated checksum.")
	}
	o.etag = fmt.Sprintf(`"%x-%d"`, sums.Sum(nil), len(in.Parts))
	b.objects[q.key] = o
	delete(b.uploads, q.query["uploadId"])
	// No answer to this one names the customer's key.
	return encrypted(document(struct {
		XMLName                     xml.Name `xml:"CompleteMultipartUploadResult"`
		Location, Bucket, Key, ETag string
		partChecksum
		ChecksumType string
	}{
		Location: q.server.URL + "/" + q.bucket + "/" + escape(q.key, true), Bucket: q.bucket, Key: q.key, ETag: o.etag,
		partChecksum: checksumOf(o.checksum, o.checksumValue), ChecksumType: string(o.checksumType),
	}), o.header, "")
}

func (q *request) abortMultipartUpload(b *bucket) *answer {
	if _, bad := q.upload(b); bad != nil {
		return bad
	}
	delete(b.uploads, q.query["uploadId"])
	return empty(http.StatusNoContent)
}

func (q *request) listParts(b *bucket) *answer {
	u, bad := q.upload(b)
	if bad != nil {
		return bad
	}
	if bad := q.unlockUpload(u, false); bad != nil {
		return bad
	}
	most, bad := q.most("max-parts")
	if bad != nil {
		return bad
	}
	after, _ := strconv.Atoi(q.query["part-number-marker"])
	type entry struct {
		PartNumber         int
		LastModified, ETag string
		Size               int
		partChecksum
	}
	out := struct {
		XMLName               xml.Name `xml:"ListPartsResult"`
		Bucket, Key, UploadId string
		PartNumberMarker      int
		NextPartNumberMarker  int `xml:",omitempty"`
		MaxParts              int
		IsTruncated           bool
		ChecksumAlgorithm     string  `xml:",omitempty"`
		ChecksumType          string  `xml:",omitempty"`
		Parts                 []entry `xml:"Part"`
	}{
		Bucket: q.bucket, Key: q.key, UploadId: q.query["uploadId"], PartNumberMarker: after, MaxParts: most,
		ChecksumAlgorithm: string(u.checksum), ChecksumType: string(u.checksumType),
	}
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n <= after {
			continue
		}
		if len(out.Parts) == most {
			out.IsTruncated = true
			break
		}
		p := u.parts[n]
		out.Parts = append(out.Parts, entry{n, timestamp(p.modified), p.etag, len(p.body), checksumOf(u.checksum, p.checksumValue)})
		out.NextPartNumberMarker = n
	}
	return document(out)
}

func (q *request) listMultipartUploads(b *bucket) *answer {
	most, bad := q.most("max-uploads")
	if bad != nil {
		return bad
	}
	type entry struct {
		Key, UploadId, Initiated string
		StorageClass             string
	}
	out := struct {
		XMLName            xml.Name `xml:"ListMultipartUploadsResult"`
		Bucket, Prefix     string
		EncodingType       string `xml:",omitempty"`
		NextKeyMarker      string `xml:",omitempty"`
		NextUploadIdMarker string `xml:",omitempty"`
		MaxUploads         int
		IsTruncated        bool
		Uploads            []entry        `xml:"Upload"`
		CommonPrefixes     []commonPrefix `xml:"CommonPrefixes"`
		Delimiter          string         `xml:",omitempty"`
	}{Bucket: q.bucket, Prefix: q.encode(q.query["prefix"]), Delimiter: q.encode(q.query["delimiter"]), EncodingType: q.query["encoding-type"], MaxUploads: most}
	ids := slices.SortedFunc(maps.Keys(b.uploads), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.uploads[x].key, b.uploads[y].key), cmp.Compare(x, y))
	})
	last := ""
	for _, id := range ids {
		u := b.uploads[id]
		// With a key and an id it is after both; with a key alone, after the key.
		beyond := cmp.Compare(u.key, q.query["key-marker"])
		if q.query["key-marker"] != "" && (beyond < 0 || beyond == 0 && (q.query["upload-id-marker"] == "" || id <= q.query["upload-id-marker"])) {
			continue
		}
		if !strings.HasPrefix(u.key, q.query["prefix"]) {
			continue
		}
		name, rolled := q.roll(u.key)
		if rolled && (name == last || name <= q.query["key-marker"]) {
			continue
		}
		if len(out.Uploads)+len(out.CommonPrefixes) == most {
			out.IsTruncated = true
			break
		}
		if last = name; rolled {
			out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{q.encode(name)})
			out.NextKeyMarker, out.NextUploadIdMarker = q.encode(name), ""
			continue
		}
		out.Uploads = append(out.Uploads, entry{q.encode(u.key), id, timestamp(u.initiated), cmp.Or(u.header.Get("X-Amz-Storage-Class"), "STANDARD")})
		out.NextKeyMarker, out.NextUploadIdMarker = q.encode(u.key), id
	}
	if !out.IsTruncated {
		out.NextKeyMarker, out.NextUploadIdMarker = "", ""
	}
	return document(out)
}
