import { z } from 'zod';
import { callbackAnswerSchema, callbackSchema } from '../callback.ts';
import { json, route, signedJson } from '../route.ts';

const signatureHeaders = z.object({
  'x-signature': z
    .string()
    .optional()
    .describe('Lowercase hex HMAC-SHA256 over "{timestamp}.{nonce}." and the raw body'),
  'x-timestamp': z.string().optional().describe('Unix seconds'),
  'x-nonce': z.string().optional().describe('8 to 128 characters, used once'),
  'webhook-id': z.string().optional().describe('Standard Webhooks: constant over retries'),
  'webhook-timestamp': z.string().optional().describe('Standard Webhooks: unix seconds'),
  'webhook-signature': z.string().optional().describe('Standard Webhooks: v1,<base64>, several separated by spaces'),
});

/** What agents tell the supervisor. */
export const callbackRoutes = {
  agentCallback: route({
    method: 'POST',
    path: '/agent/callback',
    auth: 'agent',
    group: 'agents',
    summary: "Report an agent's progress or result",
    summary_ko: '에이전트 진행·결과 보고',
    description:
      'Idempotent by (task_id, attempt, status). With a signing key configured every report must be signed over the bytes sent, by X-Signature or by Standard Webhooks.',
    description_ko:
      '(task_id, attempt, status) 기준으로 멱등입니다. 서명 키가 설정되어 있으면 보낸 바이트 그대로에 대한 서명이 필요합니다.',
    headers: signatureHeaders,
    body: signedJson(callbackSchema),
    responses: {
      200: json(callbackAnswerSchema),
      errors: [
        'BAD_TIMESTAMP',
        'BAD_NONCE',
        'BAD_SIGNATURE',
        'REPLAY_DETECTED',
        'NOT_FOUND',
        'MISCONFIG',
        'STORE_UNAVAILABLE',
      ],
    },
    example: { task_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', status: 'running', attempt: 1 },
  }),
};
