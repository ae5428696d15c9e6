// Package gateway is an S3 server inside a program, for examples that need nothing else.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// Gateway is an S3 server inside this process: versitygw, which keeps objects
// as files and checks signatures and checksums as Amazon S3 does.
type Gateway struct {
	Endpoint  string
	AccessKey string
	SecretKey string
	Region    string

	stop func() error
}

// Stop ends it.
func (g *Gateway) Stop() error { return g.stop() }

// Start serves the folder dir on a free port of the loopback interface and
// returns once it answers. Stop must be called; one gateway at a time can run
// in a process.
func Start(dir string) (_ *Gateway, err error) {
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	store, err := metadataStore(data, filepath.Join(dir, "metadata"))
	if err != nil {
		return nil, err
	}
	home, err := os.Getwd() // the backend makes its folder the working directory
	if err != nil {
		return nil, err
	}
	backend, err := posix.New(data, store, posix.PosixOpts{CopyObjectThreshold: 5 << 30})
	if err != nil {
		return nil, errors.Join(err, os.Chdir(home))
	}
	address, err := freeAddress()
	if err != nil {
		backend.Shutdown()
		return nil, errors.Join(err, os.Chdir(home))
	}

	g := &Gateway{Endpoint: "http://" + address, AccessKey: "example", SecretKey: "example-secret", Region: "us-east-1"}
	root := auth.Account{Access: g.AccessKey, Secret: g.SecretKey, Role: auth.RoleAdmin}
	ctx, cancel := context.WithCancel(context.Background()) // not the caller's: cleaning up needs the server
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess:    root.Access,
			RootUserSecret:    root.Secret,
			IAMService:        auth.NewIAMServiceSingle(root), // the default is the same one and prints a line
			Region:            g.Region,
			Ports:             []string{address},
			MaxConnections:    1024,
			MaxRequests:       1024,
			MultipartMaxParts: 10000,
			KeepAlive:         true,
			Quiet:             true,
		})
	}()
	g.stop = func() error {
		cancel()
		return errors.Join(<-ended, os.Chdir(home))
	}
	if err := waitUntilUp(address, ended); err != nil {
		return nil, errors.Join(err, g.stop())
	}
	return g, nil
}

// metadataStore keeps what a file can't hold (content type, ETag, parts of an
// upload) in extended attributes, or in files of its own where the file system
// has none.
func metadataStore(data, sidecar string) (meta.MetadataStorer, error) {
	if (meta.XattrMeta{}).Test(data) == nil {
		return meta.XattrMeta{}, nil
	}
	if err := os.Mkdir(sidecar, 0o700); err != nil {
		return nil, err
	}
	return meta.NewSideCar(sidecar)
}

// freeAddress asks the system for a port. The gateway opens it a moment later,
// as it takes no listener.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// waitUntilUp returns when the address accepts connections, with an error when
// the server ends first or takes longer than ten seconds.
func waitUntilUp(address string, ended chan error) error {
	for begin := time.Now(); ; {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-ended:
			ended <- nil // stop waits for it too
			return fmt.Errorf("the gateway ended: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Since(begin) > 10*time.Second {
			return fmt.Errorf("the gateway does not answer: %w", err)
		}
	}
}
