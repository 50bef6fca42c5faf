/** Check and Diff: what the engine asks before it does anything. */
import { checkInputs } from "./check.ts";
import { diffObject, needsDryRun, type ObjectDiff } from "./diff.ts";
import type { Naming } from "./names.ts";
import { type Kind, text } from "./objects.ts";
import type { Session } from "./session.ts";
import { fieldManager, manifestOf, readState, type State } from "./state.ts";
import { type Fields, hasUnknown, reveal } from "./values.ts";

export interface Check {
  urn: string;
  kind: Kind;
  olds: Fields;
  news: Fields;
  naming: Naming;
}

export async function check(session: Session, { urn, kind, olds, news, naming }: Check): Promise<Fields> {
  if (session.unreachable !== undefined && session.settings.skipUpdateUnreachable) {
    session.host.warn(urn, `left as it is, since the cluster can't be reached: ${session.unreachable}`);
    return olds;
  }
  const { discovery } = session.api(`check ${naming.resource}`);
  if (text(news, "kind") === "CustomResourceDefinition" && !hasUnknown(news))
    discovery.announce(reveal(news) as Fields);
  const namespace = (await discovery.isNamespaced(kind)) ? session.namespace : undefined;
  return checkInputs(news, { kind, olds, naming, namespace });
}

export async function diff(session: Session, properties: Fields, news: Fields, ignore: string[]): Promise<ObjectDiff> {
  const { enableConfigMapMutable, enableSecretMutable } = session.settings;
  const settings = { mutability: { configMaps: enableConfigMapMutable, secrets: enableSecretMutable }, ignore };
  const before = readState(properties);
  const wanted = reveal(news) as Fields;
  const first = diffObject(before, wanted, settings);
  if (!needsDryRun(first) || hasUnknown(news)) return first;
  const dryRun = await tryDryRun(session, before, news);
  return dryRun ? diffObject(before, wanted, settings, dryRun) : first;
}

/** Undefined where the server can't or won't say: the update's own preview then reports what is wrong. */
async function tryDryRun(session: Session, before: State, news: Fields): Promise<Fields | undefined> {
  if (session.unreachable !== undefined) return undefined;
  const manifest = manifestOf(news);
  const options = { fieldManager: fieldManager(manifest, before), force: true, dryRun: true, signal: session.signal };
  try {
    return (await session.api("compare").apply(manifest, options)).object;
  } catch {
    return undefined;
  }
}
