export { canonicalHash, canonicalJson } from './canonical-json.ts';
export { cutText } from './cut-text.ts';
export {
  boolean,
  csv,
  csvIntegers,
  integer,
  jsonOf,
  number,
  oneOf,
  path,
  port,
  secretText,
  text,
  url,
  workingPath,
} from './setting-types.ts';
export type { ParsedSetting, SettingContext, SettingType } from './setting-types.ts';
export { describeProblems, isSecret, readSettings, SETTINGS_EXIT_CODE, settingsOrExit, variable } from './settings.ts';
export type { SettingProblem, SettingRule, SettingsResult, SettingValues, Variable, Variables } from './settings.ts';
export { processVariables } from './process-variables.ts';
export { iso, systemClock } from './time.ts';
export type { Clock } from './time.ts';
export { maskName, maskText, maskValue } from './mask.ts';
export type { MaskOptions } from './mask.ts';
export { describeError } from './describe-error.ts';
export { createLogger, LOG_LEVELS, MAX_LINE_BYTES, silentLogger } from './logger.ts';
export type { LogFields, Logger, LoggerOptions, LogLevel } from './logger.ts';
export { bounded, defineMetric, registerMetrics } from './metrics.ts';
export type {
  CounterHandle,
  GaugeHandle,
  HistogramHandle,
  LabelBound,
  MetricDefinition,
  Metrics,
  MetricsOptions,
} from './metrics.ts';
export { COMMAND_TIMEOUT_MS, connectRedis, pingRedis, reconnectDelay, redisHealth } from './redis.ts';
export type { RedisConnectionOptions, RedisPurpose } from './redis.ts';
export { bindRedisScripts, bindRelease } from './redis-scripts.ts';
export type { BoundScripts, RedisScript, RunScript } from './redis-scripts.ts';
export { readiness, startHealthServer } from './health-server.ts';
export type { HealthCheck, HealthServer, HealthServerOptions, Readiness } from './health-server.ts';
export { runService } from './run-service.ts';
export type { HostProcess, RunningService, ServiceOptions } from './run-service.ts';
