import { byText } from '../amount.ts';

/** A provider has the same colour in every report, whatever it cost. */
const KNOWN = ['gemini', 'openai', 'anthropic', 'glm', 'openai-compatible'];

/** How many colours can be told apart; the CSS has as many: `--series-0` and so on. */
export const SERIES_COLOURS = 7;

/** The colour of each provider as CSS; beyond the colours there are, grey. */
export function providerColours(names: readonly string[]): Map<string, string> {
  const unknown = names.filter((name) => !KNOWN.includes(name)).sort(byText);
  const places = new Map([...KNOWN, ...unknown].map((name, index) => [name, index]));
  return new Map(
    names.map((name) => {
      const place = places.get(name) ?? SERIES_COLOURS;
      return [name, place < SERIES_COLOURS ? `var(--series-${place})` : 'var(--series-rest)'];
    }),
  );
}
