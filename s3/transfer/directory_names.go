package transfer

import (
	"strings"
	"unicode/utf8"
)

// checkFileName refuses a key, below the prefix, that can't be the path of a file below a
// directory of that operating system, or would be another one's. A slash at its end is left out
// of it. What a system does not take for other reasons, such as its length, it says itself.
func checkFileName(goos, name string) error {
	refuse := func(reason string) error { return &KeyError{Key: name, Reason: reason} }
	switch {
	case name == "":
		return refuse("is empty")
	case strings.IndexByte(name, 0) >= 0:
		return refuse("holds a NUL")
	case !utf8.ValidString(name):
		return refuse("is not UTF-8")
	case name[0] == '/':
		return refuse("begins with a slash")
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		switch segment {
		case "":
			return refuse("has two slashes in a row")
		case ".", "..":
			return refuse("has a segment " + segment)
		}
		if goos == "windows" {
			if reason := foreignToWindows(segment); reason != "" {
				return refuse(reason)
			}
		}
	}
	return nil
}

// foreignToWindows is why Windows can't have a file of that name, or would take it for another
// one, a drive, a stream or a device (Microsoft Learn, "Naming Files, Paths, and Namespaces").
func foreignToWindows(segment string) string {
	for _, c := range segment {
		if c < ' ' || strings.ContainsRune(`<>:"|?*\`, c) {
			return "holds a character that no name on Windows may have"
		}
	}
	if last := segment[len(segment)-1]; last == '.' || last == ' ' {
		return "has a segment that ends with a dot or a space, which Windows drops"
	}
	device, _, _ := strings.Cut(segment, ".")
	device = strings.ToUpper(strings.TrimRight(device, " "))
	switch device {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return "has a segment that is a device on Windows"
	}
	if number, ok := strings.CutPrefix(device, "COM"); ok || strings.HasPrefix(device, "LPT") {
		if !ok {
			number = device[len("LPT"):]
		}
		if utf8.RuneCountInString(number) == 1 && strings.ContainsAny(number, "0123456789¹²³") {
			return "has a segment that is a device on Windows"
		}
	}
	return ""
}

// checkKeyName refuses a file's name, with the prefix before it, that can't be a key.
func checkKeyName(key string, limit int) error {
	switch {
	case !utf8.ValidString(key):
		return &KeyError{Key: key, Reason: "is not UTF-8, as keys are"}
	case limit > 0 && len(key) > limit:
		return &KeyError{Key: key, Reason: "is longer than the server's limit for keys"}
	}
	return nil
}
