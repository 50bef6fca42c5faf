/** One Kafka broker (KRaft) whose every client logs in as itself. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Platform } from "../../infra/platform.ts";
import type { Running } from "../../infra/workload.ts";
import { type Access, edgesOf, type Login, secretPath } from "../access.ts";
import { imageOf } from "../image.ts";
import { ports } from "./properties.ts";
import { type KafkaWorkload, kafkaWorkload } from "./workload.ts";

export interface KafkaArgs extends Omit<KafkaWorkload, "clusterId" | "image"> {
  platform: Platform;
}

export interface KafkaConnection extends Login {
  server: Running;
  brokers: string;
}

export class Kafka extends pulumi.ComponentResource {
  readonly running: Running;
  readonly brokers: string;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Kafka", name, {}, opts);
    const id = new random.RandomId(`${name}-cluster`, { byteLength: 16 }, { parent: this });
    const { platform, ...rest } = args;
    const image = imageOf(platform, "kafka", { parent: this });
    const workload = kafkaWorkload({ ...rest, image, clusterId: id.b64Url.apply(clusterId) });
    this.running = platform.run(workload, { parent: this });
    this.brokers = `${this.running.host}:${ports.internal}`;
    this.registerOutputs({ brokers: this.brokers });
  }

  connection(login: Login): KafkaConnection {
    return { server: this.running, brokers: this.brokers, ...login };
  }
}

/** The storage tool takes a leading hyphen for an option. */
export const clusterId = (base64: string): string => base64.replace(/^-/, "A");

export function kafkaAccess(kafka: KafkaConnection): Access {
  const path = secretPath("kafka-password");
  return {
    env: {
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_SECURITY: "sasl_plaintext",
      KAFKA_USER: kafka.user,
      KAFKA_PASSWORD_FILE: path,
    },
    secrets: { [path]: kafka.password },
    needs: edgesOf(kafka.server, kafka),
  };
}
