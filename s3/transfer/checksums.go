package transfer

import (
	"errors"
	"reflect"
	"strings"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// algorithms are all that the S3 API has a member for. Every struct of the API names
// that member "Checksum" and the algorithm.
var algorithms = [...]s3.ChecksumAlgorithm{
	s3.ChecksumAlgorithmCrc32, s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmCrc64nvme,
	s3.ChecksumAlgorithmSha1, s3.ChecksumAlgorithmSha256, s3.ChecksumAlgorithmSha512, s3.ChecksumAlgorithmMd5,
	s3.ChecksumAlgorithmXxhash64, s3.ChecksumAlgorithmXxhash3, s3.ChecksumAlgorithmXxhash128,
}

// checksumMember is the member of *of that holds the checksum of the algorithm.
func checksumMember[T any](of *T, a s3.ChecksumAlgorithm) reflect.Value {
	return reflect.ValueOf(of).Elem().FieldByName("Checksum" + string(a))
}

func checksumOf[T any](of *T, a s3.ChecksumAlgorithm) string {
	if m := checksumMember(of, a); m.IsValid() {
		return m.String()
	}
	return ""
}

func setChecksum[T any](of *T, a s3.ChecksumAlgorithm, value string) {
	if m := checksumMember(of, a); m.IsValid() {
		m.SetString(value)
	}
}

// givenChecksum finds the checksum of the whole object that the caller brings.
func givenChecksum(in *s3.PutObjectInput) (s3.ChecksumAlgorithm, string) {
	for _, a := range algorithms {
		if value := checksumOf(in, a); value != "" {
			return a, value
		}
	}
	return "", ""
}

// askedChecksum is the algorithm that the caller asks for, by name or by a value of
// its own; empty for none. S3 takes one checksum a request.
func askedChecksum(in *s3.PutObjectInput) (s3.ChecksumAlgorithm, error) {
	asked := in.ChecksumAlgorithm
	given, value := givenChecksum(in)
	if given == "" {
		if asked != "" && checksum.Size(checksum.Algorithm(asked)) == 0 {
			return "", &OptionError{Field: "ChecksumAlgorithm", Reason: string(asked) + " can't be computed here; give its value"}
		}
		return asked, nil
	}
	if asked != "" && asked != given {
		return "", &OptionError{Field: "Checksum" + string(given), Reason: "is set, but ChecksumAlgorithm is " + string(asked)}
	}
	for _, a := range algorithms {
		if a != given && checksumOf(in, a) != "" {
			return "", &OptionError{Field: "Checksum" + string(a), Reason: "is set beside Checksum" + string(given) + "; one checksum is all that S3 takes"}
		}
	}
	// A slip here would show after all parts were sent.
	if _, err := checksum.Decode(checksum.Algorithm(given), value); err != nil && !errors.Is(err, checksum.ErrUnsupported) {
		return "", &OptionError{Field: "Checksum" + string(given), Reason: "is none: " + err.Error()}
	}
	return given, nil
}

// combinable: the object's checksum follows from the parts'. For the others S3 keeps a
// checksum of checksums.
func combinable(a s3.ChecksumAlgorithm) bool {
	switch a {
	case s3.ChecksumAlgorithmCrc32, s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmCrc64nvme:
		return true
	}
	return false
}

// objectChecksum is what the server must have for the object, from what it has for
// the parts.
func objectChecksum(a s3.ChecksumAlgorithm, receipts []receipt) (string, error) {
	kind := checksum.Composite
	if combinable(a) {
		kind = checksum.FullObject
	}
	c, err := checksum.NewCombiner(checksum.Algorithm(a), kind)
	if err != nil {
		return "", err
	}
	for _, r := range receipts {
		b, err := checksum.Decode(checksum.Algorithm(a), r.checksum)
		if err != nil {
			return "", err
		}
		if err := c.Add(b, r.size); err != nil {
			return "", err
		}
	}
	return c.String(), nil
}

// contradicts: both are known, of one kind (of the bytes, or with "-" and a count of
// the parts' values), and differ.
func contradicts(got, want string) bool {
	return got != "" && want != "" && got != want && strings.Contains(got, "-") == strings.Contains(want, "-")
}
