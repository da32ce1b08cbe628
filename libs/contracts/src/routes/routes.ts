import { callbackRoutes } from './callback-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { finopsRoutes } from './finops-routes.ts';
import { letterRoutes } from './letter-routes.ts';
import { llmRoutes } from './llm-routes.ts';
import { operationsRoutes } from './operations-routes.ts';
import { parkRoutes } from './park-routes.ts';
import { taskRoutes } from './task-routes.ts';

/** Every route of the supervisor; the key is its operation id and the client's method name. */
export const routes = {
  ...taskRoutes,
  ...fileRoutes,
  ...callbackRoutes,
  ...llmRoutes,
  ...letterRoutes,
  ...parkRoutes,
  ...finopsRoutes,
  ...operationsRoutes,
};
export type Routes = typeof routes;
