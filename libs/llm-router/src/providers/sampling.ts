import type { ModelRequest } from '../model.ts';

export type Sampling = { temperature?: number; top_p?: number };

/** The version of Anthropic's API from which temperature and top_p are a 400 with every model and every value. */
const NO_SAMPLING_SINCE = '2026-10-21';

/**
 * Sampling for Anthropic. Claude models after 4.6 refuse it in any version of the API ("temperature is deprecated for this
 * model"); the others take temperature up to 1, and newer ones of them not together with top_p.
 */
export function anthropicSampling({ model, temperature, top_p }: ModelRequest, version: string): Sampling {
  // Versions are dates: they compare as text.
  if (version >= NO_SAMPLING_SINCE || claudeVersion(model) >= 4.07 || model.includes('mythos')) return {};
  if (temperature !== undefined) return { temperature: Math.min(temperature, 1) };
  return top_p === undefined ? {} : { top_p };
}

/** 4.05 for claude-sonnet-4-5-20250929, 4 for claude-opus-4-20250514; 0 for names without a version. */
function claudeVersion(model: string): number {
  const [, major = '0', minor = '0'] = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(model) ?? [];
  return Number(major) + Number(minor) / 100;
}

/**
 * Sampling for OpenAI. Models that always reason refuse it: the o-series, GPT-5, and GPT from 5.5 on. GPT-5.1, 5.2 and 5.4
 * take it, for they do not reason unless told to, which is never done here; their codex and pro kinds do.
 */
export function openaiSampling({ model, temperature, top_p }: ModelRequest): Sampling {
  if (alwaysReasons(model)) return {};
  return { ...(temperature === undefined ? {} : { temperature }), ...(top_p === undefined ? {} : { top_p }) };
}

function alwaysReasons(model: string): boolean {
  if (/^o\d/.test(model)) return true;
  const [, major, minor = '0'] = /^gpt-(\d+)(?:\.(\d+))?/.exec(model) ?? [];
  if (major === undefined || Number(major) < 5 || /-chat\b/.test(model)) return false;
  const optional = major === '5' && ['1', '2', '4'].includes(minor);
  return !optional || /-(?:codex|pro)\b/.test(model);
}
