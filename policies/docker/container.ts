/** The inputs of a Docker container that the picture is drawn from. */
export const containerType = "docker:index/container:Container";

export interface Container {
  image?: string;
  user?: string;
  readOnly?: boolean;
  privileged?: boolean;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  /** MiB, as is `memorySwap`. */
  memory?: number;
  memorySwap?: number;
  healthcheck?: { tests?: string[] };
  ports?: { internal?: number; external?: number; ip?: string }[];
  volumes?: { hostPath?: string; containerPath?: string; volumeName?: string }[];
  mounts?: { type?: string; source?: string; target?: string }[];
  devices?: { hostPath?: string }[];
  envs?: string[];
  logDriver?: string;
  logOpts?: Record<string, string>;
  stopTimeout?: number;
  destroyGraceSeconds?: number;
  networkMode?: string;
  pidMode?: string;
  ipcMode?: string;
  usernsMode?: string;
  /** False for a container that is only created, to carry files into a volume, and never started. */
  start?: boolean;
}
