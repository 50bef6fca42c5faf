import { describe, expect, it } from "vitest";
import { debianMirrors, trixieSources } from "./site-apt.ts";

const deb822 = `Types: deb deb-src
# a comment inside a stanza
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://mirror.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://src.test/debian
Suites: bookworm
Components: main
`;

const vendors = `deb [arch=amd64 signed-by=/k.gpg] https://docker.test/linux/debian bookworm stable
deb https://sdk.test/apt cloud-sdk main
deb https://pg.test/apt bookworm-pgdg main
# deb http://old.test/debian bookworm main
`;

describe("debianMirrors", () => {
  it("finds the archive and its security updates, and nobody else's repositories", () => {
    const mirrors = debianMirrors([
      { path: "/etc/apt/sources.list.d/debian.sources", text: deb822 },
      { path: "/etc/apt/sources.list.d/vendors.list", text: vendors },
    ]);
    expect(mirrors).toEqual({ main: ["http://mirror.test/debian"], security: ["https://mirror.test/debian-security"] });
  });

  it("reads one-line sources, options and all", () => {
    const text =
      "deb [trusted=yes] http://m.test/debian trixie main non-free # ours\ndeb http://m.test/s trixie-security main";
    expect(debianMirrors([{ path: "/etc/apt/sources.list", text }])).toEqual({
      main: ["http://m.test/debian"],
      security: ["http://m.test/s"],
    });
  });

  it("finds none on another distribution", () => {
    const text = "deb http://archive.test/ubuntu noble main universe";
    expect(trixieSources(debianMirrors([{ path: "a.list", text }]))).toBeUndefined();
  });
});

describe("trixieSources", () => {
  it("names the suites of trixie whatever the host runs", () => {
    expect(trixieSources({ main: ["http://m.test/debian"], security: ["http://m.test/s"] })).toBe(`Types: deb
URIs: http://m.test/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://m.test/s
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
  });

  it("is read back as the same mirrors", () => {
    const mirrors = { main: ["http://a.test/debian", "http://b.test/debian"], security: ["http://a.test/s"] };
    expect(debianMirrors([{ path: "x.sources", text: trixieSources(mirrors) ?? "" }])).toEqual(mirrors);
  });
});
