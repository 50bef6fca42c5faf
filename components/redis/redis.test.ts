import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { aclFile, redisUsers } from "./acl.ts";
import { redisConf } from "./conf.ts";

const passwords = { "market-data": "one", auditor: "two", "redis-exporter": "three" };

test("the ACL file", async () => {
  await expect(aclFile(passwords)).toMatchFileSnapshot("golden/users.acl");
});

test("passwords stand in it as hashes only", () => {
  const lines = aclFile(passwords).trim().split("\n");
  for (const [user, password] of Object.entries(passwords)) {
    const line = lines.find((one) => one.startsWith(`user ${user} `));
    expect(line).toContain(`#${createHash("sha256").update(password).digest("hex")}`);
    expect(line).not.toContain(`>${password}`);
  }
});

test("nobody may do everything, and whoever hasn't logged in may do nothing", () => {
  const [first, ...others] = aclFile(passwords).trim().split("\n");
  expect(first).toBe("user default off resetpass resetkeys resetchannels -@all");
  for (const line of others) expect(line).toMatch(/ resetkeys resetchannels -@all /);
  expect(JSON.stringify(redisUsers)).not.toMatch(/\+@all|allcommands|nopass|(?<!%R)~\*/);
});

test("nothing is evicted, and half of the limit is left for rewriting", async () => {
  await expect(redisConf(48)).toMatchFileSnapshot("golden/redis.conf");
});
