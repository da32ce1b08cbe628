import { expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from './openapi.ts';
import { routes } from './routes/routes.ts';

const document = openApiDocument();

test('is a valid OpenAPI 3.1 document of the contract', async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: 'NEXUS Supervisor API', version: '6.11.0' });
});

test('lists every declared route and nothing else', () => {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => `${operation.operationId} ${method.toUpperCase()} ${path}`),
  );
  const declared = Object.entries(routes).map(([name, { method, path }]) => `${name} ${method} ${path}`);
  expect(listed.sort()).toEqual(declared.sort());
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    (match) => match[1],
  );
  expect(references.length).toBeGreaterThan(20);
  for (const name of new Set(references)) expect(Object.keys(document.components.schemas)).toContain(name);
  expect(JSON.stringify(document)).not.toContain('$defs');
});

test('a query parameter shows its meaning, not "a string"', () => {
  const limit = document.paths['/tasks']?.['get']?.parameters?.find((parameter) => parameter.name === 'limit');
  expect(limit).toMatchObject({
    in: 'query',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  });
});

test('every error is a problem document with its codes', () => {
  const create = document.paths['/tasks']?.['post'];
  expect(create?.responses['422']?.description).toBe(
    'IDEMPOTENCY_KEY_REUSED, UNKNOWN_TASK_TYPE, PAYLOAD_INVALID, VALIDATION_ERROR',
  );
  expect(create?.responses['503']).toMatchObject({
    headers: { 'Retry-After': {} },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
});

test('every route has a Korean summary', () => {
  for (const declared of Object.values(routes)) expect(declared.summary_ko).toMatch(/[가-힣]|OpenAPI|Prometheus/);
});

test('payload and result of every task type are described', () => {
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['ChatToExcelPayload', 'ChatToExcelResult']),
  );
});
