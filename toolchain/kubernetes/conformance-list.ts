/**
 * What a Kubernetes plugin must do, one operation after the other on the same stack. Pods are never run here: where
 * something has to get ready, the operation writes the status that a kubelet would.
 */
import type { Declared, Result } from "./conformance.ts";
import { NETWORK_OPERATIONS } from "./conformance-network.ts";
import {
  apps,
  basics,
  CRASHING_POD,
  core,
  custom,
  extra,
  group,
  huge,
  later,
  map,
  type Place,
  READY_POD,
  replicasOf,
  settled,
  waited,
} from "./conformance-objects.ts";
import type { Fields } from "./plugin/values.ts";

export interface Operation {
  title: string;
  /** The program from now on; the last one where it says nothing. */
  objects?: (place: Place) => Declared[];
  /** What happens to the cluster beforehand. */
  before?: (place: Place) => Promise<void>;
  /** What a preview before the run must show, and one after it, without resources that stay the same. */
  plan?: Record<string, string>;
  next?: Record<string, string>;
  run?: (place: Place) => Promise<Result>;
  /** The run must fail, and its output match each of these. */
  fails?: RegExp[];
  says?: RegExp[];
  /** What must be true in the cluster and the state then: the value it should equal, and how to get it. */
  holds?: [(place: Place) => Promise<unknown>, unknown][];
  /** Things that the official plugin doesn't promise. */
  oursOnly?: boolean;
}

const up = ({ stack }: Place) => stack.up();
const refresh = ({ stack }: Place) => stack.refresh();

