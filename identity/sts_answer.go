package identity

import (
	"errors"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// AssumedRoleUser is who one is after assuming a role.
type AssumedRoleUser struct {
	// Arn names the session, with the RoleSessionName at its end. Empty on MinIO.
	Arn string
	// AssumedRoleId is the role's ID and the RoleSessionName. Empty on MinIO.
	AssumedRoleId string
}

// assumedRoleUser is an AssumedRoleUser in an answer.
type assumedRoleUser struct {
	Arn           string `xml:"Arn"`
	AssumedRoleID string `xml:"AssumedRoleId"`
	AssumeRoleID  string `xml:"AssumeRoleId"` // as Ceph RGW and MinIO spell it
}

func (u assumedRoleUser) user() AssumedRoleUser {
	if u.AssumedRoleID == "" {
		u.AssumedRoleID = u.AssumeRoleID
	}
	return AssumedRoleUser{Arn: u.Arn, AssumedRoleId: u.AssumedRoleID}
}

// stsCredentials are credentials in an answer.
type stsCredentials struct {
	AccessKeyID     string    `xml:"AccessKeyId"`
	SecretAccessKey string    `xml:"SecretAccessKey"`
	SessionToken    string    `xml:"SessionToken"`
	Expiration      time.Time `xml:"Expiration"`
}

// credentials are what the answer has to bring: with a part missing, or without an end
// that can be read, they would fail later, and elsewhere.
func (c stsCredentials) credentials() (sigv4.Credentials, error) {
	switch {
	case c.AccessKeyID == "":
		return sigv4.Credentials{}, errors.New("no AccessKeyId")
	case c.SecretAccessKey == "":
		return sigv4.Credentials{}, errors.New("no SecretAccessKey")
	case c.SessionToken == "":
		return sigv4.Credentials{}, errors.New("no SessionToken")
	case c.Expiration.IsZero():
		return sigv4.Credentials{}, errors.New("no Expiration that can be read")
	}
	return sigv4.Credentials{
		AccessKeyID:     c.AccessKeyID,
		SecretAccessKey: c.SecretAccessKey,
		SessionToken:    c.SessionToken,
		Expires:         c.Expiration,
	}, nil
}
