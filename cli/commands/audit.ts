import { audit, renderAudit } from "../audit/run.ts";
import { runSteps } from "../progress.ts";
import type { Context } from "../session.ts";

/** Proves the running stack's history. Returns whether there was no violation. */
export async function auditCommand(context: Context, json: boolean): Promise<boolean> {
  const result = await runAudit(context);
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : renderAudit(result)}\n`);
  return result.violations.length === 0;
}

export async function runAudit(context: Context): Promise<Awaited<ReturnType<typeof audit>>["audit"]> {
  let found: Awaited<ReturnType<typeof audit>> | undefined;
  const step = {
    title: "Audit",
    run: async (_: Context, report: (text: string) => void) => {
      found = await audit(context.stack, context.log, report);
      return `${found.audit.violations.length} violations`;
    },
  };
  await runSteps([step], context);
  if (found === undefined) throw new Error("the audit step ended without a result");
  return found.audit;
}
