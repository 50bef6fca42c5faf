/** Kafka (KRaft), whose every client logs in as itself: one broker, or three that hold everything three times. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { UserError } from "../../infra/errors.ts";
import type { Platform } from "../../infra/platform.ts";
import type { Needed, Running } from "../../infra/workload.ts";
import { type Access, type Credentials, edgesOf, identity, type Login, type Trust } from "../access.ts";
import { imageOf } from "../image.ts";
import { alone, ports } from "./properties.ts";
import { type KafkaWorkload, kafkaWorkload } from "./workload.ts";

export interface KafkaArgs extends Omit<KafkaWorkload, "clusterId" | "image" | "cluster" | "needs"> {
  platform: Platform;
  count: 1 | 3;
}

/** Where it is, whoever runs it. */
export interface KafkaServer extends Trust {
  servers: Needed[];
  brokers: string;
}

export type KafkaConnection = KafkaServer & Login;

export class Kafka extends pulumi.ComponentResource {
  readonly running: Running[] = [];
  readonly brokers: string;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Kafka", name, {}, opts);
    const id = new random.RandomId(`${name}-cluster`, { byteLength: 16 }, { parent: this });
    const { platform, count, ...rest } = args;
    const image = imageOf(platform, "kafka", { parent: this });
    if (count > 1 && rest.hostPort !== undefined) throw new UserError(oneDoor);
    const members = count === 1 ? alone.members : Array.from({ length: count }, (_, index) => `kafka-${index}`);
    for (const self of members) {
      const cluster = { self, members };
      const needs = this.running.slice(-1);
      const workload = kafkaWorkload({ ...rest, image, cluster, needs, clusterId: id.b64Url.apply(clusterId) });
      this.running.push(platform.run(workload, { parent: this }));
    }
    this.brokers = this.running.map(({ host }) => `${host}:${ports.internal}`).join(",");
    this.registerOutputs({ brokers: this.brokers });
  }

  get server(): KafkaServer {
    return { servers: this.running, brokers: this.brokers };
  }
}

/** A client outside is sent from any broker to every other, so each would need a door of its own. */
const oneDoor = {
  where: "cipherhorizon:kafka.brokers",
  what: "only a single broker can be reached from outside",
  given: "3, and a port for Kafka outside",
  allowed: "3 without that port, or 1",
  remedy: "run: pulumi config set --path cipherhorizon:kubernetes.expose.ports.kafka off",
};

/** The storage tool takes a leading hyphen for an option. */
export const clusterId = (base64: string): string => base64.replace(/^-/, "A");

/** In the words of Kafka's clients. */
export const securityOf = ({ authority }: Trust): string => (authority ? "sasl_ssl" : "sasl_plaintext");

export function kafkaAccess(kafka: KafkaServer & Credentials): Access {
  const who = identity("kafka", kafka);
  return {
    ...who,
    env: { KAFKA_BROKERS: kafka.brokers, KAFKA_SECURITY: securityOf(kafka), ...who.env },
    needs: edgesOf(kafka.servers, kafka),
  };
}
