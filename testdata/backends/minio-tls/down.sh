#!/usr/bin/env bash
# The MinIO of ../minio over HTTPS, which it takes customer keys (SSE-C) by.
TLS=1 exec "$(dirname "$0")/../minio/down.sh" "$@"
