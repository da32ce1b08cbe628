export { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.ts';
export { findRedis, type Environment, type FindOptions, type RedisNotFoundError } from './find-redis.ts';
export type { RedisBinary } from './redis-binary.ts';
