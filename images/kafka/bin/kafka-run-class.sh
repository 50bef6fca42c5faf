#!/usr/bin/env bash
# kafka-run-class.sh CLASS [ARGUMENT...]: the environment of Kafka's own script (KAFKA_HEAP_OPTS, KAFKA_JVM_PERFORMANCE_OPTS,
# KAFKA_LOG4J_OPTS, KAFKA_JMX_OPTS, KAFKA_OPTS, CLASSPATH), without its search for a JVM and for jars.
set -eu
home=/opt/kafka

[ $# -gt 0 ] || { echo "usage: ${0##*/} CLASS [ARGUMENT...]" >&2; exit 1; }

# The class-data archive is only used with the very class path it was made with; Bash sorts what a pattern matches.
LC_ALL=C
printf -v jars '%s:' "$home"/libs/*.jar
# An archive that can't be used (another class path, another JVM) is passed over without a word: it only saves time.
archive=(-XX:SharedArchiveFile="$home/kafka.jsa" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr)

# Unquoted on purpose: these variables are lists of JVM options.
# shellcheck disable=SC2086
exec /opt/java/openjdk/bin/java \
  ${KAFKA_HEAP_OPTS:--Xmx256M} \
  ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1} \
  "${archive[@]}" \
  ${KAFKA_JMX_OPTS:-} \
  -Dkafka.logs.dir="${LOG_DIR:-$home/logs}" \
  ${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$home/config/tools-log4j2.yaml} \
  -cp "${jars%:}${CLASSPATH:+:$CLASSPATH}" \
  ${KAFKA_OPTS:-} \
  "$@"
