/**
 * The base of the HTTP figures: the same server, keys, body checks and answer as POST /tasks, with nothing behind it.
 * Usage: node noop-server.ts. Prints the port it listens on.
 */
import { routes } from '@nexus/contracts';
import { createLogger } from '@nexus/runtime';
import { createAuthorize, createHttpApp, serveHttp } from '@nexus/runtime/http';

const app = createHttpApp({
  routes: { createTask: routes.createTask },
  handlers: {
    createTask: ({ body }) =>
      Promise.resolve({
        status: 202 as const,
        body: { task_id: '00000000-0000-4000-8000-000000000000', task_type: body.task_type, status: 'queued' as const },
        headers: { location: '/tasks/00000000-0000-4000-8000-000000000000' },
      }),
  },
  authorize: createAuthorize({
    user: 'dev-key',
    admin: 'admin-key',
    agent: '',
    loopbackOnly: ['dev-key', 'admin-key'],
  }),
  logger: createLogger({ level: 'INFO', name: 'noop' }),
  classify: () => undefined,
  onRequest: () => undefined,
});
const server = await serveHttp(app, { host: '127.0.0.1', port: 0 });
process.stdout.write(`port ${server.port}\n`);
