// Package identity is everything between "I have a login" and "requests are signed":
// Keystone tokens and their catalogs, EC2 credentials, STS, and the providers of
// credentials that package s3 signs with.
//
// # Which one
//
//	provider             what you have                    what signs
//	NHN Cloud            user, API password, tenant       [New] on .../v2.0, [NewEC2CredentialProvider]
//	KakaoCloud           application credential           [New] on .../v3, [NewWebIdentityProvider] with [STSJSON]
//	KakaoCloud           user, password                   as above, or [NewEC2CredentialProvider]
//	OpenStack            openrc or clouds.yaml            [OptionsFromEnvironment] or package clouds, [NewEC2CredentialProvider]
//	Ceph RGW, MinIO      an OpenID Connect token          [NewWebIdentityProvider]
//	AWS                  whatever there is                [NewDefaultChain]
//	any                  an access key and a secret       sigv4.Static
//	any                  a function of your own           [NewCache]
//
// The package examples are a whole program for each.
//
// # Tokens
//
// A [Client] keeps one token for all goroutines. One login is under way at a time,
// however many ask; shortly before its end the token is replaced behind their backs, at a
// moment that differs between processes; a token that a server refused is replaced once
// per call ([Client.Invalidate]), and a second refusal is an error. Ends are compared
// with the service's clock, as its answers tell it, so a local clock that is wrong does
// no harm. Client is the Authenticator that package swift asks for.
//
// # Credentials
//
// Every provider here caches by the same rules and is safe for concurrent use: fetched
// once, fetched anew from 5 minutes before the end on while the old ones are still handed
// out, and kept as long as they hold if that fails. A provider that finds nothing to work
// with fails with [ErrNotConfigured]; a [Chain] passes over it then, and over nothing
// else. An s3 client tells the provider of credentials that the server refused as expired
// or unknown, and asks it once more.
//
// # Retries
//
// As in package s3: 4 attempts with a full-jitter backoff, for connections that fail and
// for the answers 408, 429, 500, 502, 503 and 504. An attempt has 30 seconds. The one
// request that is not repeated in doubt is CreateEC2Credential. No redirect is followed.
//
// # Errors
//
// A failed operation is a *smithy.OperationError around a *smithyhttp.ResponseError
// around an [*Error], with the service's code, message and request id. Test for classes
// ([ErrUnauthorized], [ErrForbidden], [ErrNotFound]), for codes ([ErrExpiredToken],
// Code("AnyOther")), and for what went wrong on this side ([ErrNoEndpoint],
// [ErrMalformedAnswer], [ErrUnsupported]).
//
// # Secrets
//
// Passwords, tokens and keys are never part of an error or of a log line. Whatever holds
// one prints, logs and marshals without it: a [Secret] is "REDACTED" under every verb of
// package fmt, in slog and in JSON.
package identity
