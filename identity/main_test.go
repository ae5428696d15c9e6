package identity

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the tests' own program stand in for a credential_process.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == credentialProcess {
		os.Exit(beCredentialProcess(os.Args[2], os.Args[3:]))
	}
	// Under the race detector each of them would wait for a second before it ends.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

const credentialProcess = "credential-process"

// beCredentialProcess does one of the things that such a program may do.
func beCredentialProcess(what string, arguments []string) (exit int) {
	const keys = `"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"process-secret"`
	switch what {
	case "print": // its argument
		fmt.Print(arguments[0])
	case "keys":
		fmt.Printf(`{"Version":1,%s}`, keys)
	case "arguments": // in place of a session token
		fmt.Printf(`{"Version":1,%s,"SessionToken":%q}`, keys, strings.Join(arguments, "|"))
	case "pid": // tells one run from another
		fmt.Printf(`{"Version":1,%s,"SessionToken":"%d"}`, keys, os.Getpid())
	case "fail":
		fmt.Print("stdout-secret")
		fmt.Fprint(os.Stderr, "log in first")
		return 3
	case "flood":
		for {
			if _, err := fmt.Print(strings.Repeat("stdout-secret", 1000)); err != nil {
				return 1
			}
		}
	case "hang":
		time.Sleep(time.Hour)
	}
	return 0
}
