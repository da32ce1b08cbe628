import { isJsonObject, objectOf, optionalText, type JsonObject } from './json-value.ts';

/** An error as a provider wrote it. Numeric codes are kept as text: some providers send "1302", others 404. */
export type WireError = {
  code: string | undefined;
  type: string | undefined;
  message: string;
  /** The whole error object, for what only one provider has. */
  body: JsonObject;
};

/**
 * The error in a body or a stream event, undefined when there is none. Reads every shape in use: `{error:{…}}`, the same in
 * an array (Gemini without alt=sse), `{error:"…"}` (Ollama), `{type:"error",code,message}` (OpenAI's stream events),
 * `{object:"error",message}` (vLLM) and `{detail:"…"}` (FastAPI). `error: null` is no error.
 */
export function readWireError(body: unknown): WireError | undefined {
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  if (!isJsonObject(whole)) return undefined;
  const inner = whole['error'];
  if (isJsonObject(inner)) return wireError(inner);
  if (typeof inner === 'string') return { code: undefined, type: undefined, message: inner, body: whole };
  if (whole['type'] === 'error' || whole['object'] === 'error') return wireError(whole);
  const detail = whole['detail'];
  if (typeof detail === 'string') return { code: undefined, type: undefined, message: detail, body: whole };
  return undefined;
}

/** For an answer whose body says nothing. */
export const NO_WIRE_ERROR: WireError = { code: undefined, type: undefined, message: '', body: {} };

export function wireError(error: JsonObject): WireError {
  const code = error['code'];
  return {
    code: typeof code === 'number' ? String(code) : optionalText(code),
    type: optionalText(error['type']) ?? optionalText(error['status']),
    message: optionalText(error['message']) ?? '',
    body: objectOf(error),
  };
}
