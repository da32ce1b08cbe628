import { generatedSchema, generateSchema } from '../llm.ts';
import { chatCompletionRequestSchema, chatCompletionSchema, modelListSchema } from '../openai-chat.ts';
import { json, jsonOrStream, route } from '../route.ts';

/** Longer than a call and its two repairs can take with the longest LLM_TOTAL_TIMEOUT_SECONDS. */
const HANDLER_SECONDS = 1900;

const errors = [
  'LLM_DISABLED',
  'PROVIDER_DISABLED',
  'PROVIDER_TIMEOUT',
  'PROVIDER_AUTH_ERROR',
  'PROVIDER_RATE_LIMIT',
  'PROVIDER_UPSTREAM_ERROR',
  'BUDGET_EXCEEDED',
  'RATE_LIMITED',
  'SCHEMA_PARSE_ERROR',
  'SCHEMA_VALIDATION_ERROR',
  'SCHEMA_REPAIR_FAILED',
  'BAD_REQUEST',
  'STORE_UNAVAILABLE',
] as const;

/** The doors to the language models; behind both are the same chain, limits and budget. */
export const llmRoutes = {
  llmGenerate: route({
    method: 'POST',
    path: '/llm/generate',
    auth: 'userOrAgent',
    group: 'models',
    summary: 'Ask a language model',
    summary_ko: '언어 모델에 요청',
    description:
      'Text, or one JSON object that is valid against a schema. With stream: events "delta" {text}, then one "done" (the text-mode body) or "error" (the error body); what fails before the first token is answered with its status. An answer with disabled true is a placeholder: no provider is configured. Schema failures also carry provider, model, latency_ms and schema_name.',
    description_ko:
      '텍스트 또는 스키마에 맞는 JSON 객체 하나를 답합니다. stream 이면 "delta" 이벤트 뒤에 "done" 또는 "error" 가 한 번 옵니다. disabled 가 true 이면 설정된 공급자가 없어 자리 표시 응답입니다.',
    body: json(generateSchema),
    responses: { 200: jsonOrStream(generatedSchema), errors },
    handlerSeconds: HANDLER_SECONDS,
    example: { input_text: 'Say hello in Korean.', purpose: 'greeting' },
  }),
  chatCompletions: route({
    method: 'POST',
    path: '/v1/chat/completions',
    auth: 'userOrAgent',
    group: 'models',
    summary: "Ask a language model in OpenAI's format",
    summary_ko: 'OpenAI 형식으로 언어 모델에 요청',
    description:
      'For any OpenAI client: set its base URL to /v1 of this server and its key to a key of this server. Chunks of a stream are chat.completion.chunk objects, ended by [DONE]. The answer to a response_format is valid against it, or an error. Without a configured provider the answer is LLM_DISABLED, never a placeholder.',
    description_ko:
      'OpenAI 클라이언트의 기본 URL 을 이 서버의 /v1 로, 키를 이 서버의 키로 바꾸면 그대로 쓸 수 있습니다. 스트림은 [DONE] 으로 끝납니다.',
    body: json(chatCompletionRequestSchema),
    responses: { 200: jsonOrStream(chatCompletionSchema), errors },
    responseHeaders: {
      'X-Nexus-Approx-Usage':
        '"true" when the provider named no usage, so that it was counted by characters; else absent. A stream has nexus.approx_tokens beside its usage instead',
    },
    handlerSeconds: HANDLER_SECONDS,
    example: { model: 'nexus', messages: [{ role: 'user', content: 'Say hello in Korean.' }] },
  }),
  listModels: route({
    method: 'GET',
    path: '/v1/models',
    auth: 'userOrAgent',
    group: 'models',
    summary: "Models that can be asked, in OpenAI's format",
    summary_ko: '사용할 수 있는 모델 (OpenAI 형식)',
    responses: { 200: json(modelListSchema), errors: [] },
  }),
};
