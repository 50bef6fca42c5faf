#!/usr/bin/env bash
# Runs a broker and the tools once, to learn which classes they load, and writes those into a class-data archive.
# A class that was not met here is loaded the ordinary way, so the archive can only save time.
set -euo pipefail
work=$(mktemp -d)
bin=/opt/kafka/bin
cat > "$work/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:19093
listeners=CLIENT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="broker" password="training";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:ANONYMOUS
log.dirs=$work/data
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
EOF
cat > "$work/client.properties" <<EOF
security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="broker" password="training";
EOF
echo 'rules: [{ pattern: ".*" }]' > "$work/jmx.yaml"
client=(--bootstrap-server 127.0.0.1:19092 --command-config "$work/client.properties")

learn() { # name, command...: the command, with each JVM noting the classes it loads
  KAFKA_OPTS="-Xshare:off -XX:DumpLoadedClassList=$work/$1.classes ${AGENT:-}" "${@:2}"
}

learn format "$bin/kafka-storage.sh" format -t AAAAAAAAAAAAAAAAAAAAAA -c "$work/server.properties" \
  --add-scram 'SCRAM-SHA-512=[name=broker,password=training]' > /dev/null
AGENT="-javaagent:/opt/jmx/jmx_prometheus_javaagent.jar=19404:$work/jmx.yaml" \
  learn server "$bin/kafka-server-start.sh" "$work/server.properties" > "$work/server.log" 2>&1 &
server=$!
for _ in {1..120}; do
  (: < /dev/tcp/127.0.0.1/19092) 2>/dev/null && break
  kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.5
done
learn topics "$bin/kafka-topics.sh" "${client[@]}" --create --topic training --partitions 1 --replication-factor 1
learn acls "$bin/kafka-acls.sh" "${client[@]}" --add --allow-principal User:reader --operation Read --topic training
learn configs "$bin/kafka-configs.sh" "${client[@]}" --alter --entity-type users --entity-name reader \
  --add-config 'SCRAM-SHA-512=[password=training]'
seq 10 | learn producer "$bin/kafka-console-producer.sh" "${client[@]}" --topic training
learn consumer "$bin/kafka-console-consumer.sh" "${client[@]}" --topic training --from-beginning --max-messages 10 --group training
learn groups "$bin/kafka-consumer-groups.sh" "${client[@]}" --describe --group training
(exec 3<> /dev/tcp/127.0.0.1/19404 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3 > /dev/null) || true
kill -TERM "$server"
wait "$server" || true

# The numbers belong to one run, and only classes of custom loaders ("source:") need them; without both, the lists merge.
cat "$work"/*.classes | grep -v -e '^#' -e ' source: ' | sed 's/ id: [0-9]*$//' | LC_ALL=C sort -u > "$work/all.classes"
KAFKA_JVM_PERFORMANCE_OPTS="-XX:+UseG1GC -Xshare:dump -XX:SharedClassListFile=$work/all.classes" \
  KAFKA_HEAP_OPTS=-Xmx512M "$bin/kafka-run-class.sh" kafka.Kafka > "$work/dump.log" 2>&1 || { cat "$work/dump.log" >&2; exit 1; }
rm -rf "$work"
