import { connectRedis, redisHealth, registerMetrics, startHealthServer } from '@nexus/runtime';
import type { Logger, RunningService } from '@nexus/runtime';

export type BotOptions = { host: string; port: number; redisUrl: string; logger: Logger };

/**
 * Starts the bot: its Redis connection and its health server. Also starts while Redis is away; /health/ready then
 * answers 503. It waits for held failures to be handed over; none are as long as the supervisor has no hand-over.
 */
export async function startBot(options: BotOptions): Promise<RunningService> {
  const { logger } = options;
  const redis = connectRedis({
    url: options.redisUrl,
    purpose: 'request',
    name: 'autofix-bot',
    onError: (error) => logger.warn('Redis cannot be reached', { event: 'REDIS_AWAY', error }),
    onReady: () => logger.info('Redis is connected', { event: 'REDIS_READY' }),
  });
  const health = await startHealthServer({
    host: options.host,
    port: options.port,
    checks: { redis: () => redisHealth(redis) },
    metrics: registerMetrics({}, { logger, processMetrics: true }),
    logger,
  }).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  logger.info('The AutoFix bot has started', { event: 'BOT_START', host: options.host, port: health.port });
  return {
    async stop() {
      await health.close();
      redis.disconnect();
    },
  };
}
