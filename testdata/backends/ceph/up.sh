#!/usr/bin/env bash
# A one-node Ceph RADOS Gateway on loopback: one mon, one osd, radosgw (beast), and a test OIDC
# issuer. No systemd, no mgr. (cephx stays on: with auth "none" radosgw 16.2 never gets past the
# mon, "get_initial_auth_request returned -13", though radosgw-admin does.)
#   ports 7480 (S3, Swift, STS), 7481 (issuer), 3300 and 6789 (mon), 6800-6810 (osd);
#   ../lib.sh tells what the environment can change, and besides:
#   STORE   memstore (objects in RAM, saved by down.sh) or bluestore, at the first start (memstore)
#   REGION  the zone group's api name, the region of the signature's scope (kr-central-2)
# Safe to run again. Every secret is a throwaway test value.
NAME=ceph
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
STORE=${STORE:-memstore} REGION=${REGION:-kr-central-2}
MON_V2=$(port 3300) MON_V1=$(port 6789) RGW_PORT=$(port 7480) OIDC_PORT=$(port 7481)
ISSUER=http://127.0.0.1:$OIDC_PORT
PYTHON=/usr/bin/python3 # the standard library only
CONF=$STATE/ceph.conf
prepare
packages ceph-mon ceph-osd radosgw ceph-common openssl curl python3-minimal

# memstore keeps its objects only through a clean stop: after a crash start afresh
if [ "$(cat "$STATE/store" 2>/dev/null)" = memstore ] && [ -e "$STATE/osd/.running" ] && ! alive osd; then
  say "memstore was not stopped cleanly: starting with an empty cluster"
  stop rgw oidc mon
  rm -rf "$STATE"/{mon,osd,osd.uuid,.users,.sts,fsid,store,keyring,monmap}
fi

# --- configuration --------------------------------------------------------
[ -s "$STATE/fsid" ] || cat /proc/sys/kernel/random/uuid >"$STATE/fsid"
[ -s "$STATE/store" ] || echo "$STORE" >"$STATE/store"
STORE=$(cat "$STATE/store")
cat >"$CONF" <<END
[global]
fsid = $(cat "$STATE/fsid")
mon_host = [v2:127.0.0.1:$MON_V2/0,v1:127.0.0.1:$MON_V1/0]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $STATE/keyring
run_dir = $STATE/run
admin_socket = $STATE/run/\$name.asok
log_file = $STATE/log/\$name.log
log_to_stderr = false
pid_file =
crash_dir = $STATE/log
ms_bind_port_min = $(port 6800)
ms_bind_port_max = $(port 6810)
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
auth_allow_insecure_global_id_reclaim = false
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000

[mon]
mon_data = $STATE/mon
mon_cluster_log_file = $STATE/log/cluster.log
mon_allow_pool_delete = true
mon_data_avail_warn = 1
mon_data_avail_crit = 0

[osd]
osd_data = $STATE/osd
osd_objectstore = $STORE
ms_bind_msgr1 = false
memstore_device_bytes = 8589934592
bluestore_block_size = 21474836480
bluestore_block_create = true
osd_memory_target = 1073741824
osd_fast_shutdown = false
bluefs_preextend_wal_files = false
osd_max_object_name_len = 4096
osd_scrub_load_threshold = 0.0
osd_client_watch_timeout = 5

[client.rgw]
# Without tcp_nodelay each small answer waits 40 ms for its acknowledgement.
rgw_frontends = beast endpoint=127.0.0.1:$RGW_PORT tcp_nodelay=1
rgw_enable_apis = s3, s3website, swift, swift_auth, admin, sts, iam, notifications
rgw_dns_name = localhost
rgw_dns_s3website_name = website.localhost
rgw_enable_static_website = true
rgw_enable_usage_log = false
rgw_enable_ops_log = false
rgw_s3_auth_use_sts = ${RGW_USE_STS:-true}
rgw_sts_key = abcdefghijklmnop
rgw_s3_auth_order = local, sts
rgw_swift_account_in_url = true
rgw_swift_versioning_enabled = true
rgw_swift_enforce_content_length = false
rgw_trust_forwarded_https = true
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw_lc_debug_interval = ${RGW_LC_DEBUG:--1}
rgw_thread_pool_size = 64
rgw_gc_obj_min_wait = 30
rgw_gc_processor_period = 60
rgw_num_async_rados_threads = 8
debug_rgw = ${RGW_DEBUG:-1/5}
END
ceph() { command ceph -c "$CONF" --connect-timeout 20 "$@"; }
radm() { command radosgw-admin -c "$CONF" -n client.rgw "$@"; }

