/** The engine's own rules for what of a build context it sends, so that what it leaves out doesn't count for the hash either. */

/** Whether a path (relative, with slashes) is left out. The last rule that matches decides. */
export function ignores(rules: string): (path: string) => boolean {
  const parsed = rules
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const keep = line.startsWith("!");
      return { keep, pattern: toPattern(line.slice(keep ? 1 : 0).trim()) };
    });
  return (path) => parsed.reduce((ignored, { keep, pattern }) => (pattern.test(path) ? !keep : ignored), false);
}

/** `**` is any number of folders, `*` and `?` stay within one name; a rule for a folder covers what is in it. */
function toPattern(rule: string): RegExp {
  const clean = rule.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  const source = clean.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[\\^$.|+(){}]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    return token.startsWith("[") ? token.replace("[^", "[^/").replace("[!", "[^/") : `\\${token}`;
  });
  return new RegExp(`^${source}(?:/.*)?$`);
}
