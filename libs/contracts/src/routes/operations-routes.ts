import { z } from 'zod';
import { healthSchema, livenessSchema, readinessSchema } from '../operations.ts';
import { json, route, text } from '../route.ts';

/** What operators, probes and tools read; none needs a key and none has a side effect. */
export const operationsRoutes = {
  health: route({
    method: 'GET',
    path: '/health',
    auth: 'none',
    group: 'operations',
    summary: 'Health in one look',
    summary_ko: '상태 한눈에 보기',
    description: 'Always 200 with the truth: "ok" when Redis and the queue are usable, else "degraded".',
    description_ko: '항상 200 이며 Redis 와 큐를 쓸 수 있으면 "ok", 아니면 "degraded" 입니다.',
    responses: { 200: json(healthSchema), errors: [] },
  }),
  live: route({
    method: 'GET',
    path: '/health/live',
    auth: 'none',
    group: 'operations',
    summary: 'Liveness',
    summary_ko: '프로세스 생존 확인',
    responses: { 200: json(livenessSchema), errors: [] },
  }),
  ready: route({
    method: 'GET',
    path: '/health/ready',
    auth: 'none',
    group: 'operations',
    summary: 'Readiness',
    summary_ko: '요청을 받을 준비 확인',
    description: '503 while something it needs is away or while it shuts down; checks says what.',
    description_ko: '필요한 것이 없거나 종료 중이면 503 이며 checks 에 이유가 있습니다.',
    responses: { 200: json(readinessSchema), 503: json(readinessSchema), errors: [] },
  }),
  metrics: route({
    method: 'GET',
    path: '/metrics',
    auth: 'none',
    group: 'operations',
    summary: 'Prometheus metrics',
    summary_ko: 'Prometheus 지표',
    responses: { 200: text('text/plain; version=0.0.4; charset=utf-8'), errors: [] },
  }),
  docs: route({
    method: 'GET',
    path: '/docs',
    auth: 'none',
    group: 'operations',
    summary: 'This reference as a page',
    summary_ko: 'API 문서 페이지',
    query: z.object({ lang: z.string().max(20).optional().describe('ko for Korean') }),
    responses: { 200: text('text/html; charset=utf-8'), errors: [] },
  }),
  openapi: route({
    method: 'GET',
    path: '/openapi.json',
    auth: 'none',
    group: 'operations',
    summary: 'This reference as an OpenAPI 3.1 document',
    summary_ko: 'OpenAPI 3.1 문서',
    responses: { 200: text('application/json'), errors: [] },
  }),
};
