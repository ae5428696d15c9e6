package harness

import (
	"context"
	"io"
	"strings"
)

// Config is what every peer gets.
type Config struct {
	Scenario string
	Variant  string // peer-specific flavour, "" is the peer's default
	URL      string // scheme://host:port of the sink
	Size     int64  // object size for up-*, down-file; body size for put-small
	Part     int64
	Conc     int
	N        int // operations for put-small, presign
	Bucket   string
	Key      string
	File     string // input file of up-file / up-reader
	Out      string // output file of down-file
}

func (c *Config) Secure() bool { return strings.HasPrefix(c.URL, "https://") }
func (c *Config) Host() string {
	_, h, _ := strings.Cut(c.URL, "://")
	return h
}

// Fake credentials; the sink accepts any.
const (
	AccessKey = "AKIAIOSFODNN7EXAMPLE"
	SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	Region    = "us-east-1"
)

// Ops are the operations a peer can do; nil means the scenario is skipped.
type Ops struct {
	UpFile   func(ctx context.Context, path string) error
	UpReader func(ctx context.Context, r io.Reader) error // r is not a Seeker nor ReaderAt
	DownFile func(ctx context.Context, path string) error // object is Config.Key, Config.Size bytes
	PutSmall func(ctx context.Context, key string, body []byte) error
	List     func(ctx context.Context) (keys int, err error)
	Presign  func(ctx context.Context, key string) (string, error)
}
