#!/usr/bin/env bash
# MinIO on 127.0.0.1: one drive, an SSE key, OpenID (STS AssumeRoleWithWebIdentity), a webhook
# as notification target. TLS=1 starts a second one over HTTPS (SSE-C needs TLS).
#   port 9000 (TLS=1: 9001), issuer 9002; ../lib.sh tells what the environment can change.
# Safe to run again. Every secret is a throwaway test value.
NAME=minio${TLS:+-tls}
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
PORT=$(port "$([ -n "${TLS:-}" ] && echo 9001 || echo 9000)") OIDC_PORT=$(port 9002)
ACCESS=minioadmin SECRET=minio-secret-key-0001 REGION=${REGION:-us-east-1}
URL=http${TLS:+s}://127.0.0.1:$PORT
prepare
running "$URL/minio/health/ready" && exit
packages curl openssl
build minio github.com/minio/minio v0.0.0-20260212201848-7aac2a2c5b7c
MINIO=$PROGRAM

# The issuer is shared by the plain and the TLS server: one that answers is used as it is.
ISSUER=http://127.0.0.1:$OIDC_PORT
if ! answers -f "$ISSUER/jwks"; then
  (cd "$HERE/../oidc" && GOWORK=off go build -o "$BINDIR/oidcissuer" .) 9>&-
  start oidc "$OIDC_PORT" "$BINDIR/oidcissuer" -addr "127.0.0.1:$OIDC_PORT" -state "$STATE"
  await oidc 30 answers -f "$ISSUER/jwks"
fi

CERTS=$STATE/certs
mkdir -p "$CERTS" "$STATE/data"
[ -z "${TLS:-}" ] || selfsigned "$CERTS/public.crt" "$CERTS/private.key"
[ -s "$STATE/kms" ] || echo "sdk-test-key:$(head -c 32 /dev/urandom | base64 -w0)" >"$STATE/kms"
# What is deleted goes to a folder that is emptied every 5 minutes by default: half an hour of soak
# would fill a disk.
start minio "$PORT" env -i PATH="$PATH" HOME="$STATE" \
  MINIO_ROOT_USER="$ACCESS" MINIO_ROOT_PASSWORD="$SECRET" MINIO_REGION="$REGION" \
  MINIO_BROWSER=off MINIO_UPDATE=off MINIO_CI_CD=1 MINIO_DOMAIN=localhost MINIO_API_DELETE_CLEANUP_INTERVAL=30s \
  MINIO_KMS_SECRET_KEY="$(cat "$STATE/kms")" \
  MINIO_IDENTITY_OPENID_CONFIG_URL="$ISSUER/.well-known/openid-configuration" \
  MINIO_IDENTITY_OPENID_CLIENT_ID=s3-sdk-tests MINIO_IDENTITY_OPENID_CLAIM_NAME=policy \
  MINIO_IDENTITY_OPENID_CONFIG_URL_ROLE="$ISSUER/.well-known/openid-configuration" \
  MINIO_IDENTITY_OPENID_CLIENT_ID_ROLE=s3-sdk-role MINIO_IDENTITY_OPENID_ROLE_POLICY_ROLE=readwrite \
  MINIO_NOTIFY_WEBHOOK_ENABLE_SINK=on MINIO_NOTIFY_WEBHOOK_ENDPOINT_SINK="$ISSUER/events" \
  "$MINIO" server --address "127.0.0.1:$PORT" --certs-dir "$CERTS" "$STATE/data"
await minio 60 answers -k -f "$URL/minio/health/ready"

# The role's name is printed once IAM is loaded; STS answers only from then on.
ROLE=
for _ in $(seq 100); do
  ROLE=$(grep -aoE 'arn:minio:iam:[A-Za-z0-9-]*::role/[A-Za-z0-9_-]+' "$LOG/minio.log" | tail -n 1 || true)
  [ -z "$ROLE" ] || break
  sleep 0.1
done
[ -n "$ROLE" ] || die "no STS role was announced; see $LOG/minio.log"
{
  echo "export S3_ENDPOINT=$URL"
  echo "export S3_REGION=$REGION"
  echo "export S3_ACCESS_KEY=$ACCESS"
  echo "export S3_SECRET_KEY=$SECRET"
  [ -z "${TLS:-}" ] || echo "export S3_CA_FILE=$CERTS/public.crt"
  echo "export S3_NOTIFY_ARN=arn:minio:sqs:$REGION:SINK:webhook"
  echo "export S3_NOTIFY_URL=$ISSUER/events"
  echo "export STS_ENDPOINT=$URL"
  # By role: this ARN with a token of the role's audience. By claim: no ARN, the token names a policy.
  echo "export STS_ROLE_ARN=$ROLE"
  echo "export OIDC_ROLE_TOKEN_URL='$ISSUER/token?aud=s3-sdk-role'"
  echo "export OIDC_TOKEN_URL='$ISSUER/token?aud=s3-sdk-tests&policy=readwrite'"
} | publish
