package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tlsConfig is nil where no variable asks for anything.
func (rc openrc) tlsConfig() (*tls.Config, error) {
	insecure, err := rc.insecure()
	if err != nil {
		return nil, err
	}
	cacert, cert, key := rc.get("OS_CACERT"), rc.get("OS_CERT"), rc.get("OS_KEY")
	if key != "" && cert == "" {
		return nil, &VariableError{[]string{"OS_CERT", "OS_KEY"}, errors.New("there is a key without a certificate")}
	}
	if !insecure && cacert == "" && cert == "" {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure}
	if cacert != "" && !insecure {
		if cfg.RootCAs, err = rc.roots(cacert); err != nil {
			return nil, &VariableError{[]string{"OS_CACERT"}, err}
		}
	}
	if cert != "" {
		names := []string{"OS_CERT", "OS_KEY"}
		if key == "" {
			key, names = cert, names[:1]
		}
		pair, err := tls.LoadX509KeyPair(rc.path(cert), rc.path(key))
		if err != nil {
			return nil, &VariableError{names, err}
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

func (rc openrc) insecure() (bool, error) {
	const name = "OS_INSECURE"
	switch v := rc.get(name); strings.ToLower(v) {
	case "true", "1", "yes", "on", "y", "t":
		return true, nil
	case "", "false", "0", "no", "off", "n", "f":
		return false, nil
	}
	// Neither answer is safe to guess.
	return false, &VariableError{[]string{name}, errors.New("not a truth value, want true or false")}
}

func (rc openrc) roots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(rc.path(file))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return pool, nil
}

// path puts $HOME for a leading ~.
func (rc openrc) path(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		return filepath.Join(rc.first("HOME", "USERPROFILE"), rest)
	}
	return p
}
