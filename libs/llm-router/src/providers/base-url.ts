/** A base URL without the slashes at its end, so that paths can be put behind it. */
export function trimmedBase(base: string): string {
  return base.replace(/\/+$/, '');
}

/** The URL of chat completions: the base may already be the full one. */
export function chatCompletionsUrl(base: string): string {
  const trimmed = trimmedBase(base);
  return trimmed.endsWith('/chat/completions') ? trimmed : `${trimmed}/chat/completions`;
}
