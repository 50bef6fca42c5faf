/**
 * Which subnet a network gets: the slot of the pool that its name hashes to, or the one that the configuration pins.
 * A slot depends on nothing but the name and the pool, so adding or removing a workload never moves another's network,
 * and nothing needs to be remembered. Two names that meet in a slot are an error with a free subnet to pin.
 */
import { createHash } from "node:crypto";
import type { Problem } from "../errors.ts";
import { refuse } from "../errors.ts";
import type { Route } from "./host.ts";

/** 16 addresses: network, gateway, broadcast, and 13 workloads. */
const slotPrefix = 28;

export interface Block {
  first: number;
  last: number;
}

export interface Allocation {
  network: string;
  subnet: string;
  /** Workloads that fit beside the gateway. */
  room: number;
}

export class Subnets {
  readonly #pool: string;
  readonly #pins: Record<string, string>;
  readonly #routes: readonly Route[];
  readonly #taken = new Map<string, string>();

  /** `routes` are the host's own, without those of this stack's bridges. */
  constructor(pool: string, pins: Record<string, string> = {}, routes: readonly Route[] = []) {
    this.#pool = pool;
    this.#pins = pins;
    this.#routes = routes;
  }

  /** `bridge` is the interface that this network has when it already exists. */
  allocate(network: string, bridge?: string): Allocation {
    const subnet = this.#pins[network] ?? slot(this.#pool, network);
    refuse([...this.#clash(network, subnet), ...this.#shadow(network, subnet, bridge)]);
    this.#taken.set(network, subnet);
    const { first, last } = block(subnet);
    return { network, subnet, room: last - first + 1 - 3 };
  }

  #clash(network: string, subnet: string): Problem[] {
    const other = [...this.#taken].find(([name, taken]) => name !== network && meets(taken, subnet));
    if (!other) return [];
    return [
      {
        where: `network ${network}`,
        what: `its subnet overlaps with that of network ${other[0]}`,
        given: `${subnet} and ${other[1]}`,
        allowed: "subnets that don't meet",
        remedy: `pin it in the stack's configuration, cipherhorizon:docker.subnets.${network}: ${this.#free()}`,
      },
    ];
  }

  #shadow(network: string, subnet: string, bridge: string | undefined): Problem[] {
    const route = this.#routes.find(
      ({ interface: device, cidr, direct }) =>
        device !== bridge && meets(cidr, subnet) && (direct || within(cidr, subnet)),
    );
    if (!route) return [];
    return [
      {
        where: `network ${network}`,
        what: "its subnet overlaps with a network that this host already reaches",
        given: `${subnet}, and ${route.cidr} by interface ${route.interface}`,
        allowed: "a range that nothing else uses; another stack on this host needs a pool of its own",
        remedy: "set cipherhorizon:docker.subnetPool to a free private range, such as 10.214.0.0/16",
      },
    ];
  }

  /** The last free slot: names hash all over the pool, people look for pins at its end. */
  #free(): string {
    const { first, last } = block(this.#pool);
    const size = 2 ** (32 - slotPrefix);
    for (let at = last + 1 - size; at >= first; at -= size) {
      const subnet = `${dotted(at)}/${slotPrefix}`;
      if (![...this.#taken.values()].some((taken) => meets(taken, subnet))) return subnet;
    }
    return "a subnet outside the pool";
  }
}

export function slot(pool: string, network: string): string {
  const { first, last } = block(pool);
  const size = 2 ** (32 - slotPrefix);
  const slots = (last - first + 1) / size;
  const index = createHash("sha256").update(network).digest().readUInt32BE(0) % slots;
  return `${dotted(first + index * size)}/${slotPrefix}`;
}

/** First and last address of a CIDR block; undefined address bits below the prefix make it malformed. */
export function block(cidr: string): Block {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = (match ?? []).slice(1).map(Number);
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefix);
  if (Math.max(a, b, c, d) > 255 || prefix > 32 || first % size !== 0)
    throw new TypeError(`${JSON.stringify(cidr)} is not a network in CIDR form`);
  return { first, last: first + size - 1 };
}

function meets(one: string, other: string): boolean {
  const [a, b] = [block(one), block(other)];
  return a.first <= b.last && b.first <= a.last;
}

function within(inner: string, outer: string): boolean {
  const [a, b] = [block(inner), block(outer)];
  return a.first >= b.first && a.last <= b.last;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
