import { anthropicPrices } from './anthropic.ts';
import { createPriceBook } from './create-price-book.ts';
import { geminiPrices } from './gemini.ts';
import { glmPrices } from './glm.ts';
import { openaiPrices } from './openai.ts';

/** Day of the last change of a row. Lines and reports show it, so that a cost can be traced to the prices it was made of. */
export const priceBookVersion = '2026-11-23';

/** Public list prices of the models Nexus knows. A model that is not in it has no documented price. */
export const priceBook = createPriceBook(priceBookVersion, [
  ...anthropicPrices,
  ...geminiPrices,
  ...glmPrices,
  ...openaiPrices,
]);
