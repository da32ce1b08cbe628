import type { ModelMessage } from '../model.ts';

/** `system` and `user` are one member of the union of messages. */
export type Turn = Exclude<ModelMessage, { role: 'system' | 'user' }> | { role: 'user'; content: string };

/** System texts on one side, everything else on the other: how Anthropic and Gemini take a conversation. */
export type Conversation = { system: string; turns: Turn[] };

/**
 * Splits a conversation. A conversation of system messages only becomes one user turn: these providers refuse an empty one.
 */
export function conversationOf(messages: readonly ModelMessage[]): Conversation {
  const systems = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const turns = messages.filter(isTurn);
  const system = systems.join('\n\n');
  return turns.length > 0 ? { system, turns } : { system: '', turns: [{ role: 'user', content: system }] };
}

function isTurn(message: ModelMessage): message is Turn {
  return message.role !== 'system';
}

/** Joins neighbours of the same role: several results of tools are one turn to these providers. */
export function mergeNeighbours<From extends { role: string }, Part>(
  turns: readonly From[],
  partsOf: (turn: From) => Part[],
): { role: From['role']; parts: Part[] }[] {
  const merged: { role: From['role']; parts: Part[] }[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) last.parts.push(...partsOf(turn));
    else merged.push({ role: turn.role, parts: [...partsOf(turn)] });
  }
  return merged;
}
