import { expect, test } from "vitest";
import { raisesMemlock, readHost, routes } from "./host.ts";

const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
vpn0\t0000000A\t0100A8C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0
ch-1\t700DD50A\t00000000\t0001\t0\t0\t0\tF0FFFFFF\t0\t0\t0
`;

test("routes are read, without the default one", () => {
  expect(routes(table)).toEqual([
    { interface: "eth0", cidr: "192.168.0.0/24", direct: true },
    { interface: "vpn0", cidr: "10.0.0.0/8", direct: false },
    { interface: "ch-1", cidr: "10.213.13.112/28", direct: true },
  ]);
});

test("whether locked memory may be raised is bit 24 of the bounding set", () => {
  expect(raisesMemlock("Name:\tinit\nCapBnd:\t000001ffffffffff\n")).toBe(true);
  expect(raisesMemlock("Name:\tinit\nCapBnd:\t000001fffeffffff\n")).toBe(false);
  expect(raisesMemlock("")).toBe(false);
});

test("nothing is claimed about an engine elsewhere", () => {
  expect(readHost({ DOCKER_HOST: "ssh://trader@elsewhere" })).toBeUndefined();
});

test("this machine has at least a core and a memory node", () => {
  const host = readHost({});
  expect(host?.cpus.length).toBeGreaterThan(0);
  expect(host?.numaNodes).toBeGreaterThan(0);
});
