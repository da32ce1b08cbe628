import type { Llm } from '../create-llm.ts';

function unreachable(): never {
  throw new Error('no provider is configured: nobody may be asked');
}

/** The models of a supervisor without any key: only placeholders. */
export const unconfiguredLlm: Llm = {
  door: { text: unreachable, document: unreachable, stream: unreachable },
  required: false,
  defaults: { team: 'default', project: 'nexus' },
  presets: {},
  configured: () => [],
  models: () => [],
  catchUp: () => Promise.resolve(),
  breakers: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};
