package transfer

import (
	"fmt"
	"strings"

	"github.com/stowage-go/stowage/s3"
)

// Integrity is how an upload is proven to have arrived as it was read, and a download to be
// what is stored. What the constants say is of uploads. Of downloads:
//
//   - IntegrityAuto, and IntegritySignedPayload, compare the object's stored checksum where it
//     can be made of the parts' (CRC64NVME, CRC32C, CRC32), at no further pass. Servers tell it
//     of whole objects only: an object that comes by several ranges costs a HeadObject beside
//     them, and one that comes by a single range is not compared, unless a directory's listing
//     had told its size.
//   - IntegrityChecksum asks for the checksum in any case, and compares SHA-1 and SHA-256, too:
//     those of several parts by reading back what was written. A profile without checksums is
//     an error.
//   - IntegrityMD5 compares the MD5 with the ETag of objects that were stored by one request,
//     by reading back what was written of several parts. A profile whose ETags are no MD5s is
//     an error.
//   - IntegrityTransport compares nothing.
//
// Lengths, and that all parts are of one state of the object, are compared always. An object
// of which there is nothing to compare, such as one whose checksum is made of its parts'
// checksums, is no error: DownloadOutput.Verified tells.
type Integrity int

const (
	// IntegrityAuto takes the strongest way that the profile's server honours and
	// that costs no pass over the data beside the one that sends it:
	//
	//   - IntegrityChecksum where the profile takes checksums;
	//   - else IntegritySignedPayload over plain http, where bodies are signed anyway,
	//     and for plain readers, whose buffers are hashed as they are filled;
	//   - else IntegrityMD5 for plain readers, if the server verifies Content-MD5 but
	//     no signed payload;
	//   - else IntegrityTransport.
	IntegrityAuto Integrity = iota
	// IntegrityChecksum has the server verify and store a checksum of each part and
	// of the object: CRC-64/NVME, or CRC32C where the profile lacks it, or
	// PutObjectInput.ChecksumAlgorithm. The parts' values are combined and compared
	// with the server's. Cost: about 0.02 s of CPU per GiB for a CRC, 0.5 s for a SHA.
	// Over TLS the value travels behind the part, in the same pass. A profile without
	// the algorithm is an error.
	IntegrityChecksum
	// IntegrityMD5 sends Content-MD5 with every part and compares the ETags, where the
	// profile's are MD5s. Cost: 1.2 to 2 s of CPU per GiB, and a second read of a
	// file, since the header goes before the data.
	IntegrityMD5
	// IntegritySignedPayload makes the SHA-256 of every part a piece of its signature,
	// over TLS too. Cost: 0.5 s of CPU per GiB, and a second read of a file.
	IntegritySignedPayload
	// IntegrityTransport hashes nothing: TLS protects the way, and the sizes are
	// compared. Over plain http nothing but TCP's checksum protects the data then.
	IntegrityTransport
)

// String is the choice's name in lower case.
func (i Integrity) String() string {
	switch i {
	case IntegrityAuto:
		return "auto"
	case IntegrityChecksum:
		return "checksum"
	case IntegrityMD5:
		return "md5"
	case IntegritySignedPayload:
		return "signed payload"
	}
	return "transport"
}

// MarshalText implements encoding.TextMarshaler: it is String.
func (i Integrity) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *Integrity) UnmarshalText(text []byte) error {
	for known := IntegrityAuto; known <= IntegrityTransport; known++ {
		if string(text) == known.String() {
			*i = known
			return nil
		}
	}
	return fmt.Errorf("integrity %q is none", text)
}

// protection is Integrity made definite for one upload.
type protection struct {
	mode      Integrity
	algorithm s3.ChecksumAlgorithm // of IntegrityChecksum
	sign      s3.SignPayload       // for the client; auto: as the client has it
}

// preferred are the checksums that cost next to nothing and can be combined.
var preferred = [...]s3.ChecksumAlgorithm{
	s3.ChecksumAlgorithmCrc64nvme, s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmCrc32,
}

// protect decides, once, before anything is sent.
func protect(asked Integrity, in *s3.PutObjectInput, o *s3.Options, buffered bool) (protection, error) {
	p := protection{mode: asked, sign: o.SignPayload}
	algorithm, err := askedChecksum(in)
	if err != nil {
		return p, err
	}
	if asked == IntegrityAuto {
		p.mode = automatic(o, algorithm, buffered)
	}
	if p.mode == IntegrityChecksum {
		p.algorithm, err = honoured(o, algorithm)
		return p, err
	}
	switch {
	case algorithm != "":
		return p, &OptionError{Field: "Integrity", Reason: "is " + p.mode.String() + ", but ChecksumAlgorithm or a checksum is set"}
	case p.mode == IntegritySignedPayload && o.Credentials == nil:
		return p, &OptionError{Field: "Integrity", Reason: "is signed payload, but the client has no credentials to sign with"}
	case p.mode == IntegritySignedPayload:
		p.sign = s3.SignPayloadAlways
	case asked == IntegrityTransport:
		p.sign = s3.SignPayloadNever
	}
	return p, nil
}

// honoured is the algorithm to use: the caller's, or the best, if the server verifies it.
func honoured(o *s3.Options, asked s3.ChecksumAlgorithm) (s3.ChecksumAlgorithm, error) {
	if asked != "" {
		if !o.Profile.TakesChecksum(asked) && !o.AllowUnsupported {
			return "", &OptionError{Field: "ChecksumAlgorithm", Reason: o.Profile.Name + " does not verify " + string(asked)}
		}
		return asked, nil
	}
	for _, a := range preferred {
		if o.Profile.TakesChecksum(a) {
			return a, nil
		}
	}
	return "", &OptionError{Field: "Integrity", Reason: "is checksum, but " + o.Profile.Name + " verifies no CRC64NVME, CRC32C or CRC32"}
}

func automatic(o *s3.Options, algorithm s3.ChecksumAlgorithm, buffered bool) Integrity {
	takes := algorithm != ""
	for _, a := range preferred {
		takes = takes || o.Profile.TakesChecksum(a)
	}
	signed := signs(o.Endpoint, o.SignPayload)
	switch {
	case takes:
		return IntegrityChecksum
	case o.Profile.PayloadHash && o.Credentials != nil && (signed || buffered && o.SignPayload != s3.SignPayloadNever):
		return IntegritySignedPayload
	case o.Profile.ContentMD5 && buffered:
		return IntegrityMD5
	}
	return IntegrityTransport
}

// signs: bodies that go to the endpoint are a piece of their signature.
func signs(endpoint string, sign s3.SignPayload) bool {
	secure := len(endpoint) >= 6 && strings.EqualFold(endpoint[:6], "https:")
	return sign == s3.SignPayloadAlways || sign == s3.SignPayloadAuto && !secure
}