# --- mon ------------------------------------------------------------------
if [ ! -e "$STATE/mon/.made" ]; then
  rm -rf "$STATE/mon"; mkdir -p "$STATE/mon"
  ceph-authtool --create-keyring "$STATE/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  ceph-authtool "$STATE/keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
  ceph-authtool "$STATE/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
  ceph-authtool "$STATE/keyring" --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx' >/dev/null
  monmaptool --create --clobber --fsid "$(cat "$STATE/fsid")" --addv a \
    "[v2:127.0.0.1:$MON_V2,v1:127.0.0.1:$MON_V1]" "$STATE/monmap" >/dev/null
  ceph-mon -c "$CONF" --mkfs -i a --monmap "$STATE/monmap" --keyring "$STATE/keyring" >>"$LOG/mkfs.out" 2>&1
  touch "$STATE/mon/.made"
fi
start mon "$MON_V2" ceph-mon -c "$CONF" -i a -f
await mon 30 busy "$MON_V2"

# --- osd ------------------------------------------------------------------
if [ ! -e "$STATE/osd/.made" ]; then
  rm -rf "$STATE/osd"; mkdir -p "$STATE/osd"
  [ -s "$STATE/osd.uuid" ] || cat /proc/sys/kernel/random/uuid >"$STATE/osd.uuid"
  ceph osd new "$(cat "$STATE/osd.uuid")" 0 >/dev/null
  ceph-osd -c "$CONF" -i 0 --mkfs --osd-uuid "$(cat "$STATE/osd.uuid")" >>"$LOG/mkfs.out" 2>&1
  touch "$STATE/osd/.made"
fi
touch "$STATE/osd/.running"
start osd - ceph-osd -c "$CONF" -i 0 -f
osd_up() { ceph osd stat 2>/dev/null | grep -q '1 up'; }
await osd 60 osd_up

# --- oidc issuer (needs only openssl + python stdlib) ---------------------
start oidc "$OIDC_PORT" "$PYTHON" "$HERE/oidc.py" serve "$STATE/oidc" "$OIDC_PORT" "$ISSUER"
await oidc 30 answers -f "$ISSUER/.well-known/openid-configuration"

# --- users, then the gateway ----------------------------------------------
# shellcheck source=users.sh
. "$HERE/users.sh"
if [ ! -e "$STATE/.users" ]; then
  radm user info --uid="$U1" >/dev/null 2>&1 ||
    radm user create --uid="$U1" --display-name="Test User" --access-key="$AK1" --secret="$SK1" \
      --caps="roles=*;oidc-provider=*;user-policy=*;buckets=*;users=*;metadata=*;usage=*" >>"$LOG/users.out" 2>&1
  radm subuser create --uid="$U1" --subuser="$U1:swift" --access=full \
      --key-type=swift --secret="$SWK1" >>"$LOG/users.out" 2>&1
  radm user info --uid="$U2" >/dev/null 2>&1 ||
    radm user create --uid="$U2" --display-name="Second User" --access-key="$AK2" --secret="$SK2" >>"$LOG/users.out" 2>&1
  radm subuser create --uid="$U2" --subuser="$U2:swift" --access=full \
      --key-type=swift --secret="$SWK2" >>"$LOG/users.out" 2>&1
  radm user info --uid="$P3\$$P3" >/dev/null 2>&1 ||
    radm user create --tenant="$P3" --uid="$P3" --display-name="Project" --access-key="$AK3" --secret="$SK3" >>"$LOG/users.out" 2>&1
  radm subuser create --tenant="$P3" --uid="$P3" --subuser="$P3:swift" --access=full \
      --key-type=swift --secret="$SWK3" >>"$LOG/users.out" 2>&1
  radm zonegroup modify --rgw-zonegroup=default --api-name="$REGION" >>"$LOG/users.out" 2>&1 # only after a first user call made the zonegroup
  radm user info --uid="$U2" >/dev/null
  touch "$STATE/.users"
