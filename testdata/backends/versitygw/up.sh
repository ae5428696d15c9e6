#!/usr/bin/env bash
# versitygw on 127.0.0.1: the posix backend with versioning and internal IAM.
# TLS=1 starts a second one over HTTPS.
#   port 9003 (TLS=1: 9004), website 9005 (plain only); ../lib.sh tells what the environment can change.
# Safe to run again. Every secret is a throwaway test value. There is no STS: `versitygw iam` has
# AssumeRoleWithWebIdentity but refuses issuers on loopback.
NAME=versitygw${TLS:+-tls}
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
PORT=$(port "$([ -n "${TLS:-}" ] && echo 9004 || echo 9003)") WEBSITE_PORT=$(port 9005)
ACCESS=versityadmin SECRET=versity-secret-key-0001 REGION=${REGION:-us-east-1}
URL=http${TLS:+s}://127.0.0.1:$PORT
prepare
running "$URL/healthz" && exit
packages curl openssl
build versitygw github.com/versity/versitygw/cmd/versitygw v1.8.0
mkdir -p "$STATE/data" "$STATE/versions" "$STATE/iam"
OPTIONS=(--website "127.0.0.1:$WEBSITE_PORT" --website-domain localhost)
if [ -n "${TLS:-}" ]; then
  selfsigned "$STATE/cert.pem" "$STATE/key.pem"
  OPTIONS=(--cert "$STATE/cert.pem" --key "$STATE/key.pem")
fi
start versitygw "$PORT" "$PROGRAM" --port "127.0.0.1:$PORT" --access "$ACCESS" --secret "$SECRET" \
  --region "$REGION" --virtual-domain "localhost:$PORT" --iam-dir "$STATE/iam" --health /healthz \
  --quiet --keep-alive "${OPTIONS[@]}" posix --versioning-dir "$STATE/versions" "$STATE/data"
await versitygw 30 answers -k -f "$URL/healthz"
{
  echo "export S3_ENDPOINT=$URL"
  echo "export S3_REGION=$REGION"
  echo "export S3_ACCESS_KEY=$ACCESS"
  echo "export S3_SECRET_KEY=$SECRET"
  if [ -n "${TLS:-}" ]; then
    echo "export S3_CA_FILE=$STATE/cert.pem"
  else
    echo "export S3_WEBSITE_URL=http://127.0.0.1:$WEBSITE_PORT"
  fi
} | publish
