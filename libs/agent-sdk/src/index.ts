export { defineAgent, task } from './agent.ts';
export type { Agent, AgentFiles, AnyTask, TaskContext, TaskDefinition } from './agent.ts';
export { agentVariables } from './agent-settings.ts';
export { runAgent } from './run-agent.ts';
export type { AgentSettings } from './start-agent.ts';
