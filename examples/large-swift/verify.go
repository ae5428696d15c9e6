package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/examples/internal/file"
	"github.com/stowage-go/stowage/swift"
)

// verify downloads through the link, as anybody would: there is no token in the request.
func verify(ctx context.Context, client *swift.Client, link *swift.TempURL, local *file.Local, stderr io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, link.Method, link.URL(), nil)
	if err != nil {
		return errors.New("the link is no URL") // whose text is not to be seen
	}
	answer, err := client.Options().HTTPClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", link, errors.Unwrap(err)) // around it is the URL
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", link, answer.Status)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, answer.Body); err != nil {
		return fmt.Errorf("%s: %w", link, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != local.SHA256 {
		return fmt.Errorf("the download differs: SHA-256 %s, the file's is %s", got, local.SHA256)
	}
	fmt.Fprintf(stderr, "verified    SHA-256 %s, by the link\n", local.SHA256)
	return nil
}
