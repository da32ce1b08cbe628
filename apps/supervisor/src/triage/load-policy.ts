import type { SettingRule, SettingValues } from '@nexus/runtime';
import { defaultTriagePolicy, readPolicyFile, type TriagePolicy } from '@nexus/triage-policy';
import { parseDocument } from 'yaml';
import { readSettingsFile } from '../settings-file.ts';
import type { triageVariables } from './triage-variables.ts';

/** A policy, or everything that is wrong with its file. */
export type LoadedPolicy = { ok: true; policy: TriagePolicy } | { ok: false; problems: string[] };

type PolicySettings = Pick<
  SettingValues<typeof triageVariables>,
  'AUTO_REQUEUE_FAILURE_CODES' | 'AUTO_HOLD_FAILURE_CODES' | 'AUTO_ALARM_FAILURE_CODES' | 'TRIAGE_POLICY_FILE'
>;

/** The policy of the settings: the lists of the environment, and on top of them the file. Reads synchronously: at the start only. */
export function loadPolicy(settings: PolicySettings): LoadedPolicy {
  const base: TriagePolicy = {
    ...defaultTriagePolicy,
    requeueCodes: settings.AUTO_REQUEUE_FAILURE_CODES,
    holdCodes: settings.AUTO_HOLD_FAILURE_CODES,
    alarmCodes: settings.AUTO_ALARM_FAILURE_CODES,
  };
  const file = settings.TRIAGE_POLICY_FILE;
  if (file === undefined) return { ok: true, policy: base };
  const text = readSettingsFile(file);
  return text.ok ? parsePolicy(text.value, base) : { ok: false, problems: [text.why] };
}

/** Parses a policy file: YAML, of which JSON is a part. */
export function parsePolicy(text: string, base: TriagePolicy): LoadedPolicy {
  try {
    const document = parseDocument(text, { prettyErrors: true });
    if (document.errors.length > 0)
      return { ok: false, problems: document.errors.map(({ message }) => `is not YAML: ${firstLine(message)}`) };
    // Aliases are how a small file becomes a huge value.
    const result = readPolicyFile(document.toJS({ maxAliasCount: 100 }), base);
    if (result.ok) return result;
    return { ok: false, problems: result.problems.map(({ path, message }) => `${path || 'the file'} ${message}`) };
  } catch (error) {
    return {
      ok: false,
      problems: [`cannot be read: ${error instanceof Error ? firstLine(error.message) : 'unknown'}`],
    };
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/:$/, '') ?? '';
}

type PolicySchema = Pick<typeof triageVariables, keyof PolicySettings>;

/** A supervisor whose policy file cannot be used does not start: no policy at all would be another one than was meant. */
export const policyRules: SettingRule<PolicySchema>[] = [
  {
    names: ['TRIAGE_POLICY_FILE', 'AUTO_REQUEUE_FAILURE_CODES', 'AUTO_HOLD_FAILURE_CODES', 'AUTO_ALARM_FAILURE_CODES'],
    accepted: 'the path of a policy file as docs/triage-policy.md describes it',
    problem(values) {
      const loaded = loadPolicy(values);
      return loaded.ok ? undefined : `cannot be used: ${loaded.problems.join('; ')}`;
    },
  },
];
