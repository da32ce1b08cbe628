import type { z } from 'zod';
import { createSchemaWriter, type JsonSchema, type SchemaWriter } from './json-schema.ts';
import { problemSchema, problemStatus, type ProblemCode } from './problem.ts';
import {
  routeErrors,
  successStatuses,
  type Access,
  type RequestContent,
  type ResponseContent,
  type Route,
} from './route.ts';
import { chatToExcelResultSchema, taskTypes } from './excel-kakao.ts';
import { routes } from './routes/routes.ts';

/** Version of the API contract: `info.version` of the document. */
export const API_VERSION = '6.11.0';

/** An OpenAPI 3.1 document, as far as it is read here. */
export type OpenApiDocument = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
};

export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  'x-summary-ko'?: string;
  'x-description-ko'?: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example?: unknown }> };
  responses: Record<
    string,
    { description: string; headers?: JsonSchema; content?: Record<string, { schema: JsonSchema }> }
  >;
};

const security: Record<Access, Record<string, string[]>[]> = {
  none: [],
  user: [{ apiKey: [] }, { adminKey: [] }, { bearer: [] }],
  agent: [{ apiKey: [] }, { bearer: [] }],
  userOrAgent: [{ apiKey: [] }, { adminKey: [] }, { bearer: [] }],
  admin: [{ adminKey: [] }, { bearer: [] }],
};

const securitySchemes: Record<string, JsonSchema> = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'User key or agent key' },
  adminKey: { type: 'apiKey', in: 'header', name: 'X-Admin-Key', description: 'Admin key' },
  bearer: { type: 'http', scheme: 'bearer', description: 'Any key, read only when neither key header is sent' },
};

/** The OpenAPI 3.1 document of every route of the supervisor. Always the same for the same declarations. */
export function openApiDocument(): OpenApiDocument {
  const writer = createSchemaWriter();
  const problem = writer.write(problemSchema, 'output');
  const paths: OpenApiDocument['paths'] = {};
  for (const [operationId, declared] of Object.entries<Route>(routes)) {
    const path = (paths[declared.path] ??= {});
    path[declared.method.toLowerCase()] = operation(operationId, declared, { writer, problem });
  }
  // No route carries them as such: which payload and result fit is decided by the task type.
  for (const payload of Object.values(taskTypes)) writer.write(payload, 'input');
  writer.write(chatToExcelResultSchema, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'NEXUS Supervisor API',
      version: API_VERSION,
      description:
        'Creates agent tasks, follows them and takes the reports of agents. Every error is application/problem+json with a stable error.code. Every response carries X-Request-Id.',
    },
    tags: [...new Set(Object.values<Route>(routes).map((declared) => declared.group))].map((name) => ({ name })),
    paths,
    components: { schemas: writer.components(), securitySchemes },
  };
}

type Writing = { writer: SchemaWriter; problem: JsonSchema };

function operation(operationId: string, declared: Route, { writer, problem }: Writing): OpenApiOperation {
  const parameters = [
    ...parametersOf(declared.params, 'path', writer),
    ...parametersOf(declared.query, 'query', writer),
    ...parametersOf(declared.headers, 'header', writer),
  ];
  return {
    operationId,
    tags: [declared.group],
    summary: declared.summary,
    ...(declared.description === undefined ? {} : { description: declared.description }),
    ...(declared.summary_ko === undefined ? {} : { 'x-summary-ko': declared.summary_ko }),
    ...(declared.description_ko === undefined ? {} : { 'x-description-ko': declared.description_ko }),
    security: security[declared.auth],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(declared.body === undefined ? {} : { requestBody: requestBody(declared, declared.body, writer) }),
    responses: { ...successes(declared, writer), ...failures(routeErrors(declared), problem) },
  };
}

function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query' | 'header', writer: SchemaWriter) {
  if (!shape) return [];
  return Object.entries(shape.shape as Record<string, z.ZodType>).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !schema.safeParse(undefined).success,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    schema: writer.write(schema, 'input'),
  }));
}

function requestBody(declared: Route, body: RequestContent, writer: SchemaWriter) {
  if (body.kind === 'bytes') {
    return {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    };
  }
  return {
    required: !body.schema.safeParse(undefined).success,
    content: {
      'application/json': {
        schema: writer.write(body.schema, 'input'),
        ...(declared.example === undefined ? {} : { example: declared.example }),
      },
    },
  };
}

function successes(declared: Route, writer: SchemaWriter): OpenApiOperation['responses'] {
  const headers = Object.entries(declared.responseHeaders ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return Object.fromEntries(
    successStatuses(declared).map((status) => [
      String(status),
      {
        description: status === 304 ? 'Not modified' : declared.summary,
        ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as JsonSchema }),
        ...contentOf(declared.responses[status], writer),
      },
    ]),
  );
}

function contentOf(
  content: ResponseContent | undefined,
  writer: SchemaWriter,
): { content?: Record<string, { schema: JsonSchema }> } {
  if (content === undefined || content.kind === 'nothing') return {};
  if (content.kind === 'json')
    return { content: { 'application/json': { schema: writer.write(content.schema, 'output') } } };
  if (content.kind === 'json-or-stream') {
    return {
      content: {
        'application/json': { schema: writer.write(content.schema, 'output') },
        'text/event-stream': { schema: { type: 'string', description: 'When the request asks for a stream.' } },
      },
    };
  }
  if (content.kind === 'bytes')
    return { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } };
  if (content.kind === 'text') return { content: { [mediaTypeOf(content.mediaType)]: { schema: { type: 'string' } } } };
  writer.write(content.schema, 'output');
  const description = `Events named "${content.event}"; the data of each is one JSON document.`;
  return { content: { 'text/event-stream': { schema: { type: 'string', description } } } };
}

function failures(codes: readonly ProblemCode[], problem: JsonSchema): OpenApiOperation['responses'] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(problemStatus[code], [...(byStatus.get(problemStatus[code]) ?? []), code]);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, named]) => [
        String(status),
        {
          description: named.join(', '),
          ...([402, 429, 503].includes(status)
            ? {
                headers: {
                  'Retry-After': { description: 'Whole seconds, at least 1', schema: { type: 'integer', minimum: 1 } },
                },
              }
            : {}),
          content: { 'application/problem+json': { schema: problem } },
        },
      ]),
  );
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0] ?? contentType;
}
