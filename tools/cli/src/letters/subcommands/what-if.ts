import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { failureWithCode } from '../../failure-with-code.ts';
import { present } from '../present.ts';
import { bodyOf, given, type Subcommand } from '../subcommand.ts';
import { whatIfView } from '../views/what-if-view.ts';

/** A proposed policy against the letters at hand. */
export const whatIf: Subcommand = {
  name: 'what-if',
  summary: 'run a proposed triage policy against the letters at hand; nothing is kept or moved',
  options: ['policy', 'park', 'sample'],
  examples: [['what-if --policy triage.yaml', 'what would change, before it is used']],
  async run(call, context) {
    const { policy: file, park, sample } = call.values;
    if (file === undefined) throw failureWithCode('OPTION_MISSING', 'what-if needs --policy FILE (YAML or JSON).');
    const policy = await readPolicy(resolve(context.workingDirectory, file));
    const answer = bodyOf(await context.client.dlqWhatIf({ body: { policy, ...given({ park, sample }) } }));
    present(answer, (style) => whatIfView(answer, style), { call, context });
    return 0;
  },
};

/** JSON is YAML too. Whether it is a policy the supervisor says; that it is one document of members is said here. */
async function readPolicy(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw failureWithCode('POLICY_UNREADABLE', `The policy cannot be read: ${why}. Check the path after --policy.`);
  });
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw failureWithCode('POLICY_UNREADABLE', `${path} is neither YAML nor JSON: ${problem.message}`);
  }
  const policy: unknown = document.toJS();
  if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return policy as Record<string, unknown>;
  throw failureWithCode('POLICY_UNREADABLE', `${path} must hold an object with members such as rules.`);
}
