/** This worker honours what every agent does and adds nothing. */
export { agentVariables as settingsVariables } from '@nexus/agent-sdk';
