#!/usr/bin/env bash
# Alluxio on 127.0.0.1: a master, a worker and the proxy that has the S3 API, three Java processes.
#   port 39999 (S3), 19990 and 19991 (master), 19992 and 19993 (worker); ../lib.sh tells what the
#   environment can change.
# Safe to run again. The jars come from Maven Central once (pom.xml); from then on no network is
# needed. Alluxio looks at no secret: the access key is the name of a user. It has to be one that
# the system knows, since what it makes becomes that user's files; here it is the calling one.
NAME=alluxio
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
PORT=$(port 39999) MASTER=$(port 19990) MASTER_WEB=$(port 19991) WORKER=$(port 19992) WORKER_WEB=$(port 19993)
ACCESS=$(id -un) SECRET=unused REGION=${REGION:-us-east-1}
URL=http://127.0.0.1:$PORT
VERSION=2.9.4
JARS=$BINDIR/alluxio@$VERSION

# ready: the master knows its worker, and the proxy lists that user's buckets.
ready() {
  curl -sf --noproxy '*' --max-time 5 "http://127.0.0.1:$MASTER_WEB/metrics/json/" |
    tr -d ' \n' | grep -q '"Cluster.Workers":{"value":1}' &&
    answers -f -H "Authorization: AWS4-HMAC-SHA256 Credential=$ACCESS/, SignedHeaders=host, Signature=0" "$URL/api/v1/s3/"
}

prepare
packages curl openjdk-17-jre-headless
if [ -s "$STATE/env" ] && ready; then
  cat "$STATE/env"
  exit
fi
if [ ! -d "$JARS" ]; then
  packages maven
  say "fetching the jars of Alluxio $VERSION (a minute the first time)"
  new=$(mktemp -d "$BINDIR/.alluxio.XXXXXX")
  mvn -B -q -f "$HERE/pom.xml" -Dalluxio.version=$VERSION \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new" \
    >"$LOG/maven.log" 2>&1 9>&- ||
    { rm -rf "$new"; tail -n 20 "$LOG/maven.log" >&2; die "the jars could not be fetched; see $LOG/maven.log"; }
  mv "$new" "$JARS"
fi

mkdir -p "$STATE/conf" "$STATE/objects" "$STATE/cache"
cat >"$STATE/conf/alluxio-site.properties" <<END
alluxio.security.login.username=$ACCESS
alluxio.master.hostname=127.0.0.1
alluxio.master.bind.host=127.0.0.1
alluxio.master.rpc.port=$MASTER
alluxio.master.web.hostname=127.0.0.1
alluxio.master.web.bind.host=127.0.0.1
alluxio.master.web.port=$MASTER_WEB
alluxio.master.journal.type=UFS
alluxio.master.journal.folder=$STATE/journal
alluxio.master.metastore=HEAP
alluxio.master.update.check.enabled=false
alluxio.master.mount.table.root.ufs=$STATE/objects
alluxio.worker.hostname=127.0.0.1
alluxio.worker.bind.host=127.0.0.1
alluxio.worker.rpc.port=$WORKER
alluxio.worker.web.hostname=127.0.0.1
alluxio.worker.web.bind.host=127.0.0.1
alluxio.worker.web.port=$WORKER_WEB
alluxio.worker.ramdisk.size=1GB
alluxio.worker.tieredstore.level0.dirs.path=$STATE/cache
alluxio.worker.data.server.domain.socket.address=
alluxio.proxy.web.hostname=127.0.0.1
alluxio.proxy.web.bind.host=127.0.0.1
alluxio.proxy.web.port=$PORT
alluxio.web.ui.enabled=false
alluxio.user.metrics.collection.enabled=false
alluxio.user.short.circuit.enabled=false
END
cat >"$STATE/conf/log4j.properties" <<'END'
log4j.rootLogger=WARN, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} - %m%n
END

# What JDK 17 has closed since JDK 11, for which Alluxio is made.
OPENS=()
for p in lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic; do
  OPENS+=("--add-opens=java.base/java.$p=ALL-UNNAMED")
done
for p in sun.nio.ch sun.security.action jdk.internal.misc jdk.internal.ref; do
  OPENS+=("--add-opens=java.base/$p=ALL-UNNAMED")
done
CLASSPATH=$(printf '%s:' "$JARS"/*.jar)
JAVA=(env LC_ALL=C.UTF-8 CLASSPATH="$CLASSPATH" java "${OPENS[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto
  -Djava.net.preferIPv4Stack=true -Dlog4j.configuration="file:$STATE/conf/log4j.properties"
  -Dalluxio.home="$STATE" -Dalluxio.conf.dir="$STATE/conf" -Dalluxio.logs.dir="$LOG")

if [ ! -d "$STATE/journal" ]; then
  "${JAVA[@]}" -Xmx128m alluxio.cli.Format master >"$LOG/format.log" 2>&1 9>&- ||
    { rm -rf "$STATE/journal"; tail -n 20 "$LOG/format.log" >&2; die "the journal could not be made; see $LOG/format.log"; }
fi
start master "$MASTER" "${JAVA[@]}" -Xmx256m alluxio.master.AlluxioMaster
start worker "$WORKER" "${JAVA[@]}" -Xmx256m -XX:MaxDirectMemorySize=512m alluxio.worker.AlluxioWorker
start proxy "$PORT" "${JAVA[@]}" -Xmx512m -XX:MaxDirectMemorySize=512m alluxio.proxy.AlluxioProxy
await proxy 120 ready
publish <<END
export S3_ENDPOINT=$URL
export S3_REGION=$REGION
export S3_ACCESS_KEY=$ACCESS
export S3_SECRET_KEY=$SECRET
END
