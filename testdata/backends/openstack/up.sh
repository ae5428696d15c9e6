#!/usr/bin/env bash
# An OpenStack object store on loopback: Keystone (sqlite, fernet) and Swift (proxy, account,
# container, object; one device, one replica) with S3 (s3api). No systemd, no loop device:
# plain processes, everything under $STATE.
#   ports 5000 and 35357 (Keystone), 8080 (Swift and S3), 6200-6202, 11211;
#   ../lib.sh tells what the environment can change, and besides:
#   REGION       s3api's "location", the region of the signature's scope (us-east-1)
#   OS_REGION    Keystone's region of the endpoints (RegionOne)
#   TOKEN_CACHE  seconds that Swift trusts a token without asking (-1: a revoked one dies at once)
# Safe to run again. Every secret is a throwaway test value.
NAME=openstack
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
S3_REGION=${REGION:-us-east-1} OS_REGION=${OS_REGION:-RegionOne} TOKEN_CACHE=${TOKEN_CACHE:--1}
KEYSTONE_PORT=$(port 5000) ADMIN_PORT=$(port 35357) SWIFT_PORT=$(port 8080) MEMCACHED_PORT=$(port 11211)
ACCOUNT_PORT=$(port 6202) CONTAINER_PORT=$(port 6201) OBJECT_PORT=$(port 6200)
KEYSTONE=http://127.0.0.1:$KEYSTONE_PORT/v3 SWIFT=http://127.0.0.1:$SWIFT_PORT
# Debian's python3 only: another one first in PATH would miss the packages.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
unset PYTHONPATH PYTHONHOME PYENV_VERSION http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
ME=$(id -un) GROUP=$(id -gn) CONF=$STATE/conf
umask 022
prepare

# --- 1. packages -------------------------------------------------------------
# Keystone asks at its installation: no dbconfig-common, no bootstrap of its own.
[ -e /usr/bin/keystone-manage ] || {
  packages debconf
  printf 'keystone keystone/%s boolean false\n' \
    configure_db create-admin-tenant register-endpoint dbconfig-install | debconf-set-selections
}
packages keystone swift-proxy swift-account swift-container swift-object swift-object-expirer memcached \
  python3-keystonemiddleware uwsgi-plugin-python3 curl

# --- 2. configuration (rewritten every time; data is kept) -------------------
mkdir -p "$CONF/swift" "$STATE/keystone" "$STATE/srv/d1" "$STATE/cache"
cat >"$CONF/keystone.conf" <<END
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///$STATE/keystone/keystone.db?timeout=30
sqlite_synchronous = false
[token]
provider = fernet
expiration = 14400
[fernet_tokens]
key_repository = $STATE/keystone/fernet
[fernet_receipts]
key_repository = $STATE/keystone/fernet
[credential]
key_repository = $STATE/keystone/credential
[cache]
enabled = true
backend = oslo_cache.memcache_pool
memcache_servers = 127.0.0.1:$MEMCACHED_PORT
[identity]
password_hash_rounds = 4
END
cd "$CONF/swift"
cat >swift.conf <<END
[swift-hash]
swift_hash_path_prefix = backends
swift_hash_path_suffix = backends
[storage-policy:0]
name = gold
aliases = Policy-0
default = yes
[storage-policy:1]
name = silver
END
# Shared [DEFAULT] of the swift servers. workers = 0: one process, no fork.
common() { cat <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
workers = 0
user = $ME
swift_dir = $CONF/swift
devices = $STATE/srv
mount_check = false
fallocate_reserve = 0
log_level = INFO
END
}
for s in account:$ACCOUNT_PORT container:$CONTAINER_PORT object:$OBJECT_PORT; do
  n=${s%%:*}
  { common "${s##*:}"; cat <<END
[pipeline:main]
pipeline = healthcheck recon $n-server
[app:$n-server]
use = egg:swift#$n
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:recon]
use = egg:swift#recon
recon_cache_path = $STATE/cache
END
  # Short-cycle daemons: container-updater feeds the account totals,
  # object-updater replays late listings, object-expirer reaps X-Delete-At.
  case $n in
  container) printf '[container-updater]\ninterval = 1\ncontainers_per_second = 0\nconcurrency = 1\naccount_suppression_time = 0\nrecon_cache_path = %s\n' "$STATE/cache" ;;
  object) printf '[object-updater]\ninterval = 5\nconcurrency = 1\nrecon_cache_path = %s\n' "$STATE/cache" ;;
  esac; } >$n-server.conf
