import { PROVIDERS } from '../model.ts';
import { describeProvider } from '../testing/provider-conformance.ts';
import { createProviders } from './create-providers.ts';

for (const name of PROVIDERS) {
  describeProvider(name, {
    create(base, { transport, now }) {
      const bases = { gemini: base, openai: base, anthropic: base, glm: base, 'openai-compatible': base };
      return createProviders({ bases, anthropicVersion: '2023-06-01', transport, now })[name];
    },
  });
}
