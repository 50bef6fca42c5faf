#!/bin/sh
# Starts the broker. On the first start it formats the storage, on later ones it tells the broker a changed password of the
# provisioner. Passwords reach the tools through files only: an argument would be seen in the process list.
set -eu
data=/var/lib/kafka/data
secrets=/run/secrets
stamp=$data/provisioner.sha256
password=$(sha256sum <$secrets/provisioner.properties)

if [ ! -f $data/kraft/meta.properties ]; then
  java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' @$secrets/format.args
  echo "$password" >$stamp
elif [ "$password" != "$(cat $stamp)" ]; then
  (
    unset KAFKA_OPTS
    export KAFKA_HEAP_OPTS=-Xmx64m
    until /opt/kafka/bin/kafka-configs.sh --bootstrap-server localhost:9095 --command-config $secrets/self.properties \
      --alter --entity-type users --entity-name provisioner --add-config-file $secrets/provisioner.properties; do
      sleep 1
    done
    echo "$password" >$stamp
  ) &
fi
exec /opt/kafka/bin/kafka-server-start.sh $secrets/server.properties
