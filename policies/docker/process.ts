/** Draws the picture of what runs in a Docker container. */
import type { Process, Unit } from "../picture.ts";
import { items, known } from "../unknown.ts";
import { confinementOf } from "./confinement.ts";
import type { Container } from "./container.ts";

const mebibyte = 1024 ** 2;

export class ContainerProcess implements Process {
  readonly platform = "docker";
  readonly name = "";
  // What this platform doesn't have, or the pack doesn't judge on it.
  readonly cpu = undefined;
  readonly hostProcess = false;
  readonly probedHosts = [];
  readonly unit: Unit;
  readonly #container: Container;

  constructor(container: Container, unit: Unit) {
    this.#container = container;
    this.unit = unit;
  }

  get image() {
    return this.#container.image ?? "";
  }

  get runs() {
    return this.#container.start !== false;
  }

  get user() {
    return this.#container.user ?? "";
  }

  get uid() {
    return numberIn(this.user.split(":")[0]);
  }

  get gid() {
    const [user, group = user] = this.user.split(":");
    return numberIn(group);
  }

  get readOnlyRoot() {
    return this.#container.readOnly === true;
  }

  get privileged() {
    return known(() => this.#container.privileged) === true;
  }

  get adds() {
    return items(() => this.#container.capabilities?.adds).map(plain);
  }

  get drops() {
    return (this.#container.capabilities?.drops ?? []).map(plain);
  }

  get gainsPrivileges() {
    const options = this.#container.securityOpts ?? [];
    return !options.some((option) => /^no-new-privileges([:=]true)?$/.test(option));
  }

  get confinement() {
    return confinementOf(items(() => this.#container.securityOpts));
  }

  get memory() {
    const { memory = 0, memorySwap } = this.#container;
    const limit = Math.max(memory, 0) * mebibyte;
    return { limit, swaps: limit > 0 && memorySwap !== memory };
  }

  get healthAsked() {
    if (!this.runs) return true;
    const [how = "NONE", ...command] = this.#container.healthcheck?.tests ?? [];
    return how !== "NONE" && command.length > 0;
  }

  get environment() {
    return items(() => this.#container.envs).map(variable);
  }

  get published() {
    return items(() => this.#container.ports).flatMap((port) => {
      const address = known(() => port.ip ?? "0.0.0.0");
      return address === undefined ? [] : [{ port: known(() => port.external ?? port.internal), address }];
    });
  }

  get logsBounded() {
    const { logDriver = "", logOpts = {} } = this.#container;
    if (!["json-file", "local", ""].includes(logDriver)) return true;
    return ["max-size", "max-file"].every((option) => (logOpts[option] ?? "") !== "");
  }
}

/** A name is no number: which one it stands for, the image decides. */
const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

/** The engine takes a capability in either case, with or without its prefix. */
const plain = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, "");

function variable(entry: string): Process["environment"][number] {
  const split = entry.indexOf("=");
  return { name: entry.slice(0, split), value: entry.slice(split + 1), secret: false };
}
