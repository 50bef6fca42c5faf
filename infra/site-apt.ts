/** Turns the host's own apt sources into sources of Debian trixie on the same mirrors. Pure. */

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SUITE = "trixie";

/** Debian's own suites. A vendor's repository may use the same code names, but not the component `main` with them. */
const DEBIAN_SUITE =
  /^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security|\/updates)?$/;

interface Source {
  uris: string[];
  suites: string[];
  components: string[];
}

export interface DebianMirrors {
  main: string[];
  security: string[];
}

/** The mirrors of Debian among apt's source files (`*.sources` and `*.list`). */
export function debianMirrors(files: { path: string; text: string }[]): DebianMirrors {
  const sources = files.flatMap(({ path, text }) => (path.endsWith(".sources") ? deb822(text) : oneLine(text)));
  const mirrors: DebianMirrors = { main: [], security: [] };
  for (const source of sources) {
    if (!source.components.includes("main")) continue;
    for (const suite of source.suites.filter((name) => DEBIAN_SUITE.test(name))) {
      const list = /(-security|\/updates)$/.test(suite) ? mirrors.security : mirrors.main;
      list.push(...source.uris.map((uri) => uri.replace(/\/+$/, "")));
    }
  }
  return { main: [...new Set(mirrors.main)], security: [...new Set(mirrors.security)] };
}

/** deb822 text for a trixie root, or undefined where the host has no mirror of Debian. */
export function trixieSources(mirrors: DebianMirrors): string | undefined {
  if (mirrors.main.length === 0) return undefined;
  const stanza = (uris: string[], suites: string[]) =>
    [
      "Types: deb",
      `URIs: ${uris.join(" ")}`,
      `Suites: ${suites.join(" ")}`,
      "Components: main",
      `Signed-By: ${KEYRING}`,
      "",
    ].join("\n");
  const stanzas = [stanza(mirrors.main, [SUITE, `${SUITE}-updates`])];
  if (mirrors.security.length > 0) stanzas.push(stanza(mirrors.security, [`${SUITE}-security`]));
  return stanzas.join("\n");
}

function deb822(text: string): Source[] {
  const bare = text.replace(/^#.*\n?/gm, "");
  return bare
    .split(/\n\s*\n/)
    .map((stanza) => {
      const field = (name: string) =>
        new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
      const enabled = field("Enabled")[0]?.toLowerCase() !== "no";
      const binary = field("Types").includes("deb");
      return { uris: enabled && binary ? field("URIs") : [], suites: field("Suites"), components: field("Components") };
    })
    .filter((source) => source.uris.length > 0);
}

function oneLine(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (!match?.[1] || !match[2]) return [];
    return [{ uris: [match[1]], suites: [match[2]], components: (match[3] ?? "").split(/\s+/).filter(Boolean) }];
  });
}