done
{ common 0; cat <<END
[object-expirer]
interval = 5
recon_cache_path = $STATE/cache
[pipeline:main]
pipeline = catch_errors proxy-logging cache proxy-server
[app:proxy-server]
use = egg:swift#proxy
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$MEMCACHED_PORT
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:catch_errors]
use = egg:swift#catch_errors
END
} >object-expirer.conf
# authtoken MUST come before s3api/s3token: after s3token it would erase the
# identity headers that s3token just set, and every S3 request gets 403.
{ common "$SWIFT_PORT"; cat <<END
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats container_sync bulk tempurl formpost authtoken s3api s3token keystoneauth staticweb copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
# There is one disk: after an error (such as metadata that its xattrs can't hold) it would be
# left out for a minute, and everything be 503.
error_suppression_interval = 1
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$MEMCACHED_PORT
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:container_sync]
use = egg:swift#container_sync
[filter:bulk]
use = egg:swift#bulk
[filter:tempurl]
use = egg:swift#tempurl
methods = GET HEAD PUT POST DELETE
allowed_digests = sha1 sha256 sha512
[filter:formpost]
use = egg:swift#formpost
allowed_digests = sha1 sha256 sha512
[filter:s3api]
use = egg:swift#s3api
location = $S3_REGION
s3_acl = false
check_bucket_owner = false
dns_compliant_bucket_names = true
storage_domain = s3.localhost
[filter:s3token]
use = egg:swift#s3token
reseller_prefix = AUTH_
auth_uri = $KEYSTONE
delay_auth_decision = true
# keystone 22.0.2-0+deb12u2 and later refuse an anonymous POST /v3/s3tokens.
auth_type = password
auth_url = $KEYSTONE
username = swift
password = swiftpass
project_name = service
user_domain_id = default
project_domain_id = default
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = $KEYSTONE
auth_url = $KEYSTONE
auth_type = password
username = swift
password = swiftpass
project_name = service
user_domain_id = default
project_domain_id = default
delay_auth_decision = true
memcached_servers = 127.0.0.1:$MEMCACHED_PORT
token_cache_time = $TOKEN_CACHE
service_token_roles_required = true
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, swiftoperator
reseller_admin_role = ResellerAdmin
reseller_prefix = AUTH_
[filter:staticweb]
use = egg:swift#staticweb
[filter:copy]
use = egg:swift#copy
[filter:container-quotas]
use = egg:swift#container_quotas
[filter:account-quotas]
use = egg:swift#account_quotas
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
END
} >proxy-server.conf
chmod 600 proxy-server.conf
# Rings: 2^4 partitions, one replica, no rebalance delay, the single device d1.
for r in account:$ACCOUNT_PORT container:$CONTAINER_PORT object:$OBJECT_PORT object-1:$OBJECT_PORT; do
  n=${r%%:*}
  [ -s "$n.ring.gz" ] && continue
  rm -f "$n.builder"
  { swift-ring-builder "$n.builder" create 4 1 0
    swift-ring-builder "$n.builder" add --region 1 --zone 1 --ip 127.0.0.1 --port "${r##*:}" --device d1 --weight 1
    swift-ring-builder "$n.builder" rebalance; } >>"$LOG/rings.log" 2>&1
done
cd /

