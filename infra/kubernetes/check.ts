/** What Kubernetes can't do of a workload that is right in itself. What its nodes can't, only the scheduler knows. */
import type { Problem } from "../errors.ts";
import { shown } from "../errors.ts";
import type { Workload } from "../workload.ts";
import { exposureName } from "./exposure.ts";
import { checkFiles } from "./files.ts";

/** A StatefulSet's pods carry its name and a hash in a label of 63 characters. */
const longestName = 52;

/** Objects of these names are the cluster's or the stack's own. */
const reserved = ["default", "default-deny"];

const mebi = 1024 ** 2;

export function checkKubernetes(w: Workload): Problem[] {
  return [...checkName(w), ...checkPorts(w), ...checkFiles(w), ...checkSize(w)];
}

function checkName({ name }: Workload): Problem[] {
  if (name.length <= longestName && !reserved.includes(name) && !name.endsWith(exposureName(""))) return [];
  return [
    {
      where: `workload ${name}`,
      what: "kubernetes can't name its objects so",
      given: `${name}, ${name.length} characters`,
      allowed: `at most ${longestName} characters, not ending in ${exposureName("")}, and none of ${reserved.join(", ")}`,
      remedy: "choose another name",
    },
  ];
}

function checkPorts({ name, ports }: Workload): Problem[] {
  const where = (port: string) => `workload ${name}, ports.${port}`;
  const names = Object.keys(ports);
  const misnamed = names.filter((port) => !/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(port));
  const twice = names.filter((port, index) => names.findIndex((other) => ports[other] === ports[port]) !== index);
  return [
    ...misnamed.map((port) => ({
      where: where(port),
      what: "kubernetes can't name a port so",
      given: shown(port),
      allowed: "at most 15 lower-case letters, digits and hyphens, at least one of them a letter",
      remedy: "shorten the port's name",
    })),
    ...twice.map((port) => ({
      where: where(port),
      what: "a Service has each port once",
      given: String(ports[port]),
      allowed: "a number that no other port of the workload has",
      remedy: "give the port one name",
    })),
  ];
}

/** Only what is known now; of the rest the API server says so. */
function checkSize({ name, files = {}, secrets = {} }: Workload): Problem[] {
  return Object.entries({ files, secrets }).flatMap(([kind, held]) => {
    const known = Object.values(held).filter((content) => typeof content === "string");
    const size = known.reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    if (size <= mebi) return [];
    return [
      {
        where: `workload ${name}, ${kind}`,
        what: "more than one object of the API server holds",
        given: `${size} bytes`,
        allowed: `${mebi} bytes together`,
        remedy: "put what doesn't change into the image",
      },
    ];
  });
}
