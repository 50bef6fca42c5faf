import { expect, test } from "vitest";
import type { StackObject } from "../runtime.ts";
import { knownIds, orphansAmong } from "./objects.ts";

const exported = JSON.stringify({
  deployment: {
    resources: [
      { type: "docker:index/container:Container", id: "c1" },
      { type: "docker:index/volume:Volume", id: "kafka.files" },
      { type: "docker:index/remoteImage:RemoteImage", id: "sha256:1stack/kafka:1" },
      { type: "random:index/randomId:RandomId", id: "c2" },
      { type: "docker:index/network:Network" },
    ],
  },
});

const object = (kind: StackObject["kind"], id: string): StackObject => ({ kind, id, name: id });

test("what the state knows stays, what it doesn't goes, and state is never removed", () => {
  const known = knownIds(exported);
  const objects = [
    object("container", "c1"),
    object("container", "c2"),
    object("network", "n1"),
    object("volume", "kafka.state"),
    object("files", "kafka.files"),
    object("files", "kafka.files.old"),
    object("image", "sha256:1stack/kafka:1"),
    object("image", "sha256:1stack/kafka:2"),
  ];
  expect(orphansAmong(objects, known).map(({ id }) => id)).toEqual([
    "c2",
    "n1",
    "kafka.files.old",
    "sha256:1stack/kafka:2",
  ]);
});
