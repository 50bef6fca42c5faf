/** A single broker with SCRAM and access control, as small as it gets. */
export const CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";

const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="broker" password="test";';

export const brokerProperties = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=CLIENT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=CLIENT://127.0.0.1:9092
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=${login}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:ANONYMOUS
log.dirs=/var/lib/kafka/data/kraft
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
`;

export const clientProperties = `security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=${login}
`;

export const FORMAT_AND_START = [
  'kafka-storage.sh format -t "$CLUSTER_ID" -c /conf/server.properties --ignore-formatted',
  '--add-scram "SCRAM-SHA-512=[name=broker,password=test]" > /dev/null',
  "&& KAFKA_OPTS=-javaagent:/opt/jmx/jmx_prometheus_javaagent.jar=9404:/conf/jmx.yaml",
  "exec kafka-server-start.sh /conf/server.properties",
].join(" ");
