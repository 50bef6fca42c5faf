/** An authority of a test's own, made by openssl, and the certificates that it signs. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const validDays = "2";
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** All in PEM. */
export interface Pair {
  certificate: string;
  /** PKCS #8. */
  key: string;
}

/** What a server shows, and whom one must trust for it. */
export interface Shown extends Pair {
  authority: string;
}

export interface Authority {
  certificate: string;
  sign(name: string, hosts: readonly string[]): Shown;
}

/** Its files stay in the folder. */
export function authority(folder: string, name: string): Authority {
  const file = (owner: string, kind: string) => join(folder, `${name}-${owner}.${kind}`);

  const make = (owner: string, ...args: string[]): Pair => {
    const [crt, key] = [file(owner, "crt"), file(owner, "key")];
    const ask = ["req", "-x509", ...newKey, "-days", validDays, "-subj", `/CN=${name}-${owner}`, ...args];
    execFileSync("openssl", [...ask, "-out", crt, "-keyout", key], { stdio: "pipe", timeout: 30_000 });
    return { certificate: readFileSync(crt, "utf8"), key: readFileSync(key, "utf8") };
  };

  const { certificate } = make("ca", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
  const by = ["-CA", file("ca", "crt"), "-CAkey", file("ca", "key")];
  const server = [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth",
  ];
  return {
    certificate,
    sign: (owner, hosts) => {
      const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}`;
      const pair = make(owner, ...by, ...[...server, names].flatMap((extension) => ["-addext", extension]));
      return { ...pair, authority: certificate };
    },
  };
}
