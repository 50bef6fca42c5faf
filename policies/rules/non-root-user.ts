import { type ContainerRule, isUnknown, known } from "../container.ts";
import { hardened } from "../hardened.ts";

/** A name proves nothing: the image decides which number it is. */
export const nonRootUser: ContainerRule = {
  name: "non-root-user",
  description: "Runs as a numeric user other than 0.",
  level: "mandatory",
  judge: (container) => {
    if (isUnknown(() => container.user)) return undefined;
    const user = known(() => container.user) ?? "";
    const [uid = "", gid = uid] = user.split(":");
    const isNumber = /^\d+$/.test(uid) && /^\d+$/.test(gid);
    if (isNumber && Number(uid) > 0 && Number(gid) > 0) return undefined;
    return `user is ${user === "" ? "the image's own" : `"${user}"`}; set a numeric user and group other than 0, e.g. "65532:65532"`;
  },
  examples: {
    compliant: [hardened, { ...hardened, user: "999" }],
    offending: [
      { ...hardened, user: "0" },
      { ...hardened, user: "root" },
      { ...hardened, user: "postgres" },
      { ...hardened, user: "65532:0" },
      { ...hardened, user: "" },
    ],
  },
};
