/** The files with which the broker gets its first users before it can be asked for anything. All of them are secrets. */
import { ports } from "./properties.ts";

/** Java argument file of the storage tool: how a password is handed over without showing in the process list. */
export function formatArguments(clusterId: string, provisionerPassword: string, properties: string): string {
  return `kafka.tools.StorageTool format
--cluster-id ${clusterId}
--config ${properties}
--add-scram SCRAM-SHA-512=[name=provisioner,password=${provisionerPassword}]
`;
}

/** What kafka-configs sets when the provisioner's password has changed; in a file it takes no brackets, unlike in an argument. */
export function provisionerProperties(password: string): string {
  return `SCRAM-SHA-512=password=${password}\n`;
}

/** How the broker's own container logs in to itself. */
export function selfProperties(brokerPassword: string): string {
  return `bootstrap.servers=localhost:${ports.self}
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="${brokerPassword}";
`;
}

/** `--command-config` of Kafka's tools, for any user that logs in by SCRAM. */
export function clientProperties(user: string, password: string): string {
  return `security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";
`;
}
