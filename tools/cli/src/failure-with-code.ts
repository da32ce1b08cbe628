/** An expected failure: a stable code, and a sentence that says what happened, why, and what to do. */
export function failureWithCode(code: string, message: string): Error & { readonly code: string } {
  return Object.assign(new Error(message), { code });
}