export const OPERATIONS: Operation[] = [
  {
    title: "creates objects of five kinds in the order of their dependencies",
    objects: (place) => basics(place, {}),
    plan: { ns: "create", secret: "create", map: "create", deploy: "create", service: "create" },
    run: up,
    holds: [
      [
        async (place) => (await place.outside.get(core(place, "secrets/s")))?.data,
        { password: Buffer.from("canary-4711").toString("base64") },
      ],
      [async (place) => (await place.outside.appliers(apps(place, "deployments/d"))).length, 1],
    ],
  },
  { title: "finds nothing to do afterwards", plan: {} },
  { title: "finds no drift on refresh", run: ({ stack }) => stack.refresh("--expect-no-changes") },
  {
    title: "keeps the secret out of the state",
    holds: [[async ({ stack }) => /canary-4711|Y2FuYXJ5LTQ3MTE/.test(await stack.state()), false]],
  },
  {
    title: "updates one field of one object in place",
    objects: (place) => basics(place, { replicas: 2 }),
    plan: { deploy: "update" },
    run: up,
    holds: [[(place) => replicasOf(place, "d"), 2]],
  },
  {
    title: "takes another spelling of a quantity for no change",
    objects: (place) => basics(place, { replicas: 2, cpu: "0.5" }),
    plan: {},
  },
  {
    title: "replaces a Deployment whose selector changes",
    objects: (place) => basics(place, { replicas: 2, label: "b" }),
    plan: { deploy: "replace", service: "update" },
    run: up,
    holds: [
      [
        async (place) =>
          JSON.stringify((await place.outside.get(apps(place, "deployments/d")))?.spec).includes('"app":"b"'),
        true,
      ],
    ],
  },
  {
    title: "replaces a ConfigMap whose data change",
    objects: (place) => basics(place, { replicas: 2, label: "b", data: "2" }),
    plan: { map: "replace" },
    run: up,
    holds: [[async (place) => (await place.outside.get(core(place, "configmaps/m")))?.data, { a: "2" }]],
  },
  {
    title: "sees drift on refresh",
    before: (place) => place.outside.patch(apps(place, "deployments/d"), { spec: { replicas: 5 } }, "kubectl"),
    run: refresh,
    says: [/deploy +(updated|refreshed)/, /1 updated/],
    next: { deploy: "update" },
  },
  { title: "heals drift by kubectl", run: up, holds: [[(place) => replicasOf(place, "d"), 2]] },
  {
    title: "leaves alone what others add",
    before: (place) =>
      place.outside.patch(core(place, "configmaps/m"), { metadata: { labels: { added: "x" } } }, "operator"),
    run: refresh,
    next: {},
  },
  {
    title: "refuses to take a field from another manager",
    before: async (place) => {
      await place.outside.patch(apps(place, "deployments/d"), { spec: { replicas: 4 } }, "operator");
      await place.stack.refresh();
    },
    run: up,
    fails: [/conflict|another manager owns/i, /operator/, /replicas/],
  },
  {
    title: "takes it when told to",
    objects: (place) => settled(place),
    run: up,
    holds: [[(place) => replicasOf(place, "d"), 2]],
  },
  {
    title: "keeps its hands off what the program ignores",
    objects: (place) => settled(place, { replicas: 1, options: { ignoreChanges: ["spec.replicas"] } }),
    before: (place) => place.outside.patch(apps(place, "deployments/d"), { spec: { replicas: 7 } }, "operator"),
    run: up,
    next: {},
    holds: [[(place) => replicasOf(place, "d"), 7]],
  },
  {
    title: "creates again what somebody deleted",
    objects: (place) => settled(place),
    before: async (place) => {
      await place.outside.delete(core(place, "configmaps/m"));
      await place.stack.refresh();
    },
    run: up,
    holds: [[async (place) => (await place.outside.get(core(place, "configmaps/m")))?.data, { a: "2" }]],
  },
  {
    title: "names what has no name",
    objects: (place) => extra(place, map(place, "", { a: "1" })),
    plan: { other: "create" },
    run: up,
    holds: [[async ({ stack }) => /"name": "other-[0-9a-f]{8}"/.test(await stack.state()), true]],
  },
  {
    title: "and replaces it by another name, the new one first",
    objects: (place) => extra(place, map(place, "", { a: "2" })),
    plan: { other: "replace" },
    run: up,
    says: [/other creating replacement[\s\S]*other deleting original/],
  },
  {
    title: "deletes what the program no longer has",
    objects: (place) => settled(place),
    plan: { other: "delete" },
    run: up,
  },
  {
    title: "does not take over an object that exists already",
    objects: (place) => extra(place, map(place, "theirs", { a: "1" })),
    before: (place) =>
      place.outside.create(core(place, "configmaps"), { metadata: { name: "theirs" }, data: { a: "0" } }),
    run: up,
    fails: [/exists/],
    holds: [[async (place) => (await place.outside.get(core(place, "configmaps/theirs")))?.data, { a: "0" }]],
  },
  {
    title: "imports it when told to",
    objects: (place) => extra(place, map(place, "theirs", { a: "0" }, { import: `${place.namespace}/theirs` })),
    plan: { other: "import" },
    run: up,
  },
  {
    title: "and finds nothing to do afterwards",
    objects: (place) => extra(place, map(place, "theirs", { a: "0" })),
    plan: {},
  },
  {
    title: "says why a Deployment does not get ready, and keeps it",
    objects: (place) => extra(place, waited(place, 20)),
    before: async (place) => {
      // The pods come into being while the plugin waits.
      void later(place, CRASHING_POD);
    },
    run: up,
    fails: [/waited/, /CrashLoopBackOff|back-off/],
    holds: [[async ({ stack }) => (await stack.state()).includes('"initErrors"'), true]],
  },
  {
    title: "and goes on with it the next time",
    before: async (place) => {
      void later(place, READY_POD);
    },
    run: up,
    holds: [[async ({ stack }) => (await stack.state()).includes('"initErrors"'), false]],
  },
  {
    title: "says at once that no node can take a pod",
    oursOnly: true,
    objects: (place) => extra(place, huge(place)),
    before: async (place) => {
      await place.outside
        .create("/api/v1/nodes", { metadata: { name: `node-${place.namespace}` } })
        .catch(() => undefined);
      const status = { allocatable: { cpu: "2", memory: "1Gi", pods: "10", "hugepages-2Mi": "0" } };
      await place.outside.patch(`/api/v1/nodes/node-${place.namespace}/status`, { status }, "kubelet");
      const reason = {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: "0/1 nodes are available",
      };
      void later(place, { phase: "Pending", conditions: [reason] });
    },
    run: up,
    fails: [/fits no node/, /has hugepages-2Mi 0, 64Mi is needed/],
  },
  {
    title: "stops waiting when the user cancels",
    objects: (place) => extra(place, waited(place, 600)),
    before: async (place) => {
      await place.outside.delete(`/api/v1/nodes/node-${place.namespace}`).catch(() => undefined);
      void later(place, CRASHING_POD);
    },
    run: ({ stack }) => stack.run(["up", "--yes", "--skip-preview"], "waited updating"),
    fails: [/cancel/i],
    holds: [[async ({ stack }) => /Deployment::waited"/.test(await stack.state()), true]],
  },
  {
    title: "creates an object of a kind that the program defines first",
    objects: (place) => [...settled(place), ...custom(place)],
    run: up,
    holds: [
      [
        async (place) =>
          ((await place.outside.get(`/apis/${group(place)}/v1/namespaces/${place.namespace}/things/t`))?.spec as Fields)
            ?.size,
        3,
      ],
    ],
  },
  { title: "and finds nothing to do there afterwards", plan: {} },
  ...NETWORK_OPERATIONS,
  {
    title: "deletes everything in the opposite order, to the last object",
    run: ({ stack }) => stack.destroy(),
    holds: [
      [async (place) => place.outside.get(`/api/v1/namespaces/${place.namespace}`), undefined],
      [async ({ stack }) => /"urn": "[^"]*::kubernetes:/.test(await stack.state()), false],
    ],
  },
];
