package identity

import (
	"context"
	"errors"
)

// GetCallerIdentityInput has no members.
type GetCallerIdentityInput struct{}

// GetCallerIdentityOutput says whose credentials a request was signed with.
type GetCallerIdentityOutput struct {
	// Account is the account's number.
	Account string
	// Arn names the user or the role's session.
	Arn string
	// UserId is the user's ID, or the role's and the session's name.
	UserId string
}

// GetCallerIdentity asks who one is. AWS answers whatever the caller may or may not do.
// Ceph RGW 16 (MethodNotAllowed) and MinIO (InvalidParameterValue) lack the operation.
//
// Source: AWS Security Token Service API reference, "GetCallerIdentity".
func (s *STS) GetCallerIdentity(ctx context.Context, in *GetCallerIdentityInput) (*GetCallerIdentityOutput, error) {
	if in == nil {
		in = new(GetCallerIdentityInput)
	}
	return stsInvoke(ctx, s, "GetCallerIdentity", in, new(callerIdentityAnswer))
}

func (*GetCallerIdentityInput) check(*STSOptions) error { return nil }
func (*GetCallerIdentityInput) form(*form)              {}
func (*GetCallerIdentityInput) about() (string, Secret) { return "", "" }

// callerIdentityAnswer is the answer's document.
type callerIdentityAnswer struct {
	Result callerIdentityResult `xml:"GetCallerIdentityResult"`
}

type callerIdentityResult struct {
	Account string `xml:"Account"`
	Arn     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
}

func (a *callerIdentityAnswer) output() (*GetCallerIdentityOutput, error) {
	r := &a.Result
	if r.Arn == "" {
		return nil, errors.New("no Arn")
	}
	return &GetCallerIdentityOutput{Account: r.Account, Arn: r.Arn, UserId: r.UserID}, nil
}
