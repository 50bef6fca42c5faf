/** The environment in which the toolchain's own engine, host and plugins are found, and no others. */
import { delimiter, dirname } from "node:path";

export function environment(
  binDir: string,
  pulumiHome: string,
  current: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    // The language host runs programs with the Node that runs this, whatever else is installed.
    PATH: [binDir, dirname(process.execPath), ...(current["PATH"] ? [current["PATH"]] : [])].join(delimiter),
    PULUMI_HOME: pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
  };
}