# --- 3. keystone database, first run only -----------------------------------
KM="keystone-manage --config-file $CONF/keystone.conf"
if [ ! -e "$STATE/keystone/.done" ]; then
  say "creating the keystone database"
  { $KM db_sync
    $KM fernet_setup --keystone-user "$ME" --keystone-group "$GROUP"
    $KM credential_setup --keystone-user "$ME" --keystone-group "$GROUP"
    $KM bootstrap --bootstrap-username admin --bootstrap-password adminpass \
      --bootstrap-project-name admin --bootstrap-role-name admin \
      --bootstrap-service-name keystone --bootstrap-region-id "$OS_REGION" \
      --bootstrap-public-url $KEYSTONE \
      --bootstrap-internal-url $KEYSTONE \
      --bootstrap-admin-url http://127.0.0.1:$ADMIN_PORT/v3; } >"$LOG/keystone-manage.log" 2>&1 ||
    { tail -20 "$LOG/keystone-manage.log" >&2; exit 1; }
  # WAL: without it an idle pooled reader makes writes fail, "database is locked".
  /usr/bin/python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode=WAL").fetchone())' \
    "$STATE/keystone/keystone.db" >>"$LOG/keystone-manage.log"
  touch "$STATE/keystone/.done"
fi

# --- 4. processes -------------------------------------------------------------
daemon() { # daemon TAG PORT PROGRAM CONFIGURATION
  start "$1" "$2" /usr/bin/python3 "$HERE/swiftd.py" "$CONF/swift" "$3" "$CONF/swift/$4" -v
}
start memcached "$MEMCACHED_PORT" memcached -l 127.0.0.1 -p "$MEMCACHED_PORT" -U 0 -m 64 -u "$ME"
# uwsgi instead of keystone-wsgi-public's wsgiref server. Processes only: with threads, sqlite
# connections leak across threads and writes fail as locked. uwsgi's http-socket closes after
# each reply without saying so; without the added header, clients reuse the dead connection
# (POST: EOF, or 403 from s3api).
start keystone "$KEYSTONE_PORT" env OS_KEYSTONE_CONFIG_FILES="$CONF/keystone.conf" OS_KEYSTONE_CONFIG_DIR="$CONF" \
  uwsgi --plugin python3 --http-socket "127.0.0.1:$KEYSTONE_PORT" --http-socket "127.0.0.1:$ADMIN_PORT" \
  --wsgi-file /usr/bin/keystone-wsgi-public --procname-prefix keystone- --master --die-on-term --no-orphans \
  --processes 3 --thunder-lock --buffer-size 65535 --add-header 'Connection: close' --listen 100
daemon account "$ACCOUNT_PORT" swift-account-server account-server.conf
daemon container "$CONTAINER_PORT" swift-container-server container-server.conf
daemon object "$OBJECT_PORT" swift-object-server object-server.conf
await keystone 60 answers "$KEYSTONE"
await account 60 answers "http://127.0.0.1:$ACCOUNT_PORT/healthcheck"
await container 60 answers "http://127.0.0.1:$CONTAINER_PORT/healthcheck"
await object 60 answers "http://127.0.0.1:$OBJECT_PORT/healthcheck"

# The proxy's s3token fetches a Keystone token at its start: seed before it. The same EC2 key
# is handed out every time, whatever tests added since.
KEEP_ACCESS=$(sed -n 's/^export S3_ACCESS_KEY=//p' "$STATE/env" 2>/dev/null || true)
export KEEP_ACCESS KEYSTONE SWIFT OS_REGION S3_REGION KEYSTONE_ADMIN="http://127.0.0.1:$ADMIN_PORT/v3"
/usr/bin/python3 "$HERE/seed.py" identity >"$STATE/exports"
daemon proxy "$SWIFT_PORT" swift-proxy-server proxy-server.conf
await proxy 60 answers "$SWIFT/healthcheck"
daemon container-updater - swift-container-updater container-server.conf
daemon object-updater - swift-object-updater object-server.conf
daemon object-expirer - swift-object-expirer object-expirer.conf
# shellcheck disable=SC1091
(. "$STATE/exports" && /usr/bin/python3 "$HERE/seed.py" swift)
publish <"$STATE/exports"