fi
start rgw "$RGW_PORT" radosgw -c "$CONF" -n client.rgw -f
await rgw 120 answers -f "http://127.0.0.1:$RGW_PORT/"

# SelectObjectContent and the JSON parser share a part of Boost.Spirit that this release has
# twice, built in two ways: a query that comes before the first JSON document leaves it unable to
# read any (POST policies, SLO manifests, web identity), or dead. JSON that comes first makes that
# rare, not impossible, so that `make integration` sends its queries last.
first_json() {
  local url=http://127.0.0.1:$RGW_PORT container token
  container=$url/swift/v1/AUTH_$U1/first-json
  token=$(curl -si --noproxy '*' -H "X-Auth-User: $U1:swift" -H "X-Auth-Key: $SWK1" "$url/auth/v1.0" |
    tr -d '\r' | sed -n 's/^X-Auth-Token: //p')
  swift() { curl -s -w '%{http_code}\n' --noproxy '*' -H "X-Auth-Token: $token" "$@"; }
  swift -f -X PUT "$container" && swift -X PUT -d '[]' "$container/manifest?multipart-manifest=put" &&
    swift -X DELETE "$container/manifest" && swift -f -X DELETE "$container"
}
first_json >"$LOG/first-json.out" || die "no JSON document could be sent; see $LOG/first-json.out"

if [ ! -e "$STATE/.sts" ]; then
  "$PYTHON" "$HERE/oidc.py" register "http://127.0.0.1:$RGW_PORT" "$AK1" "$SK1" "$STATE/oidc" \
      "$ISSUER" "$ROLE" >"$LOG/register.out" 2>&1 ||
    { cat "$LOG/register.out" >&2; die "STS registration failed"; }
  touch "$STATE/.sts"
fi

publish <<ENV
export S3_ENDPOINT=http://127.0.0.1:$RGW_PORT
export S3_REGION=$REGION
export S3_ACCESS_KEY=$AK1
export S3_SECRET_KEY=$SK1
export RGW_ENDPOINT=http://127.0.0.1:$RGW_PORT
export RGW_REGION=$REGION
export RGW_ZONEGROUP=default
export RGW_ACCESS_KEY=$AK1
export RGW_SECRET_KEY=$SK1
export RGW_USER_ID=$U1
export RGW_ACCESS_KEY2=$AK2
export RGW_SECRET_KEY2=$SK2
export RGW_USER_ID2=$U2
export RGW_SWIFT_AUTH_URL=http://127.0.0.1:$RGW_PORT/auth/v1.0
export RGW_SWIFT_URL=http://127.0.0.1:$RGW_PORT/swift/v1
export RGW_SWIFT_ACCOUNT=AUTH_$U1
export RGW_SWIFT_USER=$U1:swift
export RGW_SWIFT_KEY=$SWK1
export RGW_SWIFT_USER2=$U2:swift
export RGW_SWIFT_KEY2=$SWK2
export RGW_PROJECT_ID=$P3
export RGW_PROJECT_ACCESS_KEY=$AK3
export RGW_PROJECT_SECRET_KEY=$SK3
export RGW_PROJECT_SWIFT_USER='$P3\$$P3:swift'
export RGW_PROJECT_SWIFT_KEY=$SWK3
export RGW_PROJECT_SWIFT_ACCOUNT=AUTH_$P3
export RGW_STS_ROLE_ARN=arn:aws:iam:::role/$ROLE
export RGW_OIDC_ISSUER=$ISSUER
export RGW_OIDC_TOKEN_URL='http://127.0.0.1:$OIDC_PORT/token?sub=alice&aud=test-app&ttl=600'
export RGW_WEBSITE_HOST=website.localhost:$RGW_PORT
export RGW_KMS_KEY_ID=testkey-1
export RGW_CEPH_CONF=$CONF
ENV
