package transport

import (
	"runtime"
	"strings"
)

// Version is the version of the library, as the User-Agent tells it.
const Version = "0.1.0"

// UserAgent is "stowage-go/<version> (<go>; <os>/<arch>)", with the application's own
// product token behind it.
func UserAgent(application string) string {
	ua := "stowage-go/" + Version + " (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	if application = strings.TrimSpace(application); application != "" {
		ua += " " + application
	}
	return ua
}
