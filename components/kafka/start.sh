#!/bin/sh
# Starts the broker. On the first start it formats the storage, on later ones it tells the broker a changed password of the
# provisioner. Passwords reach the tools through files only: an argument would be seen in the process list.
set -eu
secrets=/run/secrets
stamp=/var/lib/kafka/data/provisioner.sha256

if [ ! -f /var/lib/kafka/data/kraft/meta.properties ]; then
  # The Java argument file names the tool and its arguments, so the only word left to give is an option of the tool.
  KAFKA_OPTS=@$secrets/format.args KAFKA_HEAP_OPTS=-Xmx64m /opt/kafka/bin/kafka-run-class.sh --ignore-formatted
  cat $secrets/provisioner.sha256 >$stamp
elif [ "$(cat $secrets/provisioner.sha256)" != "$(cat $stamp)" ]; then
  (
    until KAFKA_HEAP_OPTS=-Xmx64m /opt/kafka/bin/kafka-configs.sh --bootstrap-server localhost:9095 \
      --command-config $secrets/self.properties --alter --entity-type users --entity-name provisioner \
      --add-config-file $secrets/provisioner.properties >/dev/null 2>&1; do
      # Not in the tool's words: those may quote the password.
      echo "the provisioner's new password isn't set yet, trying again" >&2
      sleep 1
    done
    cat $secrets/provisioner.sha256 >$stamp
  ) &
fi
# The broker's own settings go by other names in the environment: the tools that people start beside it must not inherit its
# heap and its metrics port.
export KAFKA_HEAP_OPTS="$BROKER_HEAP_OPTS" KAFKA_JVM_PERFORMANCE_OPTS="$BROKER_JVM_OPTS" KAFKA_OPTS="$BROKER_OPTS"
exec /opt/kafka/bin/kafka-server-start.sh $secrets/server.properties
