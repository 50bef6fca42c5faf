/** Where an image's last build log is; the provider's error names the failed step only. */
export const buildLog = (name: string): string => `.horizon/logs/build-${name}.log`;
