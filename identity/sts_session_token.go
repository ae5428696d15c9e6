package identity

import (
	"context"

	"github.com/stowage-go/stowage/sigv4"
)

// GetSessionTokenInput is what GetSessionToken asks for.
type GetSessionTokenInput struct {
	// DurationSeconds is how long the credentials are to live: 900 to 129600 on AWS, 900
	// to 3600 on Ceph RGW as it is delivered. Zero: 12 hours on AWS, 1 hour on Ceph RGW.
	DurationSeconds int32
	// MinimumSessionTokenSize is the least number of bytes that the session token is to
	// have. At most 4096; AWS only. Zero: as it comes.
	MinimumSessionTokenSize int32
	// SerialNumber is the caller's MFA device.
	SerialNumber string
	// TokenCode is what the MFA device shows: six digits.
	TokenCode Secret
}

// GetSessionTokenOutput is what GetSessionToken answers.
type GetSessionTokenOutput struct {
	// Credentials expire at the service's time.
	Credentials sigv4.Credentials
	// SessionTokenSize is the length of the session token in bytes, and
	// SessionTokenUtilization how much of the greatest length that is, in per cent; zero
	// where the service does not tell.
	SessionTokenSize, SessionTokenUtilization int32
}

// GetSessionToken trades the permanent credentials that it is signed with for temporary
// ones of the same user. Ceph RGW wants a policy of the user that allows
// sts:GetSessionToken, and answers [ErrAccessDenied] without; MinIO lacks the operation.
//
// Source: AWS Security Token Service API reference, "GetSessionToken".
func (s *STS) GetSessionToken(ctx context.Context, in *GetSessionTokenInput) (*GetSessionTokenOutput, error) {
	if in == nil {
		in = new(GetSessionTokenInput)
	}
	return stsInvoke(ctx, s, "GetSessionToken", in, new(sessionTokenAnswer))
}

func (in *GetSessionTokenInput) check(*STSOptions) error { return checkDuration(in.DurationSeconds) }

func (in *GetSessionTokenInput) form(f *form) {
	f.addInt("DurationSeconds", in.DurationSeconds)
	f.addInt("MinimumSessionTokenSize", in.MinimumSessionTokenSize)
	f.add("SerialNumber", in.SerialNumber)
	f.add("TokenCode", string(in.TokenCode))
}

func (in *GetSessionTokenInput) about() (string, Secret) { return "", in.TokenCode }

// sessionTokenAnswer is the answer's document.
type sessionTokenAnswer struct {
	Result sessionTokenResult `xml:"GetSessionTokenResult"`
}

type sessionTokenResult struct {
	Credentials             stsCredentials `xml:"Credentials"`
	SessionTokenSize        int32          `xml:"SessionTokenSize"`
	SessionTokenUtilization int32          `xml:"SessionTokenUtilization"`
}

func (a *sessionTokenAnswer) output() (*GetSessionTokenOutput, error) {
	r := &a.Result
	creds, err := r.Credentials.credentials()
	if err != nil {
		return nil, err
	}
	return &GetSessionTokenOutput{
		Credentials:             creds,
		SessionTokenSize:        r.SessionTokenSize,
		SessionTokenUtilization: r.SessionTokenUtilization,
	}, nil
}
