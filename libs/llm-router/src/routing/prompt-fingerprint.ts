import { hash } from 'node:crypto';
import type { ModelMessage } from '../model.ts';

/** 16 hex digits that tell equal prompts without telling the prompt. */
export function promptFingerprint(messages: readonly ModelMessage[]): string {
  return hash('sha256', JSON.stringify(messages), 'hex').slice(0, 16);
}
