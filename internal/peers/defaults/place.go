package main

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
	"github.com/stowage-go/stowage/s3"
)

// server is a running store, reached by plain http.
type server struct {
	title, folder                          string
	profile                                func() s3.Profile
	endpoint, region, accessKey, secretKey string
}

func knownServers() []server {
	return []server{
		{title: "OpenStack Swift s3api", folder: "openstack", profile: s3.NHNCloud},
		{title: "Ceph RGW", folder: "ceph", profile: s3.CephRGW},
		{title: "MinIO", folder: "minio", profile: s3.MinIO},
		{title: "versitygw", folder: "versitygw", profile: s3.MinIO},
	}
}

// read takes the address and the keys from the server's env file, a few lines of
// shell.
func (s *server) read(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, s.folder, "env")); err != nil {
		return err
	}
	out, err := exec.Command("sh", "-c", `unset S3_ENDPOINT; . "$0" >/dev/null && env -0`, filepath.Join(dir, s.folder, "env")).Output()
	if err != nil {
		return err
	}
	vars := map[string]string{}
	for v := range bytes.SplitSeq(out, []byte{0}) {
		name, value, _ := strings.Cut(string(v), "=")
		vars[name] = value
	}
	prefix := "S3"
	if vars["S3_ENDPOINT"] == "" {
		prefix = "RGW" // older start scripts of Ceph
	}
	s.endpoint, s.region = vars[prefix+"_ENDPOINT"], vars[prefix+"_REGION"]
	s.accessKey, s.secretKey = vars[prefix+"_ACCESS_KEY"], vars[prefix+"_SECRET_KEY"]
	if !strings.HasPrefix(s.endpoint, "http://") || s.accessKey == "" || s.secretKey == "" {
		return fmt.Errorf("%s: no http endpoint and keys in its env file", s.folder)
	}
	return nil
}

// place is one way to a server: plain, or through a terminator of TLS. Either
// way the bytes pass a tap that notes how bodies are protected.
type place struct {
	server server
	url    string
	tap    *tap
}

func (p place) scheme() string { s, _, _ := strings.Cut(p.url, "://"); return s }

type places struct {
	all    []place
	closes []func()
}

func (p *places) close() {
	for i := len(p.closes) - 1; i >= 0; i-- {
		p.closes[i]()
	}
}

// openPlaces opens both ways to each server that is there, and makes this
// process trust the terminators: SSL_CERT_FILE reaches every SDK and leaves its
// HTTP client what it is by default.
func openPlaces(want *regexp.Regexp) (_ *places, err error) {
	dir := os.Getenv("STOWAGE_BACKENDS")
	if dir == "" {
		dir = "/tmp/backends" // as testdata/backends has it
	}
	p := &places{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	var roots bytes.Buffer
	for _, s := range knownServers() {
		if !want.MatchString(s.folder) {
			continue
		}
		if err := s.read(dir); err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", s.title, err)
			continue
		}
		t, err := startTap(strings.TrimPrefix(s.endpoint, "http://"))
		if err != nil {
			return nil, err
		}
		p.closes = append(p.closes, t.close)
		front, err := tlsfront.Start("http://" + t.addr())
		if err != nil {
			return nil, err
		}
		p.closes = append(p.closes, front.Close)
		certificate, err := shown(strings.TrimPrefix(front.URL, "https://"))
		if err != nil {
			return nil, err
		}
		if err := pem.Encode(&roots, &pem.Block{Type: "CERTIFICATE", Bytes: certificate}); err != nil {
			return nil, err
		}
		p.all = append(p.all, place{s, "http://" + t.addr(), t}, place{s, front.URL, t})
	}
	if len(p.all) == 0 {
		return nil, errors.New("no server is there: start some with testdata/backends, or set STOWAGE_BACKENDS")
	}
	tmp, err := os.MkdirTemp("", "defaults-")
	if err != nil {
		return nil, err
	}
	p.closes = append(p.closes, func() { _ = os.RemoveAll(tmp) })
	file := filepath.Join(tmp, "roots.pem")
	if err := os.WriteFile(file, roots.Bytes(), 0o600); err != nil {
		return nil, err
	}
	return p, os.Setenv("SSL_CERT_FILE", file)
}

// shown is the certificate, in DER, that a terminator of our own shows.
func shown(addr string) ([]byte, error) {
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) // it is what is being asked for
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].Raw, nil
}
