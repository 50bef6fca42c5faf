/** The provisioner's input, as services/provisioner/internal/spec reads it. */
export interface Acl {
  resource: "topic" | "group" | "cluster" | "transactional_id";
  name: string;
  pattern: "literal" | "prefixed";
  operations: ("read" | "write" | "describe" | "describe_configs")[];
}

export interface Topic {
  name: string;
  partitions: number;
  config: Record<string, string>;
}

export interface KafkaUser {
  name: string;
  passwordFile: string;
  acls: Acl[];
}

export interface Role {
  name: string;
  passwordFile: string;
  memberOf?: string[];
  connect?: string[];
  readOnly?: string[];
}

export interface Declaration {
  kafka: { topics: Topic[]; users: KafkaUser[] };
  postgres: {
    databases: { name: string; owner: string }[];
    roles: Role[];
    /** Databases beside the declared ones that nobody may enter who isn't named. */
    closed?: string[];
  };
  /** Absent where the server has its users from a file. */
  redis?: { users: RedisUser[] };
}

export interface RedisUser {
  name: string;
  passwordFile: string;
  /** In the words of an ACL. */
  rights: string;
}
