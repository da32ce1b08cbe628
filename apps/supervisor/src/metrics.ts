import { bounded, defineMetric, type Metrics } from '@nexus/runtime';
import { alertMetricDefinitions } from './alerts/alert-metrics.ts';
import { finopsMetricDefinitions } from './finops/finops-metrics.ts';
import { llmMetricDefinitions } from './llm/llm-metrics.ts';

const taskType = { task_type: bounded(100) };
const failure = { task_type: bounded(100), failure_code: bounded(100) };

/** Every metric of the supervisor. */
export const metricDefinitions = {
  taskCreate: defineMetric({
    kind: 'counter',
    name: 'nexus_task_create_total',
    help: 'Tasks created.',
    labels: taskType,
  }),
  taskGet: defineMetric({
    kind: 'counter',
    name: 'nexus_task_get_total',
    help: 'Tasks read by clients.',
    labels: taskType,
  }),
  taskStatus: defineMetric({
    kind: 'counter',
    name: 'nexus_task_status_total',
    help: 'Statuses that tasks entered.',
    labels: { task_type: bounded(100), status: bounded(10) },
  }),
  callback: defineMetric({
    kind: 'counter',
    name: 'nexus_callback_total',
    help: 'Callbacks that changed a task, by reported status.',
    labels: { status: bounded(10) },
  }),
  agentFail: defineMetric({
    kind: 'counter',
    name: 'nexus_agent_fail_total',
    help: 'Attempts that failed.',
    labels: failure,
  }),
  retries: defineMetric({
    kind: 'counter',
    name: 'nexus_retries_total',
    help: 'Retries that were put in line, by the delay of their step.',
    labels: { task_type: bounded(100), delay: bounded(20) },
  }),
  dlq: defineMetric({
    kind: 'counter',
    name: 'nexus_dlq_total',
    help: 'Tasks that became dead letters.',
    labels: failure,
  }),
  queuePublishFail: defineMetric({
    kind: 'counter',
    name: 'nexus_queue_publish_fail_total',
    help: 'Creates that could not be put on the queue.',
    labels: taskType,
  }),
  taskDuration: defineMetric({
    kind: 'histogram',
    name: 'nexus_task_duration_seconds',
    help: 'Time an attempt took to its final state, as its agent measured it.',
    labels: taskType,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600],
  }),
  parkedTasks: defineMetric({
    kind: 'gauge',
    name: 'nexus_parked_tasks',
    help: 'Dead letters by park label, over every process.',
    labels: { park: bounded(10) },
  }),
  lettersMoved: defineMetric({
    kind: 'counter',
    name: 'nexus_letters_moved_total',
    help: 'Dead letters that operators and policies moved, by the park they were in and what was done with them.',
    labels: { park: bounded(10), action: bounded(10), ...failure },
  }),
  letterOperations: defineMetric({
    kind: 'counter',
    name: 'nexus_letter_operations_total',
    help: 'Background operations on dead letters that ended, by action and final status.',
    labels: { action: bounded(10), status: bounded(10) },
  }),
  ...alertMetricDefinitions,
  ...llmMetricDefinitions,
  ...finopsMetricDefinitions,
  httpDuration: defineMetric({
    kind: 'histogram',
    name: 'nexus_http_request_duration_seconds',
    help: 'HTTP requests of the supervisor by route and status; its count is their rate and their errors.',
    labels: { method: bounded(10), route: bounded(100), status: bounded(40) },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  }),
  eventStreams: defineMetric({
    kind: 'gauge',
    name: 'nexus_event_streams',
    help: 'Event streams this process serves now.',
    labels: {},
  }),
};

export type SupervisorMetrics = Metrics<typeof metricDefinitions>;
export type MetricHandles = SupervisorMetrics['handles'];
