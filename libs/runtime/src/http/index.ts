export { createAuthorize, isLoopback } from './api-keys.ts';
export type { ApiKeys, Authorize, AuthorizeResult } from './api-keys.ts';
export { createHttpApp } from './create-http-app.ts';
export { defaultLimits } from './http-app.ts';
export type { HttpApp, HttpAppOptions, HttpLimits, RequestOutcome } from './http-app.ts';
export type {
  Credential,
  EventItem,
  StreamFrame,
  Handler,
  Handlers,
  RouteReply,
  RouteRequest,
  SignedBody,
} from './handler.ts';
export { jsonDepth, MAX_JSON_DEPTH, parseJsonBody } from './json-body.ts';
export type { JsonBody } from './json-body.ts';
export { tooLarge } from './read-body.ts';
export { refusal, refusalOf } from './refusal.ts';
export { serveHttp } from './serve-http.ts';
export type { HttpServer, ServeOptions } from './serve-http.ts';
