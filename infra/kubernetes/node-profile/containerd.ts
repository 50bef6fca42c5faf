/** A drop-in for containerd's systemd unit. Pods have no limits of their own on locked memory: they inherit the runtime's. */
export const toContainerd = (): string => `[Service]
# The engine locks its memory only where this is unlimited; LOCK_MEMORY has no effect elsewhere.
LimitMEMLOCK=infinity
`;
