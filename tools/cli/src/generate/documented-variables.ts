import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Variable, Variables } from '@nexus/runtime';
import { failureWithCode } from '../failure-with-code.ts';

/** The processes whose settings are documented, in the order of the documents. */
export const APPS = ['supervisor', 'worker-excel-kakao', 'autofix-bot'] as const;

/** Who else reads variables: the commands. */
const READERS = [...APPS, 'nexus'] as const;

/** A variable as people read about it: its first declaration, and every process that reads it. */
export type DocumentedVariable = {
  name: string;
  group: string;
  text: string;
  accepted: string;
  /** As somebody would write it; empty = unset. */
  default: string;
  /** Instead of the default, where that says more. */
  defaultText: string | undefined;
  secret: boolean;
  required: boolean;
  aliases: readonly string[];
  deprecated: readonly string[];
  readBy: string[];
};

async function loadSettings(root: string, app: string): Promise<Variables> {
  const folder = app === 'nexus' ? 'tools/cli' : `apps/${app}`;
  const file = join(root, folder, 'src/settings.ts');
  if (!existsSync(file)) {
    throw failureWithCode(
      'SETTINGS_MISSING',
      `${folder}/src/settings.ts is missing: every app declares its settings there.`,
    );
  }
  const loaded = (await import(pathToFileURL(file).href)) as { settingsVariables?: Variables };
  if (loaded.settingsVariables === undefined) {
    throw failureWithCode('SETTINGS_MISSING', `${folder}/src/settings.ts does not export settingsVariables.`);
  }
  return loaded.settingsVariables;
}

/** A default as it would be written in the environment; secrets without a published default have none. */
function writeDefault({ default: value, type }: Variable<unknown>): string {
  if (value === undefined || value === null) return '';
  if (type.show !== undefined) return type.show(value);
  return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | boolean}`;
}

function describe(name: string, declared: Variable<unknown>, app: string): DocumentedVariable {
  return {
    name,
    group: declared.group,
    text: declared.text,
    accepted: declared.type.accepted,
    default: writeDefault(declared),
    defaultText: declared.defaultText,
    secret: declared.secret ?? declared.type.secret ?? false,
    required: declared.required ?? false,
    aliases: declared.aliases ?? [],
    deprecated: declared.deprecated ?? [],
    readBy: [app],
  };
}

function merge(known: DocumentedVariable, other: DocumentedVariable): void {
  if (known.default !== other.default) {
    const [one = '', two = ''] = [known.readBy[0], other.readBy[0]];
    throw failureWithCode(
      'SETTINGS_CONFLICT',
      `${known.name} has two defaults: ${JSON.stringify(known.default)} in apps/${one}, ${JSON.stringify(other.default)} in apps/${two}. Give both the same.`,
    );
  }
  known.readBy.push(...other.readBy);
  known.secret ||= other.secret;
  known.defaultText ??= other.defaultText;
}

/**
 * Every variable of every app below `root` and of the commands, each once, in the order of their declarations. Rejects with SETTINGS_MISSING
 * when an app declares none, with SETTINGS_CONFLICT when two apps give one variable different defaults.
 */
export async function documentedVariables(root: string): Promise<DocumentedVariable[]> {
  const byName = new Map<string, DocumentedVariable>();
  for (const app of READERS) {
    for (const [name, declared] of Object.entries(await loadSettings(root, app))) {
      const described = describe(name, declared, app);
      const known = byName.get(name);
      if (known === undefined) byName.set(name, described);
      else merge(known, described);
    }
  }
  return [...byName.values()];
}

/** The variables under their headings, both in the order of first appearance. */
export function grouped(variables: readonly DocumentedVariable[]): [group: string, members: DocumentedVariable[]][] {
  const groups = new Map<string, DocumentedVariable[]>();
  for (const variable of variables) {
    groups.set(variable.group, [...(groups.get(variable.group) ?? []), variable]);
  }
  return [...groups];
}
