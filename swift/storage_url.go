package swift

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
)

// storageURL is where an account is.
type storageURL struct {
	scheme, host string
	base         string // the account's path, decoded, without a slash at its end
}

func (u *storageURL) secure() bool { return u.scheme == "https" }

// origin is scheme and host.
func (u *storageURL) origin() string { return u.scheme + "://" + u.host }

// service is the path that the API begins at, before "/v1": empty on OpenStack, "/swift" on
// Ceph RGW.
func (u *storageURL) service() string {
	segments := strings.Split(u.base, "/")
	for i, s := range segments {
		if isVersion(s) {
			return strings.Join(segments[:i], "/")
		}
	}
	return ""
}

// isVersion tells "v1" and "v1.0" from accounts.
func isVersion(segment string) bool {
	return segment == "v1" || segment == "v1.0"
}

// lastAccount keeps what was parsed last: a client's calls are for one account nearly always.
type lastAccount struct{ last atomic.Pointer[parsedAccount] }

type parsedAccount struct {
	url, account string
	storage      storageURL
}

func (l *lastAccount) parse(url, account string) (storageURL, error) {
	if p := l.last.Load(); p != nil && p.url == url && p.account == account {
		return p.storage, nil
	}
	u, err := parseStorageURL(url, account)
	if err == nil {
		l.last.Store(&parsedAccount{url, account, u})
	}
	return u, err
}

// parseStorageURL reads the URL of an account. account replaces its last segment, or is put
// behind the version where the URL names no account.
func parseStorageURL(s, account string) (storageURL, error) {
	u, err := url.Parse(s)
	if err != nil {
		// url.Error repeats the input.
		return storageURL{}, errors.New("swift: the storage URL is not a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return storageURL{}, fmt.Errorf("swift: storage URL %q must begin with http:// or https:// and a host", u.Redacted())
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return storageURL{}, errors.New("swift: the storage URL has a user, a query or a fragment")
	}
	out := storageURL{scheme: u.Scheme, host: u.Host, base: strings.TrimRight(u.Path, "/")}
	if account == "" {
		return out, nil
	}
	at := strings.LastIndexByte(out.base, '/')
	if last := out.base[at+1:]; at < 0 || isVersion(last) {
		out.base += "/" + account
	} else {
		out.base = out.base[:at+1] + account
	}
	return out, nil
}
