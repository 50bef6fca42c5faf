/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity */

const suffixes: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The number that a quantity stands for: bytes of `128Mi`, cores of `250m`; 0 for what is no quantity, which the API refuses itself. */
export function quantity(written: string | number): number {
  const [, digits = "", suffix = ""] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(String(written)) ?? [];
  const value = Number(digits) * (suffixes[suffix] ?? Number.NaN);
  return digits === "" || Number.isNaN(value) ? 0 : value;
}
