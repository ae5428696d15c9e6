package s3test

import (
	"bufio"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/checksum"
)

var algorithms = []checksum.Algorithm{checksum.CRC32, checksum.CRC32C, checksum.CRC64NVME, checksum.SHA1, checksum.SHA256}

var errSignature = errors.New("a chunk is not signed as it should be")

// readBody takes the body, out of its frames if it is aws-chunked, and verifies its hash, its MD5
// and its checksum.
func (q *request) readBody() *answer {
	incomplete := refuse(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
	limited := http.MaxBytesReader(nil, q.Request.Body, MaxBody)
	var err error
	switch {
	case strings.HasPrefix(q.payload, "STREAMING-"):
		err = q.readChunks(bufio.NewReader(limited))
		if errors.Is(err, errSignature) {
			return refuse(http.StatusForbidden, "SignatureDoesNotMatch", err.Error())
		}
		if err == nil && q.Header.Get("X-Amz-Decoded-Content-Length") != strconv.Itoa(len(q.body)) {
			return incomplete
		}
	case q.ContentLength < 0 && (q.Operation() == "PutObject" || q.Operation() == "UploadPart"):
		return refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	default:
		q.body, err = io.ReadAll(limited)
	}
	if err != nil {
		return incomplete
	}
	if sum := sha256.Sum256(q.body); len(q.payload) == 2*sha256.Size && q.payload != hex.EncodeToString(sum[:]) {
		return refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	if want := q.Header.Get("Content-Md5"); want != "" {
		sum, err := base64.StdEncoding.DecodeString(want)
		if err != nil || len(sum) != md5.Size {
			return refuse(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified is not valid.")
		}
		if got := md5.Sum(q.body); string(got[:]) != string(sum) {
			return refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	return q.verifyChecksum()
}

// verifyChecksum compares the checksum that came in a header or a trailer. With
// CompleteMultipartUpload it is of the object, and with no other part of the body.
func (q *request) verifyChecksum() *answer {
	for _, a := range algorithms {
		name := checksum.Header(a)
		value := q.Header.Get(name)
		if value == "" {
			value = q.trailer.Get(name)
		}
		if value == "" {
			continue
		}
		if q.checksum != "" {
			return refuse(http.StatusBadRequest, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		q.checksum, q.checksumValue = a, value
		if q.Operation() != "CompleteMultipartUpload" && value != sumOf(a, q.body) {
			return refuse(http.StatusBadRequest, "BadDigest", "The "+string(a)+" you specified did not match the calculated checksum.")
		}
	}
	if named := q.Header.Get("X-Amz-Sdk-Checksum-Algorithm"); named != "" && q.checksum == "" {
		return refuse(http.StatusBadRequest, "InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return nil
}

func sumOf(a checksum.Algorithm, b []byte) string {
	h, err := checksum.New(a)
	if err != nil {
		return err.Error() // no algorithm of the list
	}
	h.Write(b)
	return checksum.Encode(h.Sum(nil))
}

// readChunks decodes aws-chunked ("Transferring Payload in Multiple Chunks"), and verifies the
// signature of each chunk and of the trailer where there are any.
func (q *request) readChunks(in *bufio.Reader) error {
	signed := strings.Contains(q.payload, "HMAC-SHA256")
	previous := ""
	if signed {
		previous = q.signature.signature
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		length, given, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), ";chunk-signature=")
		n, err := strconv.ParseInt(length, 16, 64)
		if err != nil || n < 0 || n > MaxBody {
			return errors.New("the length of a chunk is malformed")
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return err
		}
		if signed {
			empty, sum := sha256.Sum256(nil), sha256.Sum256(chunk)
			previous = q.chain("AWS4-HMAC-SHA256-PAYLOAD", previous, hex.EncodeToString(empty[:])+"\n"+hex.EncodeToString(sum[:]))
			if !hmac.Equal([]byte(previous), []byte(given)) {
				return errSignature
			}
		}
		if n == 0 {
			break
		}
		q.body = append(q.body, chunk...)
		if end, err := in.ReadString('\n'); err != nil || end != "\r\n" {
			return errors.New("a chunk does not end where it says")
		}
	}
	if !strings.HasSuffix(q.payload, "-TRAILER") {
		return nil
	}
	return q.readTrailer(in, previous, signed)
}

func (q *request) readTrailer(in *bufio.Reader, previous string, signed bool) error {
	q.trailer = http.Header{}
	var canonical, given string
	for {
		line, err := in.ReadString('\n')
		if line = strings.TrimSpace(line); line == "" {
			if signed && given == "" && err == nil {
				continue // which may be before the signature as well
			}
			break
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !ok:
			return errors.New("a trailer is malformed")
		case name == "x-amz-trailer-signature":
			given = value
		default:
			q.trailer.Set(name, value)
			canonical += strings.ToLower(name) + ":" + strings.TrimSpace(value) + "\n"
		}
		if err != nil {
			break
		}
	}
	if announced := q.Header.Get("X-Amz-Trailer"); q.trailer.Get(announced) == "" {
		return errors.New("the trailer that was announced is missing")
	}
	if signed {
		sum := sha256.Sum256([]byte(canonical))
		if q.chain("AWS4-HMAC-SHA256-TRAILER", previous, hex.EncodeToString(sum[:])) != given {
			return errSignature
		}
	}
	return nil
}

// chain is the signature of what follows the one before.
func (q *request) chain(kind, previous, hashes string) string {
	s := q.signature
	return hex.EncodeToString(mac(s.key, kind+"\n"+s.at.Format(timeLayout)+"\n"+s.scope()+"\n"+previous+"\n"+hashes))
}
