import { describe } from '@jest/globals';
import type { ProviderName } from '../model.ts';
import { describeAnswers } from './provider-answer-conformance.ts';
import { describeBreaks, describeFailures } from './provider-failure-conformance.ts';
import { createProviderKit, MODES, type ProviderUnderTest } from './provider-kit.ts';

/**
 * What every provider must do, against a server that speaks its wire: accept whole answers, refuse everything else with the
 * right kind and the right word on billing, ask once, stop when told, and never show key or prompt.
 */
export function describeProvider(name: ProviderName, under: ProviderUnderTest): void {
  describe(`${name} conforms`, () => {
    const kit = createProviderKit(name, under);
    describe.each(MODES)('%s', (mode) => {
      describeAnswers(kit, mode);
      describeFailures(kit, mode);
    });
    describeBreaks(kit);
  });
}
