export { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.ts';
export { provideRedis } from './provide-redis.ts';
export { startManagedRedis, type ManagedRedisOptions, type ProvidedRedis } from './managed-redis.ts';
export { findRedis, type Environment, type FindOptions, type RedisNotFoundError } from './find-redis.ts';
export type { RedisBinary } from './redis-binary.ts';
export { canListen, freePort } from './free-port.ts';
export { guardProcess } from './guard-process.ts';
export { connectRedis, type RedisClient, type RedisReply } from './redis-client.ts';
